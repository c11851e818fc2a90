"""Reads the persons of a case from its encrypted coded answers. Also writes new coded answers, and the rows that are
computed from them.

A coded answer is a choice from a fixed list, for example the person's sex. The coded answers are stored only once,
encrypted, with their case event. The computed rows contain only numbers, times and deadlines, and can be computed again
from the case events.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import rules_follow_up, service_case, tables_case_events
from hotline.cases import decrypt_codes, service_requests
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.text.errors import CodesRefused, DecryptionFailed
from hotline.tips import tables_persons
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    FollowKind,
    MetPerson,
    PersonCodes,
    PersonEntry,
    build_persons,
)
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral


def update_rows(
    session: Session, tip: Tip, before: Sequence[MetPerson], after: Sequence[MetPerson]
) -> None:
    """Updates the computed rows of a case after a new report about its persons.

    For an unchanged reminder, the row still shows how often the hotline has sent the reminder.
    """
    persons_before, tip_id = {one.n: one for one in before}, tip.id
    rows = {row.offered_id: row for row in tables_persons.offers_of(session, tip_id)}
    for person in after:
        person_before = persons_before.get(person.n)
        tables_persons.add_person(session, tip_id, person.n, person.met_at)
        victim = session.get_one(PossibleVictim, (tip_id, person.n))
        victim.responder_id = next(reversed(person.askers), None)
        follow_clock = rules_follow_up.person_clock(person, tip.urgency)
        if (
            person_before is None
            or rules_follow_up.person_clock(person_before, tip.urgency) != follow_clock
        ):
            _restart(victim, follow_clock)
        for offer in person.referrals:
            row = rows.get(offer.offered_id)
            if row is None:
                row = ServiceReferral(
                    offered_id=offer.offered_id,
                    tip_id=tip_id,
                    n=person.n,
                    responder_id=offer.offered_by,
                    offered_at=offer.offered_at,
                    times=0,
                )
                tables_persons.add_offer(session, row)
            row.answered_at, row.arrived_at = offer.answered_at, offer.arrived_at
            row.thirty_at = offer.thirty_at
            offer_clock = rules_follow_up.offer_clock(person, offer)
            if offer_clock != _offer_clock(person_before, row.offered_id):
                _restart(row, offer_clock)
            if row.clock != FollowKind.ANSWER:
                tables_persons.forget_who(session, offer.offered_id)
    session.flush()


def _offer_clock(person: MetPerson | None, offered_id: int) -> rules_follow_up.FollowClock | None:
    offer = person and next((one for one in person.referrals if one.offered_id == offered_id), None)
    return rules_follow_up.offer_clock(person, offer) if person and offer else None


def _restart(
    row: PossibleVictim | ServiceReferral, clock: rules_follow_up.FollowClock | None
) -> None:
    row.clock, row.due_at = (None, None) if clock is None else (clock.kind.value, clock.due_at)
    row.times = 0


class PersonReport(NamedTuple):
    """A report about a person of a case, before it is stored."""

    kind: LoggedEvent
    reported: PersonCodes
    by: service_case.EventActor
    at: datetime
    key: str
    """A unique key of the report. A second report with the same key is not stored."""
    supersedes: int | None = None
    """The id of the case event that this report corrects."""


def decrypted_persons(session: Session, tip: Tip, private: bytes | None) -> tuple[MetPerson, ...]:
    """Returns the persons of a case, from the decrypted coded answers. Returns an empty list if the case has no coded
    answers.

    Raises DecryptionFailed if the case has coded answers and `private` is None.
    """
    return build_persons(person_events(session, tip, private))


def person_events(session: Session, tip: Tip, private: bytes | None) -> Sequence[PersonEntry]:
    """Returns the case events about persons, the oldest first.

    Leaves out an event whose coded answers cannot be decrypted.
    """
    if private is None:
        if tables_case_events.public_key(session, tip.id) is not None:
            raise DecryptionFailed(
                "this account cannot decrypt the notes about persons in this case: ask an admin for access to the desk"
            )
        return ()
    return [*_read(session, tip, decrypt_codes.codes_by_event(session, tip, private))]


def _read(session: Session, tip: Tip, codes: Mapping[int, bytes]) -> Iterator[PersonEntry]:
    for row in tables_case_events.events_of_tip(session, tip.id):
        if row.id not in codes:
            continue
        with suppress(ValueError, KeyError, TypeError):
            said, kind = PersonCodes.from_bytes(codes[row.id]), LoggedEvent(row.kind)
            who, desk = row.responder_id, row.desk
            yield PersonEntry(row.id, kind, row.at, said, who, desk, row.channel, row.supersedes)


def write_report(
    session: Session, context: Context, tip: Tip, report: PersonReport, *, private: bytes | None
) -> tuple[int, MetPerson] | None:
    """Stores a case event with a report, its encrypted coded answers, and the rows that are computed from the report.

    Returns the id of the event, and the person with all reports so far. Returns None if the event already exists. The
    calling function must have locked the tip. Raises ValueError for unknown coded answers, CodesRefused,
    DecryptionFailed or KeyMissing.
    """
    kind, said, by, at = report.kind, report.reported.checked(report.kind), report.by, report.at
    known = person_events(session, tip, private)
    before = build_persons(known)
    if tables_case_events.is_written(session, f"{kind}:{report.key}"):
        return None
    stop = rules_follow_up.refusal_of(before, kind, said, at, corrects=report.supersedes)
    if stop is not None:
        raise CodesRefused(stop)
    entry_id = service_case.write_event(
        session, tip.id, kind, by, at, key=report.key, supersedes=report.supersedes
    )
    if entry_id is None:
        return None
    service_requests.store_codes(session, context, tip, entry_id, said.to_bytes(), at)
    who, way = by.responder_id, by.by_way.value
    new = PersonEntry(entry_id, kind, at, said, who, by.desk, way, report.supersedes)
    after = build_persons((*known, new))
    update_rows(session, tip, before, after)
    return entry_id, next(one for one in after if one.n == said.n)
