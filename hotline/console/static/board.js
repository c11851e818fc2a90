// Counts down, asks for changes every two seconds, and keeps the focus. Without it the page reloads every ten seconds.
"use strict";
(() => {
  const POLL = 2000;
  const board = () => document.getElementById("board");
  const asks = (address) => fetch(address, { headers: { "X-Part": "1" } });

  function count() {
    const here = board();
    const now = Date.now() / 1000;
    for (const one of here.querySelectorAll("[data-due]")) {
      const seconds = Math.floor(one.dataset.due - now);
      const span = Math.abs(seconds);
      const late = seconds <= 0;
      const unit = span < 3600 ? "min" : span < 172800 ? "h" : "days";
      const number = Math.floor(span / { min: 60, h: 3600, days: 86400 }[unit]);
      const time = !late && span < 3600 ? `${number}:${String(span % 60).padStart(2, "0")}` : here.dataset[unit].replace("#", number);
      one.textContent = here.dataset[late ? "late" : "left"].replace("#", time);
      if (late) one.closest(".card").classList.add("late");
    }
  }

  // The same link or button of the same card has the focus again.
  function swap(page) {
    const held = document.activeElement;
    const where = held && held.closest(".card [id], [id]");
    const nth = where ? [...where.querySelectorAll("a, button")].indexOf(held) : -1;
    board().replaceWith(page.getElementById("board"));
    const same = where && document.getElementById(where.id);
    if (!same || document.contains(held)) return;
    (nth < 0 ? same : same.querySelectorAll("a, button")[nth] || same).focus({ preventScroll: true });
  }

  // Asked for once, by a click: then each new danger sounds, and a notification says no more than "New".
  let sound = null;
  let known = 0;

  function ring(here) {
    const newest = Number(here.dataset.newest);
    if (newest <= known) return;
    known = newest;
    if (sound) {
      const tone = sound.createOscillator();
      tone.connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.6);
    }
    if (window.Notification && Notification.permission === "granted") new Notification(here.dataset.new);
  }

  document.addEventListener("click", (event) => {
    if (event.target.id !== "sound") return;
    sound = new AudioContext();
    event.target.setAttribute("aria-pressed", "true");
    if (window.Notification) Notification.requestPermission();
  });

  // A letter presses the button of the card that has the focus, unless letters are switched off.
  const letters = document.getElementById("letters");
  letters.checked = localStorage.letters !== "off";
  letters.addEventListener("change", () => {
    localStorage.letters = letters.checked ? "on" : "off";
  });
  document.addEventListener("keydown", (event) => {
    const card = document.activeElement.closest(".card");
    if (!card || !letters.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = card.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button) button.click();
  });

  async function look() {
    const network = document.getElementById("network");
    try {
      const said = await asks(`/board/since?auto&number=${board().dataset.number}`);
      network.hidden = said.status < 500;
      if (said.status === 401) return location.reload();
      if (said.status === 200) {
        const answer = await asks("/?auto");
        if (answer.ok) {
          swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
          ring(board());
        }
      }
    } catch {
      network.hidden = false;
    }
    count();
  }

  known = Number(board().dataset.newest);
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  setInterval(look, POLL);
  setInterval(count, 1000);
})();
