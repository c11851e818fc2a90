"""The persons of a case, opened, in the words of whoever reads: what was noted of each, and what may be said next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.domain.cases import following
from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import FollowClock
from hotline.domain.cases.people_codes import (
    AGAIN,
    ANSWER,
    ARRIVED,
    BODY,
    CASE_FORMS,
    DETERMINATION,
    FORM,
    NATIONALITY,
    ON_CONSOLE,
    QUESTIONS,
    SERVICE,
    SEX,
    STATE,
    THIRTY,
    WOMAN,
    ServiceAnswer,
)
from hotline.domain.cases.persons import ConsentStands, MetPerson, OfferedHelp, PersonMoment
from hotline.domain.places.places import place_name
from hotline.services.tips.persons.case_persons import OpenedPersons
from hotline.web.console.templating import when
from hotline.web.console.tips.person_lines import CLOCKS, RESULTS, THE_LINE, form_of, value
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase


@dataclass(frozen=True, slots=True)
class ShownOffer:
    service: str
    offered_at: datetime
    states: Sequence[str]
    """What came of it, the first first."""
    clock: str
    is_owed: bool
    """It is to be said by now."""
    forms: Sequence[tuple[str, str]]
    """What may be said of it now."""


@dataclass(frozen=True, slots=True)
class ShownMoment:
    at: datetime
    title: str
    who: str
    says: Sequence[tuple[str, str]] = field(repr=False)
    """What was asked, and the answer."""
    is_corrected: bool
    corrects: bool
    correct: str
    """The form that corrects it; empty of one that was corrected, and of help that is closed."""


@dataclass(frozen=True, slots=True)
class ShownPerson:
    n: int
    tags: Sequence[tuple[str, str]] = field(repr=False)
    facts: Sequence[tuple[str, str]] = field(repr=False)
    consent: str = field(repr=False)
    is_closed: bool
    """The person said no: no form of help stands there."""
    offers: Sequence[ShownOffer] = field(repr=False)
    moments: Sequence[ShownMoment] = field(repr=False)
    forms: Sequence[tuple[str, str]]


def shown(
    visit: Visit, tip_id: int, opened: OpenedPersons, asked: Mapping[int, datetime]
) -> Sequence[ShownPerson]:
    """`asked`: by a person's number, when somebody is rung to ask her once more, as the case's clocks say."""
    return [_person(visit, tip_id, one, opened.by, asked.get(one.n)) for one in opened.people]


def _person(
    visit: Visit, tip_id: int, person: MetPerson, by: Mapping[int, str], asked: datetime | None
) -> ShownPerson:
    stands, n = person.consent, person.n
    kinds = [EntryKind.SCREENED, EntryKind.CONSENT, EntryKind.DETERMINATION]
    if stands is ConsentStands.YES:
        kinds.insert(2, EntryKind.OFFERED)
    return ShownPerson(
        n=n,
        tags=[*_tags(visit, person)],
        facts=[*_facts(visit, person)],
        consent=_consent(visit, person, asked),
        is_closed=stands is ConsentStands.NO,
        offers=[_offer(visit, tip_id, person, one) for one in person.referrals],
        moments=[_moment(visit, tip_id, person, one, by) for one in person.moments],
        forms=[
            (visit.say(CASE_FORMS[one].title), form_of(tip_id, one, whom=str(n))) for one in kinds
        ],
    )


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
    clock = following.asked_again(person)
    if clock is not None:
        clock = replace(clock, due_at=asked) if asked is not None else None
    if person.consent is ConsentStands.YES:
        wants = visit.say("The person wants help.")
        if following.wants_since(person) is None or asked is None:
            return wants
        owed = visit.say("No service was asked: ask one by {at}.", at=when(visit.language, asked))
        return f"{wants} {owed}"
    if person.consent is ConsentStands.NO:
        return _said_no(visit, person, clock)
    if person.consent is ConsentStands.UNDECIDED:
        said = visit.say(
            "A child: help is offered once it is decided with the child officer what is best."
            " Immediate safety never waits."
        )
    else:
        said = visit.say("Nobody knows yet whether the person wants help: ask alone, and first.")
    if clock is None:
        return said
    again = visit.say("Ask again by {at}.", at=when(visit.language, clock.due_at))
    return f"{said} {again}"


def _said_no(visit: Visit, person: MetPerson, clock: FollowClock | None) -> str:
    said = visit.say(
        "The person wants no help, and none is offered. Any day the person may say yes, to anybody."
    )
    if clock is None:
        nobody = visit.say("Nobody asks again.")
        return f"{said} {nobody}"
    woman = _last(person, AGAIN) == WOMAN
    asks = phrase("A woman asks once more on {at}, alone, and not who asked before.")
    other = phrase("Somebody else asks once more on {at}, alone.")
    again = visit.say(asks if woman else other, at=when(visit.language, clock.due_at))
    return f"{said} {again}"


def _last(person: MetPerson, name: str) -> str | None:
    """What was said last to a question."""
    told = (one.entry.said.codes for one in reversed(person.moments) if one.corrected_by is None)
    return next((codes[name] for codes in told if name in codes), None)


def _offer(visit: Visit, tip_id: int, person: MetPerson, offer: OfferedHelp) -> ShownOffer:
    clock = following.of_offer(person, offer)
    states = [
        f"{visit.say(QUESTIONS[name].asks)} {value(visit, name, code)} ({when(visit.language, at)})"
        for name, code, at in (
            (ANSWER, offer.answer, offer.answered_at),
            (ARRIVED, offer.arrived, offer.arrived_at),
            (THIRTY, offer.thirty, offer.thirty_at),
        )
        if code is not None and at is not None
    ]
    whom = f"{person.n}:{offer.offered_id}"
    return ShownOffer(
        service=value(visit, SERVICE, offer.service),
        offered_at=offer.offered_at,
        states=states,
        clock=_clock(visit, person, clock),
        is_owed=clock is not None and clock.due_at <= visit.kit.now(),
        forms=[
            (visit.say(CASE_FORMS[kind].title), form_of(tip_id, kind, whom=whom))
            for kind in _next(person, offer)
        ],
    )


def _next(person: MetPerson, offer: OfferedHelp) -> Iterator[EntryKind]:
    """What may be said of an offer now. Of somebody who said no, only what was begun is told to its end."""
    if offer.answer == ServiceAnswer.ACCEPTED:
        yield EntryKind.THIRTY if offer.arrived == "yes" else EntryKind.ARRIVED
    elif person.consent is not ConsentStands.NO:
        yield EntryKind.ANSWERED


def _clock(visit: Visit, person: MetPerson, clock: FollowClock | None) -> str:
    if clock is None:
        return ""
    return f"{visit.say(CLOCKS[clock.kind], n=person.n)} {when(visit.language, clock.due_at)}"


def _moment(
    visit: Visit, tip_id: int, person: MetPerson, moment: PersonMoment, by: Mapping[int, str]
) -> ShownMoment:
    entry, codes = moment.entry, moment.entry.said.codes
    offer = entry.said.referral
    whom = str(entry.said.n) if offer is None else f"{entry.said.n}:{offer}"
    is_corrected = moment.corrected_by is not None
    stays = is_corrected or (entry.kind is EntryKind.OFFERED and person.consent is ConsentStands.NO)
    return ShownMoment(
        at=entry.at,
        title=visit.say(CASE_FORMS[entry.kind].title),
        who=place_name(by.get(entry.id, ""), visit.language) or visit.say(THE_LINE),
        says=[
            (visit.say(QUESTIONS[name].asks), value(visit, name, codes[name]))
            for name in dict.fromkeys((*CASE_FORMS[entry.kind].names(ON_CONSOLE), STATE))
            if name in codes
        ],
        is_corrected=is_corrected,
        corrects=entry.supersedes is not None,
        correct="" if stays else form_of(tip_id, entry.kind, whom=whom, corrects=entry.id),
    )
