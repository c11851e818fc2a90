"""Prepares the persons of a case for a tip's page without decrypting: number, deadlines, and links to forms."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from flask import Response, abort, url_for

from hotline.alerts import rules_follow_up
from hotline.alerts.rules_follow_up import FOLLOWS, MEETS, StopReason
from hotline.cases import pages, service_persons, service_sheet
from hotline.cases.pages import in_words as tip_in_words
from hotline.cases.pages import opened_page, reason_of
from hotline.cases.pages_person_lines import ON_A_PAGE, THE_LINE, form_of, states, value
from hotline.cases.service_persons import CasePersons, RunningClock
from hotline.console.form import number_of
from hotline.console.visit import Visit, page, posted, see
from hotline.console.who import table
from hotline.errors import CodesRefused, FormRefused, KeyMissing, SealBroken
from hotline.text.phrases import phrase
from hotline.tips.rules_events import EntryKind
from hotline.tips.rules_person_codes import (
    AGAIN,
    CASE_FORMS,
    OF_REFERRAL,
    ON_CONSOLE,
    QUESTIONS,
    STATE,
    WOMAN,
    PersonCodes,
    ServiceAnswer,
)
from hotline.tips.rules_persons import ConsentStands, MetPerson, OfferedHelp, PersonMoment

# Shows the persons of a case, decrypted only in the answer to a POST, with the forms available next.

UNOPENED = phrase(
    "No key of yours opens what was noted of persons here. The reader hands it to your desk within a minute: try again."
    " If it stays so, an admin sees whether the reader runs."
)
STOPS = table("person_stops")


NEW = "new"
"""The form's value for a person who was not met before."""


@posted(pages.one, "of_persons", says={KeyMissing: UNOPENED, SealBroken: UNOPENED})
def read(visit: Visit, tip_id: int) -> Response:
    """Shows the decrypted notes on persons, as no other page does. Commits the audit row before the page is drawn."""
    why = reason_of(visit, "of_persons", "Say why you open the persons.")
    sheet = service_sheet.one(visit.kit, visit.by, tip_id)
    opened = service_persons.read(visit.kit, visit.by, visit.token, tip_id, why)
    asked = _asked_again(sheet.persons.clocks)
    part = number_of(visit.form.text("part", most=3)) or 1
    of_part = opened.people[(part - 1) * ON_A_PAGE : part * ON_A_PAGE]
    return opened_page(
        visit,
        "persons_opened.html",
        url_for("tips.one", tip_id=tip_id),
        shown=tip_in_words(visit, sheet.line),
        people=[(one, _consent(visit, one, asked.get(one.n))) for one in of_part],
        others=len(opened.people) > ON_A_PAGE,
        who=lambda entry: visit.place(opened.by.get(entry.id, "")) or visit.say(THE_LINE),
        said=partial(value, visit),
        questions=QUESTIONS,
        forms=CASE_FORMS,
        names={kind: _names(kind) for kind in CASE_FORMS},
        of_person=_of_person,
        of_offer=_of_offer,
        address=partial(form_of, tip_id),
        correction=partial(_correction, tip_id),
        clock=rules_follow_up.of_offer,
        follows=FOLLOWS,
        now=visit.kit.now(),
    )


def ask(visit: Visit, tip_id: int, act: str) -> Response:
    """Shows a form about a person, chosen by number. The form contains nothing about the person."""
    kind, form, query = _kind(act), visit.form, visit.query
    whom = form.text("whom", most=24) or query.get("whom", "")
    corrects = form.text("corrects", most=12) or query.get("corrects", "")
    sheet = service_sheet.one(visit.kit, visit.by, tip_id)
    words, options = CASE_FORMS[kind], _whom(visit, kind, sheet.persons, bool(corrects))
    return page(
        visit,
        "person_form.html",
        tip_id=tip_id,
        act=kind.value,
        form=words,
        names=words.names(ON_CONSOLE),
        questions=QUESTIONS,
        states=sorted(states(visit.language).items(), key=lambda one: one[1]),
        whom=options,
        chosen=whom or (options[-1][0] if len(options) == 1 else ""),
        corrects=next((one.at for one in sheet.moments if str(one.entry_id) == corrects), None),
        corrects_id=corrects,
        once=form.text("once", most=40) or secrets.token_hex(8),
    )


@posted(ask, "whom", says={KeyMissing: UNOPENED, SealBroken: UNOPENED})
def note(visit: Visit, tip_id: int, act: str) -> Response:
    kind, form = _kind(act), visit.form
    words, whom = CASE_FORMS[kind], form.text("whom", most=24)
    told = {name: form.text(name, most=20) for name in words.names(ON_CONSOLE)}
    codes = words.meant(told, ON_CONSOLE)
    missing = {name: visit.say("Choose one.") for name in words.missing(codes)}
    if not whom:
        missing["whom"] = visit.say("Choose who it is about.")
    if missing:
        raise FormRefused(missing)
    number, _, offer = whom.partition(":")
    n = 0 if whom == NEW else number_of(number)
    try:
        service_persons.note(
            visit.kit,
            visit.by,
            visit.token,
            tip_id,
            kind,
            PersonCodes(-1 if n is None else n, codes, number_of(offer)),
            once=form.text("once", most=40) or secrets.token_hex(8),
            corrects=number_of(form.text("corrects", most=12)),
        )
    except CodesRefused as refused:
        raise FormRefused({"whom": _stopped(visit, tip_id, n, refused.stop)}) from None
    except ValueError:
        raise visit.wrong("whom", STOPS[StopReason.NOBODY_WAITS]) from None
    return see("tips.one", tip_id=tip_id, noted="yes", _anchor="persons")


