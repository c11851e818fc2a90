// Every page does the same without it.
//   form[data-parts="URL"]   400 ms after a key it goes there; parts of that id are replaced, and are "old" until then
//   form[data-unsaved]       leaving it asks; Ctrl+S sends it
//   button[data-quick]       changes parts alone
//   button[data-busy]        what it says meanwhile
//   form[data-again="N"]     goes on after N seconds
//   select[data-as="ID"]     offers what that one does
"use strict";
(() => {
  const network = document.getElementById("network");
  const changed = new Set();
  const sent = new Set();
  const waiting = new Map();
  let newest = 0;

  async function parts(form, button) {
    const mine = ++newest;
    const fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.append(button.name, button.value);
    let answer;
    try {
      answer = await fetch(form.dataset.parts, { method: "POST", body: fields, headers: { "X-Part": "1" } });
    } catch {
      network.hidden = false;
      return;
    }
    if (mine !== newest) return;
    network.hidden = answer.status < 500;
    if (answer.status === 401) {
      if (confirm(document.body.dataset.ended)) {
        changed.clear();
        location.reload();
      }
      return;
    }
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== newest) return;
    for (const part of page.querySelectorAll("[data-part]")) {
      const old = document.getElementById(part.id);
      const held = old && old.contains(document.activeElement) ? document.activeElement : null;
      if (!old || (held && held.matches("input, select, textarea"))) continue;
      old.replaceWith(part);
      if (!held) continue;
      const same = [...part.querySelectorAll("button, a")].find((one) => one.name === held.name && one.value === held.value);
      if (same) same.focus({ preventScroll: true });
    }
  }

  // What stands there is of older words, until an answer replaces it.
  function outdate(part) {
    if (part.dataset.part === "old") return;
    part.dataset.part = "old";
    const says = document.createElement("strong");
    says.className = "unchecked";
    says.textContent = document.body.dataset.unchecked || "";
    part.prepend(says);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form) return;
    if ("unsaved" in form.dataset) changed.add(form);
    if (!form.dataset.parts) return;
    newest += 1;
    for (const part of form.querySelectorAll("[data-part]")) outdate(part);
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => parts(form), 400));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (button && "quick" in button.dataset && form.dataset.parts) {
      event.preventDefault();
      clearTimeout(waiting.get(form));
      parts(form, button);
      return;
    }
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    changed.delete(form);
    if (button && button.dataset.busy) {
      button.textContent = button.dataset.busy;
      button.setAttribute("aria-disabled", "true");
    }
  });

  // A page out of the browser's memory may be sent again.
  addEventListener("pageshow", () => sent.clear());

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    const here = document.activeElement.form;
    const form = here && "unsaved" in here.dataset ? here : document.querySelector("form[data-unsaved]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button"));
  });

  for (const one of document.querySelectorAll("select[data-as]")) {
    const { options, value } = one;
    const all = document.getElementById(one.dataset.as).cloneNode(true).children;
    one.replaceChildren(options[0], ...[...all].slice(1));
    one.value = value;
  }

  const next = document.querySelector("form[data-again]");
  if (next) setTimeout(() => next.requestSubmit(), next.dataset.again * 1000);

  for (const list of document.querySelectorAll("details[data-wide]")) if (innerWidth <= (list.dataset.wide || 1100)) list.open = false;

  // Only while no field and no link has the focus.
  document.addEventListener("keydown", (event) => {
    const keys = document.getElementById("keys");
    if (event.key === "?" && keys && !keys.open && !document.activeElement.closest("main *, header *")) keys.showModal();
  });

  addEventListener("beforeunload", (event) => {
    if (!changed.size) return;
    event.preventDefault();
    event.returnValue = "";
  });
})();
