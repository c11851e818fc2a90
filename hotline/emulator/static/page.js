// The page: two phones, who holds the right one, and what travelled between them.

import { Air } from "./air.js";
import { Handset } from "./handset.js";
import { Lab } from "./lab.js";
import { network, watch } from "./network.js";

const { citizen: caller, shortcode, budget } = document.body.dataset;
const SPARE = { msisdn: "+250788000002", label: "Any number" };
// One alert goes to several people, within this time.
const TOGETHER = 700;

const [citizen, responder] = ["citizen", "responder"].map(
  (role) => new Handset(document.querySelector(`[data-handset=${role}]`), { shortcode, budget: Number(budget) }),
);
const picker = document.querySelector("[data-people]");
let people = [];
let picked = false;
const rang = new Set();

const air = new Air(document.querySelector("[data-log]"), {
  sideOf: (msisdn) => (msisdn === citizen.msisdn ? "citizen" : msisdn === responder.msisdn ? "responder" : "other"),
  nameOf: (msisdn) => people.find((person) => person.msisdn === msisdn)?.label,
  pick: (msisdn) => {
    picked = true;
    take(msisdn);
  },
});

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
}

async function learnPeople() {
  const told = await network.people();
  const known = told?.people.length ? told.people : [SPARE];
  if (JSON.stringify(known) === JSON.stringify(people)) return;
  people = known;
  offer();
  if (picker.value !== responder.msisdn) await take(picker.value);
}

// Whose phone rings is the line's affair. Until somebody chooses, the right phone is the first that does.
function follow(travels) {
  const others = travels.filter(({ what, msisdn }) => what === "delivered" && msisdn !== responder.msisdn && air.nameOf(msisdn));
  if (!others.length) return;
  for (const { msisdn } of others) rang.add(msisdn);
  offer();
  if (!picked && responder.untouched) setTimeout(goToFirst, TOGETHER);
}

async function goToFirst() {
  const first = people.find(({ msisdn }) => rang.has(msisdn));
  if (picked || !first || !responder.untouched) return;
  await take(first.msisdn);
  responder.buzz();
}

for (const phone of [citizen, responder]) {
  phone.root.addEventListener("focus", () => {
    citizen.root.classList.toggle("active", phone === citizen);
    responder.root.classList.toggle("active", phone === responder);
  });
}
picker.addEventListener("change", () => {
  picked = true;
  take(picker.value);
});

await citizen.belongTo(caller);
await learnPeople();
citizen.root.focus({ preventScroll: true });
watch(
  async (travels) => {
    await learnPeople();
    follow(air.tell(travels));
    await Promise.all([citizen.refresh(), responder.refresh(), lab.refresh()]);
  },
  (gone) => (document.querySelector("[data-lost]").hidden = !gone),
);
