// The page: two phones, who holds the right one, and what travelled between them.

import { Air } from "./air.js";
import { Following } from "./following.js";
import { Handset } from "./handset.js";
import { Lab } from "./lab.js";
import { network, watch } from "./network.js";

const { citizen: caller, shortcode, budget } = document.body.dataset;
const SPARE = { msisdn: "+250788000002", label: "Any number" };

const [citizen, responder] = ["citizen", "responder"].map(
  (role) => new Handset(document.querySelector(`[data-handset=${role}]`), { shortcode, budget: Number(budget) }),
);
const shows = [...document.querySelectorAll("[data-shows]")];
const rings = document.querySelector("[data-rings]");
const picker = document.querySelector("[data-people]");
let people = [];
const rang = new Set();

const air = new Air(document.querySelector("[data-log]"), {
  sideOf: (msisdn) => (msisdn === citizen.msisdn ? "citizen" : msisdn === responder.msisdn ? "responder" : "other"),
  nameOf: (msisdn) => people.find((person) => person.msisdn === msisdn)?.label,
  pick: choose,
});

const following = new Following(citizen, responder, { known: () => people.map(({ msisdn }) => msisdn), take });
const lab = new Lab(document.querySelector("[data-lab]"), document.querySelector("[data-lab-open]"));

function offer() {
  const chosen = picker.value;
  picker.replaceChildren(
    ...people.map(({ msisdn, label }) => new Option(`${rang.has(msisdn) ? "\u2709 " : ""}${label}`, msisdn)),
  );
  if (people.some((person) => person.msisdn === chosen)) picker.value = chosen;
}

// Puts somebody's phone on the right of the table.
async function take(msisdn) {
  rang.delete(msisdn);
  offer();
  picker.value = msisdn;
  document.querySelector("[data-number=responder]").textContent = msisdn;
  await responder.belongTo(msisdn);
  air.draw();
  drawRings();
}

function choose(msisdn) {
  following.keep({ chosen: true });
  take(msisdn);
}

async function learnPeople() {
  const told = await network.people();
  const known = told?.people.length ? told.people : [SPARE];
  if (JSON.stringify(known) === JSON.stringify(people)) return;
  people = known;
  offer();
  if (picker.value !== responder.msisdn) await take(picker.value);
}

// A phone that is not on the table is marked, whatever reaches it.
function mark(travels) {
  const others = travels.filter(({ what, msisdn }) => what === "delivered" && msisdn !== responder.msisdn && air.nameOf(msisdn));
  for (const { msisdn } of others) rang.add(msisdn);
  if (others.length) offer();
}

for (const phone of [citizen, responder]) {
  phone.root.addEventListener("focus", () => {
    citizen.root.classList.toggle("active", phone === citizen);
    responder.root.classList.toggle("active", phone === responder);
  });
}
// On a narrow screen one phone is shown; what reached the other stands at the bottom.
function show(role) {
  document.body.dataset.shown = role;
  for (const button of shows) button.setAttribute("aria-pressed", String(button.dataset.shows === role));
  (role === "citizen" ? citizen : responder).root.focus({ preventScroll: true });
}

function drawRings() {
  const { inbox, unread } = responder.held;
  const newest = inbox.find(({ direction, read }) => direction === "received" && !read);
  rings.hidden = !newest;
  document.querySelector("[data-rings-text]").textContent = newest?.text ?? "";
  document.querySelector("[data-rings-count]").textContent = unread ? `\u2709 ${unread}` : "";
}

for (const button of shows) button.addEventListener("click", () => show(button.dataset.shows));
rings.addEventListener("click", () => {
  show("responder");
  responder.openUnread();
  drawRings();
});
responder.root.addEventListener("click", drawRings);
picker.addEventListener("change", () => choose(picker.value));

await citizen.belongTo(caller);
await learnPeople();
citizen.root.focus({ preventScroll: true });
watch(
  async (travels) => {
    await learnPeople();
    const fresh = air.tell(travels);
    mark(fresh);
    following.hear(fresh);
    await Promise.all([citizen.refresh(), responder.refresh(), lab.refresh()]);
    drawRings();
  },
  (gone) => (document.querySelector("[data-lost]").hidden = !gone),
);