def _kind(act: str) -> EntryKind:
    """Returns the form's kind. Answers 404 for an unknown form."""
    found = next((kind for kind in CASE_FORMS if kind.value == act), None)
    if found is None:
        abort(404)
    return found


def _stopped(visit: Visit, tip_id: int, n: int | None, stop: str) -> str:
    """Returns the reason why the entry is not written, and the next step."""
    said = visit.say(STOPS[stop])
    if stop != StopReason.SAYS_NO:
        return said
    clocks = service_sheet.one(visit.kit, visit.by, tip_id).persons.clocks
    due = _asked_again(clocks).get(n or 0)
    if due is None:
        return said
    again = visit.say("Somebody else asks once more on {at}, alone.", at=visit.when(due))
    return f"{said} {again}"


def _asked_again(clocks: Sequence[RunningClock]) -> Mapping[int, datetime]:
    """Returns, by a person's number, the time at which a responder must ask again about consent."""
    return {one.n: one.due_at for one in clocks if one.offered_id is None}


def _whom(
    visit: Visit, kind: EntryKind, persons: CasePersons, corrects: bool
) -> Sequence[tuple[str, str]]:
    """Returns the choices for a form: persons by number and day, or offers by their time."""
    if kind in OF_REFERRAL:
        says = phrase("Person {n}: help offered {at}")
        return [
            (f"{one.n}:{one.offered_id}", visit.say(says, n=one.n, at=visit.when(one.offered_at)))
            for one in persons.offers
        ]
    says = phrase("Person {n}, met {at}")
    known = [(str(n), visit.say(says, n=n, at=visit.when(at))) for n, at in persons.met.items()]
    if kind in MEETS and not corrects:
        known.append((NEW, visit.say("Somebody who was not met before")))
    return known


def _names(kind: EntryKind) -> Sequence[str]:
    """Returns the questions of a form, in the order in which the page shows their answers."""
    return tuple(dict.fromkeys((*CASE_FORMS[kind].names(ON_CONSOLE), STATE)))


def _of_person(person: MetPerson) -> Sequence[EntryKind]:
    """Returns the forms about a person. A person who does not want help has no form for an offer."""
    offers = [EntryKind.OFFERED] if person.consent is ConsentStands.YES else []
    return [EntryKind.SCREENED, EntryKind.CONSENT, *offers, EntryKind.DETERMINATION]


def _consent(visit: Visit, person: MetPerson, asked: datetime | None) -> str:
    """Returns a sentence about the person's consent, and about the next question and its time."""
    at = "" if asked is None else visit.when(asked)
    is_asked = rules_follow_up.asked_again(person) is not None and asked is not None
    again = ""
    match person.consent:
        case ConsentStands.YES:
            said = visit.say("The person wants help.")
            if rules_follow_up.wants_since(person) is not None and asked is not None:
                again = visit.say("No service was asked: ask one by {at}.", at=at)
        case ConsentStands.NO:
            said = visit.say(
                "The person wants no help, and none is offered. Any day the person may say yes, to anybody."
            )
            asks = phrase("Somebody else asks once more on {at}, alone.")
            if _last(person, AGAIN) == WOMAN:
                asks = phrase("A woman asks once more on {at}, alone, and not who asked before.")
            again = visit.say(asks, at=at) if is_asked else visit.say("Nobody asks again.")
        case ConsentStands.UNDECIDED:
            said = visit.say(
                "A child: help is offered once it is decided with the child officer what is best."
                " Immediate safety never waits."
            )
            again = visit.say("Ask again by {at}.", at=at) if is_asked else ""
        case _:
            said = visit.say(
                "Nobody knows yet whether the person wants help: ask alone, and first."
            )
            again = visit.say("Ask again by {at}.", at=at) if is_asked else ""
    return f"{said} {again}".strip()


def _last(person: MetPerson, name: str) -> str | None:
    """Returns the newest answer to a question that was not corrected, or None."""
    told = (one.entry.said.codes for one in reversed(person.moments) if one.corrected_by is None)
    return next((codes[name] for codes in told if name in codes), None)


def _of_offer(person: MetPerson, offer: OfferedHelp) -> Sequence[EntryKind]:
    """Returns the forms about an offer now. After a no, only an accepted offer can be followed to its end."""
    if offer.answer == ServiceAnswer.ACCEPTED:
        return [EntryKind.THIRTY if offer.arrived == "yes" else EntryKind.ARRIVED]
    return [] if person.consent is ConsentStands.NO else [EntryKind.ANSWERED]


def _correction(tip_id: int, person: MetPerson, moment: PersonMoment) -> str:
    """Returns the address of the form that corrects an entry. Empty for a corrected entry and for closed help."""
    entry, said = moment.entry, moment.entry.said
    is_closed = entry.kind is EntryKind.OFFERED and person.consent is ConsentStands.NO
    if is_closed or moment.corrected_by is not None:
        return ""
    whom = str(said.n) if said.referral is None else f"{said.n}:{said.referral}"
    return form_of(tip_id, entry.kind, whom=whom, corrects=entry.id)
