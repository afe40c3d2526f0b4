/* Works out the proof that a form asks for while many sign up at once. Without it the
   page says to wait a minute instead. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-question]");
  if (!form || !window.crypto || !crypto.subtle) return;
  const bits = Number(form.dataset.bits);
  const state = document.getElementById("proof-state");
  const encoder = new TextEncoder();
  const work = async () => {
    for (let answer = 0; answer < 1e8; answer += 1) {
      const text = encoder.encode(`${form.dataset.question}:${answer}`);
      const hash = new DataView(await crypto.subtle.digest("SHA-256", text));
      if (hash.getUint32(0) >>> (32 - bits) === 0) return String(answer);
    }
    return "";
  };
  work().then((answer) => {
    form.elements.answer.value = answer;
    state.textContent = state.dataset.ready;
  });
})();
