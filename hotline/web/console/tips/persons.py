"""The persons of a case: opened in the answer to a POST, as words are, with what may be said next; and the forms about
them, which open nothing.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from flask import Response, abort, url_for

from hotline.domain.cases import following
from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import FOLLOWS
from hotline.domain.cases.may_record import MEETS, StopReason
from hotline.domain.cases.people_codes import (
    AGAIN,
    ANSWER,
    ARRIVED,
    BODY,
    CASE_FORMS,
    DETERMINATION,
    FORM,
    NATIONALITY,
    OF_REFERRAL,
    ON_CONSOLE,
    QUESTIONS,
    SERVICE,
    SEX,
    STATE,
    THIRTY,
    WOMAN,
    PersonCodes,
    ServiceAnswer,
)
from hotline.domain.cases.persons import ConsentStands, MetPerson, OfferedHelp, PersonMoment
from hotline.domain.places.places import place_name
from hotline.errors import CodesRefused, FormRefused, KeyMissing, SealBroken
from hotline.services.tips import tip_sheet
from hotline.services.tips.persons import case_persons
from hotline.services.tips.persons.case_persons import CasePersons, RunningClock
from hotline.web.console.form import number_of
from hotline.web.console.templating import when
from hotline.web.console.tips import tips
from hotline.web.console.tips.person_lines import (
    ON_A_PAGE,
    RESULTS,
    THE_LINE,
    form_of,
    states,
    value,
)
from hotline.web.console.tips.tips import in_words as tip_in_words
from hotline.web.console.tips.tips import opened_page, reason_of
from hotline.web.console.visit import Visit, page, posted, see
from hotline.web.console.who import phrase, table

UNOPENED = phrase(
    "No key of yours opens what was noted of persons here. The reader hands it to your desk within a minute: try again."
    " If it stays so, an admin sees whether the reader runs."
)
STOPS = table("person_stops")


NEW = "new"
"""Whom a form is about: somebody who was not met before."""


@posted(tips.one, "of_persons", says={KeyMissing: UNOPENED, SealBroken: UNOPENED})
def read(visit: Visit, tip_id: int) -> Response:
    """The only page that says what was noted of persons. Its audit row is committed before it is drawn."""
    why = reason_of(visit, "of_persons", "Say why you open the persons.")
    sheet = tip_sheet.one(visit.kit, visit.by, tip_id)
    opened = case_persons.read(visit.kit, visit.by, visit.token, tip_id, why)
    asked = _asked_again(sheet.persons.clocks)
    part = number_of(visit.form.text("part", most=3)) or 1
    of_part = opened.people[(part - 1) * ON_A_PAGE : part * ON_A_PAGE]
    return opened_page(
        visit,
        "persons_opened.html",
        url_for("tips.one", tip_id=tip_id),
        shown=tip_in_words(visit, sheet.line),
        people=[_person(visit, tip_id, one, opened.by, asked.get(one.n)) for one in of_part],
        others=len(opened.people) > ON_A_PAGE,
    )


def ask(visit: Visit, tip_id: int, act: str) -> Response:
    """A form about a person, by number. It knows nothing of her."""
    kind, form, query = _kind(act), visit.form, visit.query
    whom = form.text("whom", most=24) or query.get("whom", "")
    corrects = form.text("corrects", most=12) or query.get("corrects", "")
    sheet = tip_sheet.one(visit.kit, visit.by, tip_id)
    words, options = CASE_FORMS[kind], _whom(visit, kind, sheet.persons, bool(corrects))
    return page(
        visit,
        "person_form.html",
        tip_id=tip_id,
        act=kind.value,
        title=visit.say(words.title),
        sees=words.on_site,
        fields=[_field(visit, name) for name in words.names(ON_CONSOLE)],
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
        case_persons.note(
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
    """404 for what is no form."""
    found = next((kind for kind in CASE_FORMS if kind.value == act), None)
    if found is None:
        abort(404)
    return found


def _stopped(visit: Visit, tip_id: int, n: int | None, stop: str) -> str:
    """Why it is not written, and what to do next."""
    said = visit.say(STOPS[stop])
    if stop != StopReason.SAYS_NO:
        return said
    clocks = tip_sheet.one(visit.kit, visit.by, tip_id).persons.clocks
    due = _asked_again(clocks).get(n or 0)
    if due is None:
        return said
    again = visit.say("Somebody else asks once more on {at}, alone.", at=when(visit.language, due))
    return f"{said} {again}"


def _asked_again(clocks: Sequence[RunningClock]) -> Mapping[int, datetime]:
    """By a person's number, when somebody is rung to ask once more whether help is wanted."""
    return {one.n: one.due_at for one in clocks if one.offered_id is None}


