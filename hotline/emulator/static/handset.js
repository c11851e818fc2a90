// One phone: what the network says of it, and what its owner is doing.

import { inOrder, network } from "./network.js";
import * as screens from "./screens.js";
import { Typing } from "./typing.js";

const ACTIONS = {
  Enter: "call", Escape: "end", Backspace: "back", F9: "power",
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right",
};
const NOBODY = { power: true, screen: {}, inbox: [], calls: [], unread: 0, received: 0, operator: "" };

export class Handset {
  constructor(root, { shortcode, budget }) {
    Object.assign(this, { root, shortcode, budget, typing: new Typing(), look: inOrder(network.handset) });
    Object.assign(this, { held: NOBODY, name: "idle", chosen: 0, drawn: null, turn: "", busy: false });
    this.part = Object.fromEntries(
      ["screen", "input", "operator", "mode", "turns", "envelope", "septets", "more"].map((name) => [name, root.querySelector(`[data-${name}]`)]),
    );
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.keyed(event));
    this.part.screen.addEventListener("scroll", () => this.drawMore());
    setInterval(() => this.name === "idle" && this.draw(), 15000);
  }

  async belongTo(msisdn) {
    this.msisdn = msisdn;
    this.held = NOBODY;
    this.turn = "";
    this.show("idle");
    const held = await this.look(msisdn);
    if (held && this.msisdn === msisdn) this.take(held, { quietly: true });
  }

  async refresh() {
    const msisdn = this.msisdn;
    const held = msisdn && (await this.look(msisdn));
    if (held && this.msisdn === msisdn) this.take(held);
  }

  take(held, { quietly = false } = {}) {
    const before = this.held;
    this.held = held;
    if (!quietly && held.received > before.received) this.buzz();
    const { session, phase, hops } = held.screen;
    const turn = session ? `${session} ${phase} ${hops.length}` : "";
    const wanted = { asking: "waiting", open: "dialogue", ended: "over" }[phase] ?? "idle";
    if (turn !== this.turn) {
      this.turn = turn;
      this.typing.clear({ letters: false });
      if (session || ["waiting", "dialogue", "over"].includes(this.name)) this.show(wanted);
    } else if (this.name === "waiting" && !this.busy) this.show(wanted);
    this.draw();
  }

  // Nobody has used it, and nothing has come: it may be exchanged for another.
  get untouched() {
    return this.name === "idle" && !this.held.inbox.length && !this.held.calls.length;
  }

  // Somebody types on it, or wants it silent: it may not be exchanged.
  get inUse() {
    return !this.held.power || ["dialling", "waiting", "dialogue", "writing"].includes(this.name);
  }

  get screen() {
    return screens[this.name];
  }

  show(name) {
    this.name = name;
    this.chosen = 0;
    this.draw();
    this.part.screen.scrollTop = 0;
  }

  // What its owner does

  async dial(code) {
    if (code) await this.wait(network.dial(this.msisdn, code));
  }

  reply = () => this.wait(network.reply(this.held.screen.session, this.typing.text));

  // "USSD code running", until the hotline has answered.
  async wait(asked) {
    this.busy = true;
    this.show("waiting");
    await asked;
    this.busy = false;
    await this.refresh();
  }

  async hangUp() {
    const { session } = this.held.screen;
    this.show("idle");
    if (session) await network.hangUp(session);
    this.refresh();
  }

  async switchPower() {
    this.show("idle");
    await network.power(this.msisdn, !this.held.power);
    this.refresh();
  }

  openUnread() {
    this.open(this.held.inbox.find((sms) => sms.direction === "received" && !sms.read));
  }

  open(sms) {
    this.opened = sms;
    this.show("message");
    if (sms.read) return;
    sms.read = true;
    this.held.unread -= 1;
    network.read(this.msisdn, sms.id);
    this.draw();
  }

  write(to) {
    this.to = to;
    this.typing.clear({ letters: true });
    this.show("writing");
  }

  async send() {
    if (!this.typing.text) return;
    await network.send(this.msisdn, this.to, this.typing.text);
    this.typing.clear();
    this.show("sent");
  }

  buzz() {
    this.root.classList.remove("buzz");
    void this.root.offsetWidth;
    this.root.classList.add("buzz");
  }

  // Its keys

  clicked(event) {
    const button = event.target.closest("button");
    const row = event.target.closest("[data-row]");
    this.root.focus({ preventScroll: true });
    if (button?.dataset.key) this.key(button.dataset.key, false);
    else if (button?.dataset.action) this.act(button.dataset.action);
    else if (row) {
      this.chosen = Number(row.dataset.row);
      this.act("left");
    }
  }

  keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = ACTIONS[event.key];
    if (action) this.act(action);
    else if (event.key.length === 1) this.key(event.key, true);
    else return;
    event.preventDefault();
    this.flash(action ?? event.key);
  }

  key(key, typed) {
    if (!this.held.power) return;
    this.screen.key?.(this, key, typed);
    this.draw();
  }

  act(action) {
    if (action === "power") return void this.switchPower();
    if (!this.held.power) return;
    if (action === "up" || action === "down") this.move(action === "up" ? -1 : 1);
    else this.screen[action]?.(this);
    this.draw();
  }

  move(by) {
    const list = this.screen.list?.(this);
    if (list?.length) this.chosen = Math.min(Math.max(this.chosen + by, 0), list.length - 1);
    else this.part.screen.scrollTop += by * 36;
  }

  flash(what) {
    const key = [...this.root.querySelectorAll("button")].find((one) => one.dataset.key === what || one.dataset.action === what);
    key?.classList.add("pressed");
    setTimeout(() => key?.classList.remove("pressed"), 120);
  }

  // Its face

  draw() {
    const { held, part, root, screen } = this;
    root.classList.toggle("off", !held.power);
    root.dataset.unread = held.unread;
    root.dataset.view = held.power ? this.name : "off";
    part.operator.textContent = held.operator;
    part.envelope.hidden = !held.unread;
    part.mode.textContent = screen.input ? this.typing.mode : "";
    part.turns.textContent = screen.input ? this.typing.otherMode : "";
    part.input.hidden = !screen.input;
    part.input.textContent = this.typing.text;
    part.input.scrollTop = part.input.scrollHeight;
    const [left, right] = held.power ? screen.soft(this) : ["", ""];
    root.querySelector("[data-soft=left]").textContent = left;
    root.querySelector("[data-soft=right]").textContent = right;
    this.drawBody();
    this.drawSize();
    this.drawMore();
  }

  // Only what has changed, so that a reader of screens is not told the same twice.
  drawBody() {
    const body = this.part.screen;
    const parts = this.held.power ? this.screen.draw(this) : [];
    const fresh = document.createElement("div");
    fresh.append(...parts);
    if (this.screen.list) fresh.querySelector(`[data-row="${this.chosen}"]`)?.classList.add("chosen");
    if (this.drawn !== fresh.innerHTML) {
      this.drawn = fresh.innerHTML;
      body.replaceChildren(...fresh.childNodes);
    }
    body.toggleAttribute("data-inbox", ["messages", "message"].includes(this.name));
    body.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
  }

  drawSize() {
    const { septets, encoding } = this.held.screen;
    const counted = this.held.power && this.screen.counts && septets !== undefined;
    this.part.septets.textContent = counted ? `${septets}/${this.budget} ${encoding === "GSM-7" ? "septets" : "UCS-2!"}` : "";
    this.part.septets.classList.toggle("over", Boolean(counted) && (septets > this.budget || encoding !== "GSM-7"));
  }

  drawMore() {
    const { scrollTop, scrollHeight, clientHeight } = this.part.screen;
    const above = scrollTop > 2;
    const below = scrollHeight - clientHeight - scrollTop > 2;
    this.part.more.textContent = above && below ? "\u2195" : below ? "\u2193" : above ? "\u2191" : "";
  }
}
