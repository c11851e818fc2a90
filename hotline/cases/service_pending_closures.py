"""Lists the requested closures that wait for a second person. Each morning, the module also sends an SMS about these
closures.

Only the national desk and the requester's own desk may read two reasons: why a closure was requested, and why a second
person refused it. The reasons may contain facts that other desks must not know.

The SMS goes to the national desk, and names the closures that have waited for at least 24 hours. On Mondays, a second
SMS gives the number of legal holds to review. People of oversight desks get a separate SMS about complaints against the
national desk. The clock process calls this module each second, and sends the SMS once a day. The module sends the SMS
at 06:30, or later if the clock process was not running at 06:30.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.alerts import queries, queries_retention, service_closing
from hotline.alerts.service_case import RESPONDER_PREFIX
from hotline.alerts.service_messages import notify_person
from hotline.cases import queries as cases_queries
from hotline.cases import service_viewer, tables_case_files
from hotline.cases.service_viewer import is_national, viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import responders_short_code
from hotline.people import tables, tables_accounts, tables_audit, tables_desks
from hotline.people.rules import account_of, of_account
from hotline.people.rules_audit import read_actor
from hotline.text.time import KIGALI
from hotline.tips import queries_visible
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import TipOutcome, Urgency, next_morning_sms
from hotline.tips.tables import Tip, requested_outcome

REQUESTED, REFUSED = "end_wanted_", "end_refused"
"""Two actions in the audit log: a requested closure, and a refused closure. The name of the requested outcome follows
`REQUESTED`."""


def readable_rows(
    session: Session, viewer: Viewer, rows: Sequence[tables_audit.AuditEntry]
) -> frozenset[int]:
    """Returns the ids of the given audit log rows whose reasons this viewer may read. `rows` are the audit log rows
    about one tip, the oldest first."""
    if is_national(viewer):
        return frozenset(row.id for row in rows)
    found, is_own = set[int](), False
    for row in rows:
        if row.action.startswith(REQUESTED):
            is_own = bool(_desks_of(session, row.actor) & viewer.desks)
        if is_own and (row.action.startswith(REQUESTED) or row.action == REFUSED):
            found.add(row.id)
    return frozenset(found)


def request_reason(session: Session, viewer: Viewer, tip_id: int) -> str:
    """Returns the reason of the pending closure request. Returns an empty text if this viewer may not read the
    reason."""
    rows = tables_audit.entries(session, subject=f"tip:{tip_id}")
    asked = [row for row in rows if row.action.startswith(REQUESTED)][-1:]
    may = readable_rows(session, viewer, asked)
    return "".join(row.reason for row in asked if row.id in may)


def _desks_of(session: Session, actor: str) -> frozenset[str]:
    """Returns the desks of the person who gave a command. Returns an empty result for a command at the server."""
    account_id = account_of(actor)
    if account_id is not None:
        return tables_desks.desks_of(session, of_account(account_id))
    number = actor.removeprefix(RESPONDER_PREFIX)
    if number == actor or not number.isdecimal():
        return frozenset()
    return frozenset(row.desk_code for row in tables.current_memberships(session, int(number)))


MAX_CLOSURES = 200
"""The maximum number of closures on one page."""
LATE_AFTER = timedelta(hours=24)
"""The morning's SMS names the closures that have waited for at least this time."""


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """A requested closure that waits for a second person, without encrypted data."""

    tip_id: int
    place: str
    within: str | None
    outcome: TipOutcome
    requested_by: str
    """The name of the person who requested the closure."""
    requested_at: datetime
    age: timedelta
    reason: str
    """The reason for the request. Empty unless the viewer belongs to the national desk or to the requester's desk."""
    is_danger: bool
    may_confirm: bool
    """True if this account's owner can be the second person who confirms the closure. This person must open the case
    before the confirmation."""

    @property
    def is_late(self) -> bool:
        return self.age >= LATE_AFTER


