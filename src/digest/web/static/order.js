// Posts can be dragged, beside the buttons that do the same; and focus stays on those.
const list = document.querySelector("[data-order]");
const KEY = "order";
let dragged = null;

const same = (item) => item && dragged && item.dataset.group === dragged.dataset.group;

for (const item of list?.querySelectorAll(":scope > li") ?? []) {
  const form = item.querySelector(".app-item__order");
  const alike = `:scope > li[data-group="${CSS.escape(item.dataset.group)}"]`;
  if (!form || list.querySelectorAll(alike).length < 2) continue;
  const grip = document.createElement("span");
  grip.className = "app-grip";
  grip.draggable = true;
  grip.setAttribute("aria-hidden", "true");
  form.append(grip);
  grip.addEventListener("dragstart", (event) => {
    dragged = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.id);
    event.dataTransfer.setDragImage(item, 20, 20);
  });
  item.addEventListener("dragover", (event) => {
    if (!same(item)) return;
    event.preventDefault();
    item.classList.add("is-over");
  });
  for (const end of ["dragleave", "drop"]) item.addEventListener(end, () => item.classList.remove("is-over"));
  item.addEventListener("drop", (event) => {
    if (!same(item) || item === dragged) return;
    event.preventDefault();
    const own = dragged.querySelector(".app-item__order");
    const place = Object.assign(document.createElement("input"), { type: "hidden", name: "place" });
    place.value = item.dataset.place;
    own.append(place);
    own.submit();
  });
  form.addEventListener("submit", (event) => {
    sessionStorage.setItem(KEY, JSON.stringify([item.id, event.submitter?.dataset.to]));
  });
}

const pressed = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
sessionStorage.removeItem(KEY);
if (pressed) {
  const buttons = [...document.querySelectorAll(`#${CSS.escape(pressed[0])} [data-to]`)].filter((each) => !each.disabled);
  (buttons.find((each) => each.dataset.to === pressed[1]) ?? buttons[0])?.focus();
}
