// What travelled over the network, newest on top: the citizen's to the left of the wire, the others' to the right.

const SHOWN = 30;
const SOON = 20;
const WORDS = {
  hop: (note) => `USSD hop ${note}`,
  end: (note) => ({ Success: "dialogue ended", Incomplete: "dialogue cut off", Failed: "the hotline failed" })[note] ?? "ended",
  mt: () => "SMS accepted",
  refused: () => "SMS refused",
  delivered: () => "SMS on the phone",
  report: (note) => `report: ${{ Success: "delivered" }[note] ?? note.toLowerCase()}`,
  mo: () => "SMS sent",
  "mo told": () => "SMS reached the hotline",
  "mo refused": () => "no answer: again in a minute",
  on: () => "phone on",
  off: () => "phone off",
};
// Of a phone that is not on the table, only what concerns its owner.
const OF_OTHERS = new Set(["mt", "delivered", "mo"]);

export class Air {
  // `sideOf` and `nameOf` tell whose a number is; `pick` puts another phone on the table.
  constructor(list, { sideOf, nameOf, pick }) {
    Object.assign(this, { list, sideOf, nameOf });
    this.last = 0;
    list.addEventListener("click", (event) => event.target.dataset.pick && pick(event.target.dataset.pick));
  }

  // Draws them all, and returns those that nobody has seen yet.
  tell(travels) {
    const newest = travels.at(-1)?.number ?? 0;
    if (newest < this.last) this.last = 0;
    const fresh = travels.filter((travel) => travel.number > this.last);
    this.travels = travels;
    this.draw();
    this.last = newest;
    return fresh;
  }

  draw() {
    let hop = null;
    const rows = [];
    for (const travel of this.travels ?? []) {
      if (travel.what === "hop") hop = travel;
      const side = this.sideOf(travel.msisdn);
      if (side !== "other" || OF_OTHERS.has(travel.what)) rows.unshift(this.row(travel, side, hop));
    }
    this.list.replaceChildren(...rows.slice(0, SHOWN));
  }

  row(travel, side, hop) {
    const row = document.createElement("li");
    row.classList.add(side);
    row.classList.toggle("right", side !== "citizen");
    row.classList.toggle("fresh", travel.number > this.last);
    row.append((WORDS[travel.what] ?? (() => travel.what))(travel.note));
    const at = document.createElement("time");
    // Shows whether the hotline keeps its promise: the seconds from the caller's last hop to the alert.
    const after = travel.what === "mt" && hop ? travel.at - hop.at : SOON;
    const soon = side === "other" ? `${after.toFixed(1)} s` : `${after.toFixed(1)} s after hop ${hop?.note}`;
    at.textContent = after < SOON ? soon : new Date(travel.at * 1000).toLocaleTimeString("en-GB");
    if (side === "other") at.prepend(this.owner(travel.msisdn), " \u00b7 ");
    row.append(at);
    return row;
  }

  owner(msisdn) {
    const name = this.nameOf(msisdn);
    if (!name) return "another phone";
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: name, tabIndex: -1, title: "Put this phone on the table" });
    button.dataset.pick = msisdn;
    return button;
  }
}
