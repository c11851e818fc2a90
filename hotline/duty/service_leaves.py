"""Records the leaves of responders.

When a leave begins, the responder gets no more alerts, and other responders get the responder's open cases at once. The
module also makes responders active again, and finds people by name. The module checks that the national desk keeps
enough people. For some changes, the module also checks that a second person has approved.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from hotline.alerts import queries_people, service_commands
from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway import tables as gateway_tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.queries import STOPPED
from hotline.people import tables, tables_accounts, tables_audit, tables_desks
from hotline.people.rules import (
    APART,
    MIN_NATIONAL,
    OVERSEEN_DESK,
    UNPROVED,
    EnrolmentState,
    Level,
    fewest_national,
    of_responder,
)
from hotline.people.service_approving import Decision
from hotline.people.tables import Leave, Responder
from hotline.people.tables_audit import CommandActor
from hotline.text.errors import NotFound, PersonnelRefused
from hotline.text.export_sheets import parse_row_id
from hotline.text.identifiers import parse_sendable
from hotline.text.languages import message_text
from hotline.text.time import KIGALI


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """A change of people's work that one person makes in one transaction."""

    session: Session
    context: Context
    by: Actor
    reason: str
    at: datetime

    def log(self, action: str, person: Responder, reason: str = "") -> None:
        """Adds a row about a responder to the audit log, with the reason of the change or with another reason."""
        subject = f"responder:{person.id}"
        tables_audit.append_command(
            self.session, self.by, self.at, action, subject, reason or self.reason
        )

    def hand_on(self, responder_id: int) -> None:
        """Gives a responder's cases to other responders, and ends the unsent messages to the responder."""
        self.session.flush()
        queries_people.drop_messages(self.session, responder_id)
        service_commands.hand_on_cases(self.session, self.context, responder_id, self.at)

    def check_overseen(
        self, person: Responder, desks: Collection[str] = (), *, second: str | None = None
    ) -> None:
        """Raises PersonnelRefused if the national desk decides about a person who belongs, or would belong, to an
        oversight desk. `second` is the name of a second person who decides too."""
        also = second and tables_audit.by_command(second)
        for actor in filter(None, (tables_audit.by_actor(self.by), also)):
            if tables_desks.is_overseen(self.session, actor, person.person_id, desks):
                raise PersonnelRefused(OVERSEEN_DESK)

    def check_second(self, second: str | None, person: Responder, what: str) -> None:
        """Checks that two different people decide about a change of a person's work, and that neither of them is this
        person.

        Raises PersonnelRefused if fewer than two people decide, or if this person is one of the deciding people.
        """
        if second is None:
            raise PersonnelRefused(f"{what} needs a second person: add `--second NAME`")
        names = (tables_audit.by_actor(self.by), second, f"responder:{person.id}")
        if any(
            tables_accounts.is_same_person(self.session, *two) for two in combinations(names, 2)
        ):
            raise PersonnelRefused(
                f"{what} needs two different people, and the responder in question cannot be one of them"
            )


def change_of(decision: Decision) -> PeopleChange:
    """Returns the change that a person makes by deciding on a request for approval."""
    fields = (decision.session, decision.context, decision.by, decision.reason)
    return PeopleChange(*fields, decision.context.now())


@contextmanager
def changing_people(context: Context, by: CommandActor, reason: str) -> Iterator[PeopleChange]:
    """Opens a transaction that changes people. Two such transactions run one after the other. After the commit, tells
    the workers which messages are due."""
    with ringing(context) as session:
        queries_people.take_lock(session)
        actor = by if isinstance(by, Actor) else Actor(by)
        yield PeopleChange(session, context, actor, reason, context.now())


