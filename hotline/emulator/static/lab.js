// What a person may make go wrong: a fault is on while its button is down. And the hotline's clock, where it can be turned.

import { inOrder, network } from "./network.js";

const look = inOrder(() => Promise.all([network.faults(), network.lineClock()]));
const down = (button) => button.getAttribute("aria-pressed") === "true";
const same = (rule, fault) => Object.entries(fault).every(([name, value]) => rule[name] === value);

function distance(seconds) {
  if (!seconds) return "is true";
  const minutes = Math.round(Math.abs(seconds) / 60);
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "min"]];
  const said = parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`);
  return `${said.join(" ")} ${seconds > 0 ? "ahead" : "behind"}`;
}

export class Lab {
  constructor(root, opener) {
    Object.assign(this, { root, opener, rest: [] });
    this.buttons = [...root.querySelectorAll("[data-fault]")];
    opener.addEventListener("click", () => this.open(root.hidden));
    // Tab goes from phone to phone, past what lies between them.
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F8") return;
      event.preventDefault();
      this.open(root.hidden);
      if (!root.hidden) this.buttons[0].focus();
    });
    root.addEventListener("click", ({ target }) => this.press(target));
  }

  open(opened) {
    this.root.hidden = !opened;
    this.opener.setAttribute("aria-expanded", opened);
    this.root.parentElement.classList.toggle("air--lab", opened);
    if (opened) this.refresh();
  }

  async press(button) {
    if (button.dataset.fault) {
      button.setAttribute("aria-pressed", !down(button));
      await network.setFaults([...this.rest, ...this.buttons.filter(down).map(this.fault)]);
    } else if ("well" in button.dataset) {
      await network.setFaults([]);
      await network.trueTime();
    } else if (button.dataset.by) {
      await network.turnLine(Number(button.dataset.by));
    } else if ("by" in button.dataset) {
      await network.trueTime();
    } else return;
    await this.refresh();
  }

  // Whoever else set faults, a test or a terminal, is shown too, and is not undone by a button beside.
  async refresh() {
    const seen = await look();
    if (!seen) return;
    const [told, clock] = seen;
    if (told) {
      this.rest = told.faults.filter((rule) => !this.buttons.some((button) => same(rule, this.fault(button))));
      for (const button of this.buttons) {
        button.setAttribute("aria-pressed", told.faults.some((rule) => same(rule, this.fault(button))));
      }
      const on = told.faults.length > 0 || Boolean(clock?.offset);
      this.opener.classList.toggle("lab__open--on", on);
      this.opener.textContent = on ? "Something goes wrong" : "Make it go wrong";
    }
    this.root.querySelector("[data-clock]").hidden = !clock?.turns;
    this.root.querySelector("[data-offset]").textContent = distance(clock?.offset);
  }

  fault = (button) => JSON.parse(button.dataset.fault);
}
