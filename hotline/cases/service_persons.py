"""Shows the persons of a case on a page of the console. Without a key, the page shows only the number of persons and
the open reminders.

With the private key of the case, the page also shows the reports about each person. Decrypted data is never stored.

Also records reports that console accounts make about persons. An account can make the reports that a responder makes by
phone, and can also record official decisions.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import queries, tables_case_events
from hotline.alerts.rules_follow_up import StopReason
from hotline.alerts.service_case import EventActor
from hotline.cases import decrypt_codes, service_follow_up, service_viewer
from hotline.cases import queries as cases_queries
from hotline.cases.service_viewer import get_readable, log, viewer_of
from hotline.core import rules_trial
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.gateway.doorbell import ringing
from hotline.people import decrypt_grants, service_sessions, tables_audit
from hotline.people.rules import of_account
from hotline.people.rules_audit import read_actor
from hotline.text.errors import CodesRefused, DecryptionFailed, KeyMissing, NotFound
from hotline.tips import tables_persons
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import Matter
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_persons import (
    CASE_FORMS,
    CONSENT,
    ConsentCode,
    FollowKind,
    MetPerson,
    PersonCodes,
    PersonEntry,
)
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

NOTED = "person_noted"
"""The name of the action that the audit log shows when an account records a report about a person."""
OF_PEOPLE = frozenset(CASE_FORMS)


class RunningClock(NamedTuple):
    """A follow-up about a person that has no report yet, with the time when the report is due."""

    n: int
    kind: FollowKind
    due_at: datetime
    is_owed: bool
    """True if the hotline has reminded a responder of this follow-up, and still has no report."""
    offered_id: int | None = None


class CasePersons(NamedTuple):
    """The numbers and times about the persons of a case, which are not encrypted."""

    met: Mapping[int, datetime]
    offers: Sequence[ServiceReferral]
    clocks: Sequence[RunningClock]
    """The open follow-ups, the earliest due time first."""
    are_gone: bool
    """True if the case had persons, but their coded answers were erased after the monthly statistics."""
    is_counted: bool = False
    """True if the statistics have already counted the month in which the case was filed. A later report is still
    recorded, but the statistics do not include it."""


@dataclass(frozen=True, slots=True)
class DecryptedPersons:
    """The decrypted reports about persons, and the author of each report. `repr` does not show the reports."""

    people: Sequence[MetPerson] = field(repr=False)
    by: Mapping[int, str]


def plain_persons(session: Session, tip_id: int) -> CasePersons:
    rows = tables_persons.persons_of_tip(session, tip_id)
    offers = tables_persons.offers_of(session, tip_id)
    followed: list[PossibleVictim | ServiceReferral] = [*rows, *offers]
    clocks = [
        RunningClock(
            row.n,
            FollowKind(row.clock),
            row.due_at,
            row.times > 0,
            row.offered_id if isinstance(row, ServiceReferral) else None,
        )
        for row in followed
        if row.due_at is not None and row.clock is not None
    ]
    met = {row.n: row.met_at for row in rows}
    gone = not met and tables_case_events.has_met(session, tip_id)
    clocks.sort(key=lambda one: one.due_at)
    return CasePersons(met, offers, clocks, gone, tables_case_events.is_counted(session, tip_id))


def due_follow_ups(context: Context, tip_id: int) -> Sequence[RunningClock]:
    """Returns the open follow-ups about the persons of a case, the earliest due time first."""
    with context.database.reading() as session:
        return plain_persons(session, tip_id).clocks


def read_persons(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, reason: str
) -> DecryptedPersons:
    """Returns the decrypted reports about the persons of a case. Before it decrypts the reports, writes a row to the
    audit log. Also writes a row if the account may not read the reports.

    Raises NotFound if the account may not see this tip. Raises KeyMissing. Raises DecryptionFailed if no key of the
    account decrypts the reports.
    """
    viewer, tip = get_readable(context, by, tip_id, reason)
    try:
        private_key = account_key(context, token)
        with context.database.reading() as session:
            _, private = case_key(session, context, by, private_key, viewer, tip)
            found = service_follow_up.decrypted_persons(session, tip, private)
            names = report_authors(session, tip_id)
    except (KeyMissing, DecryptionFailed):
        log(context, by, tip_id, "tip_refused", f"the persons do not open: {reason}")
        raise
    log(context, by, tip_id, "people_read", reason)
    return DecryptedPersons(found, names)


def events_for_rules(
    session: Session, context: ConsoleContext, by: SignedIn, token: str, tip: Tip
) -> Sequence[PersonEntry]:
    """Returns the decrypted case events about the persons of a case. The calling function may use the events to check a
    rule or to make a case file, but no page may show the events. Raises KeyMissing, DecryptionFailed.
    """
    viewer = viewer_of(session, by)
    _, private = case_key(session, context, by, account_key(context, token), viewer, tip)
    return service_follow_up.person_events(session, tip, private)


def account_key(context: ConsoleContext, token: str) -> bytes:
    """Returns the unlocked private key of the account. Raises KeyMissing."""
    private_key = service_sessions.key_of(context, token)
    if private_key is None:
        raise KeyMissing("this session can no longer decrypt tips: sign in again")
    return private_key


def case_key(
    session: Session,
    context: ConsoleContext,
    by: SignedIn,
    private_key: bytes,
    viewer: Viewer,
    tip: Tip,
) -> tuple[str, bytes | None]:
    """Returns the private key of the case, and the desk whose access lets the account decrypt it. If the account cannot
    decrypt the private key, returns None in place of this key.
    """
    member, desks = of_account(by.account_id), sorted(viewer.desks)
    for desk in desks:
        with suppress(NotFound, DecryptionFailed):
            keys = decrypt_grants.decrypt_desk_as(session, desk, member, private_key)
            found = decrypt_codes.case_private_key(session, context, tip, desk, keys)
            if found is not None:
                return desk, found
    return next(iter(desks), ""), None


def report_authors(session: Session, tip_id: int) -> Mapping[int, str]:
    """Returns the author of each case event about a person: the name of a responder, an account or a desk.

    The author is an empty text if the clock process recorded the event.
    """
    signed = {
        row.at: read_actor(row.actor, {})[1]
        for row in tables_audit.entries(session, subject=f"tip:{tip_id}")
        if row.action == NOTED
    }
    events = [one for one in service_viewer.timeline_of(session, tip_id) if one.kind in OF_PEOPLE]
    return {one.entry_id: signed.get(one.at) or one.name or one.desk for one in events}


CLOSED = "closed"
"""The reason for refusing a screening of a person in a closed case."""


def record_report(
    context: ConsoleContext,
    by: SignedIn,
    token: str,
    tip_id: int,
    kind: LoggedEvent,
    reported: PersonCodes,
    *,
    once: str,
    corrects: int | None,
) -> None:
    """Records a report from a form, and writes a row to the audit log. In a report about a new person, the number of
    the person is 0.

    `once` is a text that is different for each form that a page shows. A second request with the same `once` changes
    nothing. Raises NotFound if the account may not see this tip, and ValueError for unknown coded answers. Raises
    CodesRefused. Raises KeyMissing or DecryptionFailed if the account's key cannot decrypt the case.
    """
    private_key, at = account_key(context, token), context.now()
    actor = tables_audit.by_actor(by.actor)
    with ringing(context) as session:
        viewer = viewer_of(session, by)
        cases_queries.visible_tip(session, viewer, tip_id)
        tip = queries.tip_for_writing(session, tip_id)
        if tip.matter != Matter.TIP or tip.channel in rules_trial.UNCOUNTED:
            raise NotFound(f"tip {tip_id}: persons cannot be added to a complaint, drill or test")
        key = f"{tip_id}:{by.account_id}:{once}"
        if tables_case_events.is_written(session, f"{kind}:{key}"):
            return
        desk, private = case_key(session, context, by, private_key, viewer, tip)
        if not reported.n:
            numbers = (row.n for row in tables_persons.persons_of_tip(session, tip.id))
            reported = replace(reported, n=max(numbers, default=0) + 1)
        report = service_follow_up.PersonReport(
            kind,
            reported.checked(kind),
            EventActor(actor, EventChannel.CONSOLE, desk, viewer.responder_id),
            at,
            key,
            corrects,
        )
        # The code below refuses two kinds of reports. The screens on phones do not offer these reports.
        if kind is LoggedEvent.SCREENED and tip.closed_at is not None and corrects is None:
            raise CodesRefused(CLOSED)
        if kind is LoggedEvent.CONSENT and report.reported.codes[CONSENT] == ConsentCode.YES:
            met = service_follow_up.decrypted_persons(session, tip, private)
            if any(one.n == report.reported.n and one.is_child for one in met):
                raise CodesRefused(StopReason.UNDECIDED)
        done = service_follow_up.record_report(session, context, tip, report, private=private)
        if done is not None:
            tables_audit.append_about_tip(session, tip_id, "person_noted", actor, at)
