// Whose phone lies on the right of the table: one that was rung by what the citizen has just told.

// One alert goes to several people, within this time.
const TOGETHER = 700;
// A phone that somebody has chosen is given so long to be among them.
const CHOSEN = 3000;
// An SMS so many seconds after the citizen's last key is of what she told.
const SOON = 20;

export class Following {
  // `known` lists who may hold the phone, the first to be preferred; `take` puts a phone on the table.
  constructor(citizen, responder, { known, take }) {
    Object.assign(this, { citizen, responder, known, take });
    this.told = -Infinity;
    this.touched = false;
    this.chosen = false;
    this.rung = new Set();
    for (const event of ["click", "keydown"]) responder.root.addEventListener(event, () => this.keep());
  }

  // Somebody uses the phone that lies there, or chose it: it stays until the citizen dials or writes again.
  keep({ chosen = this.chosen } = {}) {
    this.touched = true;
    this.chosen = chosen;
  }

  // `travels` are those that nobody has seen yet, in their order.
  hear(travels) {
    for (const { what, note, msisdn, at } of travels) {
      if (msisdn === this.citizen.msisdn && (what === "hop" || what === "mo")) {
        this.told = at;
        if (what === "mo" || note === "1") this.touched = false;
      }
      if (what === "delivered" && this.known().includes(msisdn) && this.follows(at)) this.rung.add(msisdn);
    }
    if (this.rung.size) setTimeout(() => this.go(), this.chosen ? CHOSEN : TOGETHER);
  }

  follows(at) {
    return !this.touched && (at - this.told < SOON || this.responder.untouched);
  }

  async go() {
    const { responder, rung } = this;
    this.rung = new Set();
    const first = this.known().find((msisdn) => rung.has(msisdn));
    if (!first || rung.has(responder.msisdn) || this.touched || responder.inUse) return;
    this.chosen = false;
    await this.take(first);
    responder.buzz();
  }
}
