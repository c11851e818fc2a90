// The page: two phones, who holds the right one, and what travelled between them.

import { Handset } from "./handset.js";
import { network, watch } from "./network.js";
import { short } from "./screens.js";

const { citizen: caller, shortcode, budget } = document.body.dataset;
const SPARE = "+250788000002";
const SHOWN = 30;
const SOON = 20;

const [citizen, responder] = ["citizen", "responder"].map(
  (role) => new Handset(document.querySelector(`[data-handset=${role}]`), { shortcode, budget: Number(budget) }),
);
const picker = document.querySelector("[data-people]");
const log = document.querySelector("[data-log]");
const seen = new Set();
let lastHop = null;

const WORDS = {
  hop: (note) => `USSD hop ${note}`,
  end: (note) => ({ Success: "dialogue ended", Incomplete: "dialogue cut off", Failed: "the line failed" })[note] ?? "ended",
  mt: () => "SMS accepted",
  refused: () => "SMS refused",
  delivered: () => "SMS on the phone",
  report: (note) => `report: ${{ Success: "delivered" }[note] ?? note.toLowerCase()}`,
  mo: () => "SMS sent",
  "mo told": () => "SMS reached the line",
  "mo refused": () => "the line was silent: again in a minute",
  on: () => "phone on",
  off: () => "phone off",
};

function entry(travel) {
  const row = document.createElement("li");
  const side = travel.msisdn === citizen.msisdn ? "citizen" : travel.msisdn === responder.msisdn ? "responder" : "other";
  row.classList.add(side, "fresh");
  row.classList.toggle("right", side !== "citizen");
  const at = document.createElement("time");
  at.textContent = new Date(travel.at * 1000).toLocaleTimeString("en-GB");
  row.append((WORDS[travel.what] ?? (() => travel.what))(travel.note));
  if (travel.what === "hop") lastHop = travel;
  // The promise of the line, before everybody's eyes: how soon after the last answer it has passed on what was told.
  const after = travel.what === "mt" && lastHop ? travel.at - lastHop.at : SOON;
  if (after < SOON) at.textContent = `${after.toFixed(1)} s after hop ${lastHop.note}`;
  if (side === "other") row.append(", another phone");
  row.append(at);
  return row;
}

function tell(travels) {
  const last = travels.at(-1)?.number ?? 0;
  if (!seen.has(last - 1) && seen.size && last < Math.max(...seen)) {
    seen.clear();
    log.replaceChildren();
  }
  for (const travel of travels.slice(-SHOWN)) {
    if (seen.has(travel.number)) continue;
    seen.add(travel.number);
    log.prepend(entry(travel));
  }
  while (log.children.length > SHOWN) log.lastChild.remove();
}

async function offerPeople() {
  const told = await network.people();
  const people = told?.people.length ? told.people : [{ msisdn: SPARE, label: "Any number" }];
  const known = [...picker.options].map((option) => option.value).join();
  if (known === people.map((person) => person.msisdn).join()) return;
  const chosen = picker.value;
  picker.replaceChildren(...people.map(({ msisdn, label }) => new Option(`${label} \u00b7 ${short(msisdn)}`, msisdn)));
  if (people.some((person) => person.msisdn === chosen)) picker.value = chosen;
  else await responder.belongTo(picker.value);
}

for (const phone of [citizen, responder]) {
  phone.root.addEventListener("focus", () => {
    citizen.root.classList.toggle("active", phone === citizen);
    responder.root.classList.toggle("active", phone === responder);
  });
}
picker.addEventListener("change", () => responder.belongTo(picker.value));

await citizen.belongTo(caller);
await offerPeople();
citizen.root.focus({ preventScroll: true });
watch(
  async (travels) => {
    tell(travels);
    await Promise.all([citizen.refresh(), responder.refresh(), offerPeople()]);
  },
  (gone) => (document.querySelector("[data-lost]").hidden = !gone),
);
