// Counts down, asks for changes every two seconds, and keeps the focus. Without it the page reloads every ten seconds.
// After 15 minutes without a key the board locks: the page then only counts dangers and sounds.
"use strict";
(() => {
  const POLL = 2000;
  const MINUTE = 60000;
  const IDLE = 15 * MINUTE;
  const board = () => document.getElementById("board");
  const lock = () => document.getElementById("locked");
  const asks = (address) => fetch(address, { headers: { "X-Part": "1" } });

  function count() {
    const here = board();
    if (!here) return;
    const now = Date.now() / 1000;
    for (const one of here.querySelectorAll("[data-due]")) {
      const seconds = Math.floor(one.dataset.due - now);
      const span = Math.abs(seconds);
      const late = seconds <= 0;
      const unit = span < 3600 ? "min" : span < 172800 ? "h" : "days";
      const whole = here.dataset[unit].replace("#", Math.floor(span / { min: 60, h: 3600, days: 86400 }[unit]));
      const time = !late && span < 3600 ? `${whole} ${here.dataset.s.replace("#", span % 60)}` : whole;
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

  // Chosen by a click: then each new danger sounds, and a notification says no more than "New".
  let sound = null;
  let known = 0;
  const marks = new Set();

  function listen() {
    sound = sound || new AudioContext();
    sound.resume();
    const button = document.getElementById("sound");
    if (button) button.setAttribute("aria-pressed", "true");
  }

  function ring(words) {
    if (sound) {
      const tone = sound.createOscillator();
      tone.connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.6);
    }
    if (window.Notification && Notification.permission === "granted") new Notification(words);
  }

  document.addEventListener("click", (event) => {
    if (event.target.id !== "sound") return;
    localStorage.sound = "on";
    listen();
    if (window.Notification) Notification.requestPermission();
  });

  // A person is there: the next request says so, at most once a minute.
  let used = Date.now();
  let told = used;
  for (const kind of ["keydown", "pointerdown"])
    document.addEventListener(kind, () => {
      used = Date.now();
      if (sound) sound.resume();
    });

  // A letter presses the button of the card that has the focus, unless letters are switched off.
  const letters = document.getElementById("letters");
  if (letters) {
    letters.checked = localStorage.letters !== "off";
    letters.addEventListener("change", () => {
      localStorage.letters = letters.checked ? "on" : "off";
    });
  }
  document.addEventListener("keydown", (event) => {
    const card = document.activeElement.closest(".card");
    if (!card || !letters.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = card.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button) button.click();
  });

  async function part(address) {
    const answer = await asks(address);
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  }

  async function refresh(address) {
    const page = await part(address);
    if (!page || !page.getElementById("board")) return;
    swap(page);
    const newest = Number(board().dataset.newest);
    if (newest > known) ring(board().dataset.new);
    known = Math.max(known, newest);
  }

  // The whole page goes, since the board's cards are in it. The sound stays.
  async function close() {
    const page = await part("/board/locked?auto");
    if (!page || !page.getElementById("locked")) return;
    document.title = page.title;
    document.body.replaceChildren(...page.body.children);
    marks.add(lock().dataset.number.split(" ")[2]);
  }

  function tally(words) {
    const [, urgent, mark] = words.split(" ");
    const here = lock();
    const says = here.dataset.urgent.replace("#", urgent);
    here.dataset.number = words;
    document.querySelector("h1").textContent = says;
    document.title = says;
    if (urgent !== "0" && !marks.has(mark)) ring(here.dataset.new);
    marks.add(mark);
  }

  async function look() {
    const here = board() || lock();
    try {
      const said = await asks(`/board/since?auto&number=${encodeURIComponent(here.dataset.number)}`);
      const words = said.status === 200 ? await said.text() : "";
      document.getElementById("network").hidden = said.status < 500;
      if (said.status === 401 || said.status === 404 || (lock() && /^\d/.test(words))) return location.assign("/");
      if (lock()) {
        if (words) tally(words);
      } else if (words.startsWith("locked")) await close();
      else if (used > told && Date.now() - told > MINUTE) {
        told = Date.now();
        await refresh("/");
      } else if (words) await refresh("/?auto");
    } catch {
      document.getElementById("network").hidden = false;
      // Without the network the server cannot lock the board.
      if (board() && Date.now() - used > IDLE) {
        board().replaceChildren();
        board().dataset.number = "";
      }
    }
    count();
  }

  if (board()) known = Number(board().dataset.newest);
  else marks.add(lock().dataset.number.split(" ")[2]);
  if (localStorage.sound === "on") listen();
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  setInterval(look, POLL);
  setInterval(count, 1000);
})();
