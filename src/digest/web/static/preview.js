// Shows another format, or another reader's, without the rest of the page being loaded
// again: what is being written beside it stays. Without it each is a link or a form.
const SEE = "[data-see]";

const show = async (address) => {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(SEE);
  if (!fresh) throw new Error("another page");
  document.querySelector(SEE).replaceWith(fresh);
  const columns = document.querySelector(".app-composer");
  columns.className = page.querySelector(".app-composer").className;
  // Where a test goes, it is of what is shown.
  for (const field of page.querySelectorAll("[data-test] input")) {
    document.querySelector(`[data-test] [name="${field.name}"]`)?.setAttribute("value", field.value);
  }
  history.pushState(null, "", address);
  fresh.querySelector("[aria-current]")?.focus({ preventScroll: true });
};

const orElse = (address) => show(address).catch(() => location.assign(address));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(`${SEE} .app-tabs a`);
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  orElse(link.href);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(`${SEE} form`)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(event.target));
  orElse(`${event.target.action.split("#")[0]}?${fields}`);
});

addEventListener("popstate", () => location.reload());