def _whom(
    visit: Visit, kind: EntryKind, persons: CasePersons, corrects: bool
) -> Sequence[tuple[str, str]]:
    """Whom a form may be about: a person by number and day, an offer by its moment."""
    day = {n: when(visit.language, at) for n, at in persons.met.items()}
    if kind in OF_REFERRAL:
        says = phrase("Person {n}: help offered {at}")
        return [
            (
                f"{one.n}:{one.offered_id}",
                visit.say(says, n=one.n, at=when(visit.language, one.offered_at)),
            )
            for one in persons.offers
        ]
    known = [(str(n), visit.say("Person {n}, met {at}", n=n, at=at)) for n, at in day.items()]
    if kind in MEETS and not corrects:
        known.append((NEW, visit.say("Somebody who was not met before")))
    return known


def _field(visit: Visit, name: str) -> Mapping[str, object]:
    question = QUESTIONS[name]
    options = visit.options(question.values)
    if name == STATE:
        options = sorted(states(visit.language).items(), key=lambda one: one[1])
        options = [("", visit.say("not said")), *options]
    return {
        "name": name,
        "asks": visit.say(question.asks),
        "options": options,
        "hint": visit.say(question.hint) if question.hint else "",
        "is_long": name == STATE,
        "chosen": visit.form.many(name),
    }


def _person(
    visit: Visit, tip_id: int, person: MetPerson, by: Mapping[int, str], asked: datetime | None
) -> Mapping[str, object]:
    """What the page says of a person. `asked`: when she is rung to be asked once more, as the case's clocks say."""
    kinds = [EntryKind.SCREENED, EntryKind.CONSENT, EntryKind.DETERMINATION]
    if person.consent is ConsentStands.YES:
        kinds.insert(2, EntryKind.OFFERED)
    return {
        "n": person.n,
        "tags": [*_tags(visit, person)],
        "facts": [*_facts(visit, person)],
        "consent": _consent(visit, person, asked),
        # Of somebody who said no there is no form of help.
        "is_closed": person.consent is ConsentStands.NO,
        "offers": [_offer(visit, tip_id, person, one) for one in person.referrals],
        "moments": [_moment(visit, tip_id, person, one, by) for one in person.moments],
        "forms": _forms(visit, tip_id, kinds, str(person.n)),
    }


def _forms(
    visit: Visit, tip_id: int, kinds: Iterable[EntryKind], whom: str
) -> Sequence[tuple[str, str]]:
    """Titles and addresses of the forms about somebody."""
    return [(visit.say(CASE_FORMS[kind].title), form_of(tip_id, kind, whom=whom)) for kind in kinds]


def _tags(visit: Visit, person: MetPerson) -> Iterator[tuple[str, str]]:
    if person.is_child:
        yield visit.say("a child"), "warn"
    elif person.minor is not None:
        yield visit.say("grown up"), "soft"
    if person.result is not None:
        words, kind = RESULTS[person.result]
        yield visit.say(words), kind
    if person.determination is not None and person.body is not None:
        said = visit.say(QUESTIONS[DETERMINATION].values[person.determination])
        body = visit.say(QUESTIONS[BODY].values[person.body])
        yield visit.say("{body}: {said}", body=body, said=said), "bad" if person.actual else "soft"