def find_person(session: Session, name: str) -> Responder:
    """Returns the responder with exactly this name or this id. Raises NotFound."""
    found = queries_people.locked_by_name(session, name)
    number = parse_row_id(name)
    if not found and number is not None:
        by_id = queries_people.get_responder(session, number)
        found = [] if by_id is None else [by_id]
    if found:
        return found[0]
    names = [tables.person(session, one).name for one in tables_accounts.named(session, name)]
    suggestion = f'did you mean "{names[0]}"?' if names else "`hotline people list` shows the names"
    raise NotFound(f"no responder has exactly this name: {suggestion}")


def on_leave(context: Context) -> Mapping[int, datetime]:
    """Returns the responders who are on leave now, each with the end of the leave."""
    with context.database.reading() as session:
        return queries_people.on_leave(session, context.now())


def check_national(
    session: Session, person: Responder, starts_at: datetime, ends_at: datetime
) -> int:
    """Checks that the national desk has enough people without this person, at each moment of the period.

    Returns the lowest number of people at the national desk during the period. Raises PersonnelRefused if the national
    desk would have too few people.
    """
    left = fewest_national(
        queries_people.members(session, skip=person.person_id), starts_at, ends_at
    )
    if left < MIN_NATIONAL:
        raise PersonnelRefused(
            message_text(
                "the national desk would have {left} active people and needs {least}: first "
                "enrol, move or bring back another person",
                left=left,
                least=MIN_NATIONAL,
            )
        )
    return left


def is_last_of_oversight(
    session: Session, person: Responder, starts_at: datetime, ends_at: datetime
) -> bool:
    """Returns True if this person is, at some time in this period, the only active key holder of an oversight desk."""
    own = tables_desks.desks_of_person(session, person.person_id)
    for code in own & tables_desks.every_oversight(session):
        holders = [
            one
            for one in queries_people.members(session, skip=person.person_id)
            if one.covers(code) and code in tables_desks.desks_of(session, of_responder(one.id))
        ]
        begins = (absence.starts_at for member in holders for absence in member.absences)
        moments = {starts_at, *(at for at in begins if starts_at <= at < ends_at)}
        if not all(any(member.is_active(at) for member in holders) for at in moments):
            return True
    return False


LAST_OF_OVERSIGHT = message_text("first add another active person to this person's oversight desk")


def format_time(at: datetime) -> str:
    """Returns a time as text, in the time zone of Kigali."""
    return f"{at.astimezone(KIGALI):%-d %b %Y %H:%M}"


MAX_LEAVE = timedelta(days=366)


def record_leave(
    context: Context,
    name: str,
    *,
    starts_at: datetime | None,
    ends_at: datetime,
    by: CommandActor,
    reason: str,
) -> None:
    """Records a leave of a responder. If no start is given, the leave begins now. Raises NotFound, PersonnelRefused."""
    at = context.now()
    begins = max(starts_at or at, at)
    _check_time(begins, ends_at, at)
    with changing_people(context, by, reason) as change:
        person = find_person(change.session, name)
        change.check_overseen(person)
        _check_leave(change.session, person, begins, ends_at, at)
        row = Leave(responder_id=person.id, starts_at=begins, ends_at=ends_at)
        row.asked_by, row.asked_at = change.by.name, at
        change.session.add(row)
        change.session.flush()
        if begins <= at:
            row.begun_at = at
            change.hand_on(person.id)
        why = f"{format_time(begins)} to {format_time(ends_at)}: {reason}"
        change.log("responder_on_leave", person, why)


