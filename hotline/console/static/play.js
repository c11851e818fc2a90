// Plays the screens of a draft in a file without a server. It sends nothing and stores nothing.
"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const { screens, said } = JSON.parse(element("draft").textContent);
  const all = screens.map(([spot, language, text, wrong, typed, reports, ends, ways], number) =>
    ({ spot, language, text, wrong, typed, reports, ends, ways, number }));
  const languages = element("languages").querySelectorAll("button");
  let now = all[0], before = [];

  const inLanguage = (screen, language) =>
    all.find((one) => one.spot === screen.spot && one.language === language) || screen;

  const isEasy = (pin) => /^(.)\1*$|^(19|20)|(19|20)..$/.test(pin) || "01234567890 09876543210".includes(pin);

  // Returns the way that this input leads, as the hotline reads it. A key without a meaning has none.
  const wayOf = ({ typed, ways }, words) => {
    const key = words.replace(/\s/g, ""), isNumber = /^[0-9]+$/.test(key);
    if (isNumber && ways[key]) return ways[key];
    if (typed === "words" && key && key !== "0") return ways["*"];
    if (typed === "number" && isNumber && key !== "0") return ways["*"];
    if (isNumber && typed === `pin${key.length}`) return ways[isEasy(key) ? "easy" : "*"];
    return key === "0" ? [before.length ? before[before.length - 1].number : ways["00"][0], "back"] : null;
  };

  const draw = (wrong = "", note = now.ends ? "over" : now.reports ? "stored" : "") => {
    const words = said[now.language];
    element("screen").textContent = wrong + now.text;
    element("note").textContent = words[note] || "";
    for (const one of document.querySelectorAll("[data-said]")) one.textContent = words[one.dataset.said];
    for (const one of languages) one.setAttribute("aria-pressed", one.value === now.language);
    document.documentElement.lang = now.language;
    element("key").value = "";
    element("key").focus();
  };

  const press = (words) => {
    const way = now.ends ? null : wayOf(now, words);
    if (!way) return draw(now.ends ? "" : `${now.wrong}\n`);
    const [number, step] = way;
    if (!all[number]) return draw("", "beyond");
    if (step === "back") before.pop();
    else if (step !== "keep") before = step === "clear" ? [] : step === "only" ? [now] : [...before, now];
    now = step === "back" ? inLanguage(all[number], now.language) : all[number];
    return draw();
  };

  element("keys").addEventListener("submit", (event) => {
    event.preventDefault();
    press(element("key").value);
  });
  element("again").addEventListener("click", () => { before = []; now = inLanguage(all[0], now.language); draw(); });
  for (const one of languages) one.addEventListener("click", () => { now = inLanguage(now, one.value); draw(); });
  draw();
})();