def _facts(visit: Visit, person: MetPerson) -> Iterator[tuple[str, str]]:
    for name, code in ((SEX, person.sex), (NATIONALITY, person.nationality), (FORM, person.form)):
        if code is not None:
            yield visit.say(QUESTIONS[name].asks), value(visit, name, code)
    if person.state is not None:
        yield visit.say("Citizen of"), value(visit, STATE, person.state)


def _consent(visit: Visit, person: MetPerson, asked: datetime | None) -> str:
    """Whether help may be offered now; and where not, who asks again and when."""
    at = "" if asked is None else when(visit.language, asked)
    is_asked = following.asked_again(person) is not None and asked is not None
    again = ""
    match person.consent:
        case ConsentStands.YES:
            said = visit.say("The person wants help.")
            if following.wants_since(person) is not None and asked is not None:
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
    """What was said last to a question."""
    told = (one.entry.said.codes for one in reversed(person.moments) if one.corrected_by is None)
    return next((codes[name] for codes in told if name in codes), None)


def _offer(
    visit: Visit, tip_id: int, person: MetPerson, offer: OfferedHelp
) -> Mapping[str, object]:
    clock = following.of_offer(person, offer)
    told = (
        (ANSWER, offer.answer, offer.answered_at),
        (ARRIVED, offer.arrived, offer.arrived_at),
        (THIRTY, offer.thirty, offer.thirty_at),
    )
    until = ""
    if clock is not None:
        owed = visit.say(FOLLOWS[clock.kind].until, n=person.n)
        until = f"{owed} {when(visit.language, clock.due_at)}"
    return {
        "service": value(visit, SERVICE, offer.service),
        "offered_at": offer.offered_at,
        # What came of it, the first first.
        "states": [
            f"{visit.say(QUESTIONS[name].asks)} {value(visit, name, code)} ({when(visit.language, at)})"
            for name, code, at in told
            if code is not None and at is not None
        ],
        "clock": until,
        "is_owed": clock is not None and clock.due_at <= visit.kit.now(),
        "forms": _forms(visit, tip_id, _next(person, offer), f"{person.n}:{offer.offered_id}"),
    }


def _next(person: MetPerson, offer: OfferedHelp) -> Iterator[EntryKind]:
    """What may be said of an offer now. Of somebody who said no, only what was begun is told to its end."""
    if offer.answer == ServiceAnswer.ACCEPTED:
        yield EntryKind.THIRTY if offer.arrived == "yes" else EntryKind.ARRIVED
    elif person.consent is not ConsentStands.NO:
        yield EntryKind.ANSWERED


def _moment(
    visit: Visit, tip_id: int, person: MetPerson, moment: PersonMoment, by: Mapping[int, str]
) -> Mapping[str, object]:
    entry, codes = moment.entry, moment.entry.said.codes
    offer = entry.said.referral
    whom = str(entry.said.n) if offer is None else f"{entry.said.n}:{offer}"
    is_corrected = moment.corrected_by is not None
    stays = is_corrected or (entry.kind is EntryKind.OFFERED and person.consent is ConsentStands.NO)
    return {
        "at": entry.at,
        "title": visit.say(CASE_FORMS[entry.kind].title),
        "who": place_name(by.get(entry.id, ""), visit.language) or visit.say(THE_LINE),
        # What was asked, and the answer.
        "says": [
            (visit.say(QUESTIONS[name].asks), value(visit, name, codes[name]))
            for name in dict.fromkeys((*CASE_FORMS[entry.kind].names(ON_CONSOLE), STATE))
            if name in codes
        ],
        "is_corrected": is_corrected,
        "corrects": entry.supersedes is not None,
        # The form that corrects it; none of one that was corrected, and of help that is closed.
        "correct": "" if stays else form_of(tip_id, entry.kind, whom=whom, corrects=entry.id),
    }
