// Keeps what goes on in sight: asks for that part of the page again, and says only each
// quarter aloud. Without it a link looks again.
const part = document.querySelector("[data-progress]");
const said = document.getElementById("said");
const EVERY = 5000;

const share = () => {
  const bar = part.querySelector("progress");
  return bar ? Math.floor((4 * bar.value) / bar.max) : 4;
};

const look = async () => {
  // Whoever reads with the keyboard inside it is not moved from where they are.
  if (document.hidden || part.contains(document.activeElement)) return true;
  const answer = await fetch(part.dataset.progress, { redirect: "error" });
  if (!answer.ok) return answer.status >= 500;
  const before = share();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  part.replaceChildren(...fresh.body.childNodes);
  if (share() !== before) said.textContent = part.querySelector("p").textContent;
  return part.querySelector("progress") !== null;
};

if (part) {
  for (const rest of document.querySelectorAll("[data-without-script]")) rest.hidden = true;
  const again = async () => {
    const goesOn = await look().catch(() => true);
    if (goesOn) setTimeout(again, EVERY);
    else location.reload();
  };
  setTimeout(again, EVERY);
}