def bring_back(
    context: Context,
    name: str,
    *,
    number: str | None,
    second: str | None,
    by: CommandActor,
    reason: str,
) -> tuple[Responder, Sequence[str]]:
    """Makes a responder active again: ends a leave, a removal, or the mark of an unreachable number. Returns the
    responder, and the reasons why the responder got no alerts: `left`, `leave`, `planned leave` or `unreachable`.

    If the number is on the stop list, the admin must type the number again. The stop list stores only a digest of the
    number. A second person must approve the return of a removed responder. Raises NotFound, NumberInvalid,
    PersonnelRefused.
    """
    ended: list[str] = []
    with changing_people(context, by, reason) as change:
        session, at = change.session, change.at
        person = find_person(session, name)
        if person.removed_at is not None:
            change.check_second(second, person, "bringing back a person who was removed")
            removed_at = person.removed_at
            for responder in tables.phones_of(session, person.person_id):
                if responder.removed_at != removed_at:
                    continue
                tables.reopen_memberships(session, responder, removed_at, at)
                responder.removed_at = None
                if responder.state not in UNPROVED:
                    # A phone that was never proved becomes active only after the owner enters the code.
                    responder.active, responder.state = True, EnrolmentState.ACTIVE
            desks = tables_desks.desks_of_person(session, person.person_id)
            if tables_desks.mixes_oversight(session, desks):
                raise PersonnelRefused(APART)
            ended.append("left")
        change.check_overseen(person, second=second)
        planned = queries_people.current_leaves(session, person.id, at, for_writing=True)
        running = [row for row in planned if row.starts_at <= at]
        for row in running or planned:
            row.ends_at = max(row.starts_at, at)
        ended += ["leave"] if running else ["planned leave"] if planned else []
        if person.unreachable is not None:
            if person.unreachable == STOPPED:
                _unstop(session, context, person, number)
            person.unreachable = None
            ended.append("unreachable")
        if ended:
            agreed = f"; agreed by {second}" if second else ""
            change.log("responder_back", person, f"{', '.join(ended)}: {reason}{agreed}")
    return person, ended


def begin_leaves(context: Context) -> None:
    """Passes the open cases of a responder to other responders when the responder's leave begins. Also drops waiting
    messages to people who were removed.

    The clock process calls this function. Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        if not queries_people.has_to_hand_on(session, context.now()):
            return
    with changing_people(context, "clock", "") as change:
        for row in queries_people.leaves_to_begin(change.session, change.at):
            row.begun_at = change.at
            change.hand_on(row.responder_id)
        queries_people.drop_messages(change.session)


def _check_time(begins: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= at:
        raise PersonnelRefused(
            message_text(
                "the return date {at} is in the past: enter a later date", at=format_time(ends_at)
            )
        )
    if ends_at <= begins:
        raise PersonnelRefused(
            message_text(
                "the return date must be after the start date, {at}", at=format_time(begins)
            )
        )
    if ends_at - begins > MAX_LEAVE:
        raise PersonnelRefused(
            message_text(
                "a leave lasts at most {days} days: for longer, remove the person from the hotline",
                days=MAX_LEAVE.days,
            )
        )


def _check_leave(
    session: Session, person: Responder, begins: datetime, ends_at: datetime, at: datetime
) -> None:
    if not person.active:
        raise PersonnelRefused(
            message_text("{name} was already removed and gets no alerts", name=person.name)
        )
    for other in queries_people.current_leaves(session, person.id, at):
        if other.starts_at < ends_at and begins < other.ends_at:
            raise PersonnelRefused(
                message_text(
                    "{name} is already on leave from {at} to {until}: end that leave first",
                    name=person.name,
                    at=format_time(other.starts_at),
                    until=format_time(other.ends_at),
                )
            )
    if person.level == Level.NATIONAL and person.unreachable is None:
        check_national(session, person, begins, ends_at)
    if is_last_of_oversight(session, person, begins, ends_at):
        raise PersonnelRefused(LAST_OF_OVERSIGHT)


def _unstop(session: Session, context: Context, person: Responder, number: str | None) -> None:
    if number is None:
        raise PersonnelRefused(
            message_text(
                "{name} stopped all SMS to this number (STOP): ask the person to allow SMS, then enter the number",
                name=person.name,
            )
        )
    msisdn = parse_sendable(number)
    if context.pseudonyms.enrolled(msisdn) != person.number_key:
        raise PersonnelRefused(
            message_text(
                "{name} is enrolled with another number: enter that number", name=person.name
            )
        )
    gateway_tables.remove_stop(session, context.pseudonyms.stopped(msisdn))