def list_closures(context: ConsoleContext, by: SignedIn) -> Sequence[ClosureLine]:
    """Returns the requested closures that this account may see, the oldest request first."""
    at = context.now()
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        found = (
            cases_queries.closures_waiting(session, viewer, MAX_CLOSURES) if viewer.desks else ()
        )
        if not found:
            return ()
        names = tables.responder_names(session)
        asks = service_closing.by_signed_command(session, by.actor, "")
        return [
            ClosureLine(
                tip.id,
                tip.place,
                tip.within,
                requested_outcome(tip),
                read_actor(tip.closure_by or "", names)[1],
                since := tip.closure_requested_at or at,
                max(at - since, timedelta()),
                request_reason(session, viewer, tip.id),
                tip.urgency == Urgency.DANGER,
                service_viewer.decides(viewer, tip)
                and not tables_accounts.is_same_person(session, tip.closure_by or "", asks.name),
            )
            for tip in found
        ]


ERRAND = "morning closures"
DAY = timedelta(days=1)
UNTIL = timedelta(hours=5)
"""The clock process writes the morning's SMS at 06:30, or within this time after 06:30."""
NAMED = 6
"""The maximum number of references in one SMS. If more closures are late, the SMS gives only the number of the
remaining closures."""


def write_morning_sms(context: Context) -> None:
    """Writes this morning's SMS, unless a process has already written it. Raises StoreUnavailable."""
    at = context.now()
    bell = next_morning_sms(at) - DAY
    if at - bell > UNTIL:
        return
    with context.database.reading() as session:
        if _is_done(session, bell):
            return
    with ringing(context) as session:
        if _is_done(session, bell):
            return
        nation = tables.national_people(session, at)
        _tell(session, context, at, queries_visible.THE_LINE, nation)
        if at.astimezone(KIGALI).weekday() == MONDAY:
            _tell_holds(session, at, nation)
        for person in queries_visible.overseers(session, at):
            rows = tables.current_memberships(session, person.id)
            viewer = Viewer(frozenset(row.desk_code for row in rows), person.id, person.person_id)
            _tell(session, context, at, viewer, [person])
        queries_retention.note_done(session, ERRAND, at)


def _is_done(session: Session, bell: datetime) -> bool:
    done_at = queries_retention.done_at(session, ERRAND)
    return done_at is not None and done_at >= bell


MONDAY = 0


def _tell_holds(session: Session, at: datetime, people: Sequence[tables.Responder]) -> None:
    """Writes an SMS to each of the given people about the legal holds of case files that must be reviewed. Counts only
    legal holds of tips that the person may see."""
    held = tables_case_files.holds_to_review(session, queries_visible.THE_LINE, at)
    for person in people if held else ():
        ids = [queries_visible.allowed_responders(session, one.tip_id, [person.id]) for one in held]
        if count := sum(map(bool, ids)):
            notify_person(session, person, Template.HOLDS_WAIT, at, count=str(count))


def _tell(
    session: Session,
    context: Context,
    at: datetime,
    viewer: Viewer | None,
    people: Sequence[tables.Responder],
) -> None:
    """Writes an SMS to each of the given people about closures that have waited for too long. The SMS names only
    closures that `viewer` may see."""
    waiting = cases_queries.closures_waiting(session, viewer, MAX_CLOSURES)
    late = [tip for tip in waiting if at - (tip.closure_requested_at or at) >= LATE_AFTER]
    for person in people if late else ():
        names = _names(session, late, person)
        if not names:
            continue
        more = f" +{len(names) - NAMED}" if len(names) > NAMED else ""
        refs, code = (
            " ".join(names[:NAMED]) + more,
            responders_short_code(context.line.service_code),
        )
        notify_person(session, person, Template.CLOSURES_WAIT, at, refs=refs, code=code)


def _names(session: Session, late: Sequence[Tip], person: tables.Responder) -> list[str]:
    """Returns a short name for each closure that this person may confirm. The name is the reference by which the person
    knows the case.

    If the person knows no reference for the case, the name is the tip's number.
    """
    names, own = [], service_closing.by_responder(person.id).name
    for tip in late:
        if tip.closure_by and tables_accounts.is_same_person(session, tip.closure_by, own):
            continue
        if queries_visible.allowed_responders(session, tip.id, [person.id]):
            known_as = queries.newest_by_responder(session, tip.id).get(person.id)
            names.append(f"T{tip.id}" if known_as is None else known_as.reference)
    return names
