// Keeps saying how long an edition stays open. Without it the words are as of the load.
const words = document.querySelector("[data-until]");
const MINUTE = 60000;

const parts = (minutes) =>
  [["day", 1440], ["hour", 60], ["minute", 1]]
    .map(([name, size]) => {
      const count = Math.floor(minutes / size);
      minutes %= size;
      return count ? `${count} ${name}${count === 1 ? "" : "s"}` : "";
    })
    .filter(Boolean)
    .slice(0, 2)
    .join(" ");

// The server's clock counts, not this machine's.
const ahead = words ? Date.now() - Date.parse(words.dataset.now) : 0;

const say = () => {
  const left = Date.parse(words.dataset.until) - (Date.now() - ahead);
  const minutes = Math.ceil(left / MINUTE);
  words.textContent = minutes > 0 ? `${words.dataset.what} in ${parts(minutes)}` : `${words.dataset.what} now`;
  if (minutes > 0) setTimeout(say, left % MINUTE || MINUTE);
};

if (words) say();
