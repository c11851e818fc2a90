"""Returns the board of a desk: the open cases that an account may see, in columns. Also returns a number that changes
with the board.

A browser with an open board requests this number every two seconds, and loads the board again if the number has
changed.

An account whose owner is no responder can also give commands about a case. The audit log names the account. Each
command first checks that the account may see the case, that the case is open, and that it is not a drill. Otherwise the
command raises NotFound or EndRefused.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from hotline.alerts import (
    queries,
    rules_assignment,
    service_case,
    service_commands,
    service_escalation,
    service_messages,
)
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_replies import Command, Verb
from hotline.cases import decrypt_desk_reading, decrypt_reader_commands
from hotline.cases import queries as cases_queries
from hotline.cases.rules_board import BoardCase, SortedBoard, board_number, sort_board
from hotline.cases.service_viewer import viewer_of
from hotline.core import rules_trial
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database, Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import Wording, responders_short_code
from hotline.people import tables, tables_accounts, tables_audit, tables_roster
from hotline.people.rules import Level
from hotline.text.errors import EndRefused
from hotline.text.places import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import OVERSEEN, VisitSafety, desk_of
from hotline.tips.rules_events import (
    TO,
    CaseEventKind,
    Event,
    EventChannel,
    LoggedEvent,
    NoteCode,
    PassedTo,
)
from hotline.tips.rules_receipts import TipRefusal
from hotline.tips.tables import Tip


class Board(NamedTuple):
    sorted: SortedBoard
    viewer: Viewer
    number: int


class KnownBoard(NamedTuple):
    """The cases on an account's board, and the version of the tables when they were read."""

    version: tuple[int, ...]
    viewer: Viewer
    cases: Sequence[BoardCase]
    number: int
    """A number that changes when a case on the board changes."""
    read_at: datetime


_KNOWN: MutableMapping[Database, dict[int, KnownBoard]] = WeakKeyDictionary()
"""The last board that this process read for each account. A board is read again after each new row of the audit log,
because each change of access to a case writes such a row."""
MAX_KNOWN = 300
READ_AGAIN_AFTER = timedelta(seconds=20)
"""After this time, a board is read again even if the version of the tables has not changed. The version can miss a row
if two transactions overlap."""


def _known(session: Session, by: SignedIn, context: ConsoleContext) -> KnownBoard:
    known, at = _KNOWN.setdefault(context.database, {}), context.now()
    version = cases_queries.version(session)
    found = known.get(by.account_id)
    if found is None or found.version != version or at - found.read_at > READ_AGAIN_AFTER:
        viewer = viewer_of(session, by)
        cases = cases_queries.open_cases(session, viewer) if viewer.desks else ()
        if len(known) >= MAX_KNOWN:
            known.clear()
        found = KnownBoard(version, viewer, cases, board_number(cases), at)
        known[by.account_id] = found
    return found


def board(context: ConsoleContext, by: SignedIn) -> Board:
    """Returns the board of an account. Raises StoreUnavailable."""
    with context.database.reading() as session:
        found = _known(session, by, context)
    return Board(sort_board(found.cases, context.now()), found.viewer, found.number)


def number(context: ConsoleContext, by: SignedIn) -> int:
    """Returns the number of this account's board, which changes if a case on the board changes."""
    with context.database.reading() as session:
        return _known(session, by, context).number


def count_late(context: ConsoleContext, by: SignedIn) -> int:
    """Returns the number of tips that this account may see and that no responder took in time."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        return cases_queries.count_late(session, viewer, context.now()) if viewer.desks else 0


# The code below carries out commands on a case: take, alert the next person, remind, pass on, add a note.


REMINDER_EACH = timedelta(minutes=10)
"""The minimum time between two reminders to the same responder about the same case."""


class Act(NamedTuple):
    """A command that an account gives about an open case, and the database transaction in which the hotline carries out
    the command."""

    session: Session
    context: ConsoleContext
    by: SignedIn
    viewer: Viewer
    tip: Tip

    def happens(self, *, chosen: tuple[int, ...] = ()) -> None:
        """Asks the chosen people to take the case. If no one is chosen, asks the next responder in the order of alerts.
        The assignee stays responsible until another responder takes the case."""
        asked = Event(CaseEventKind.PASSED, by=self.tip.assignee_id, chosen=chosen)
        service_escalation.handle_event(
            self.session, self.context, self.tip.id, asked, self.context.now()
        )

    def log(self, action: str, reason: str = "") -> None:
        by, subject, at = self.by.actor, f"tip:{self.tip.id}", self.context.now()
        tables_audit.append_command(self.session, by, at, action, subject, reason)


@contextmanager
def _acting(context: ConsoleContext, by: SignedIn, tip_id: int) -> Iterator[Act]:
    with ringing(context) as session:
        viewer = viewer_of(session, by)
        cases_queries.visible_tip(session, viewer, tip_id)
        tip = queries.tip_for_writing(session, tip_id)
        if tip.closed_at is not None or tip.channel in rules_trial.UNCOUNTED:
            raise EndRefused(
                "this case is closed or is a test: choose another case", TipRefusal.NOT_OPEN
            )
        yield Act(session, context, by, viewer, tip)


def phones_for(context: ConsoleContext, by: SignedIn, tip_id: int) -> Mapping[int, str]:
    """Returns the phones of the responders in whose name the account may take the case. The phone of the account's
    owner comes first, then the phones of colleagues on duty."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        tip = cases_queries.visible_tip(session, viewer, tip_id)
        return _phones(session, context, viewer, tip)


def _phones(
    session: Session, context: ConsoleContext, viewer: Viewer, tip: Tip
) -> Mapping[int, str]:
    roster = _roster(session, context, tip)
    on_duty = [one for one in roster if one.is_on_duty or one.id == viewer.responder_id]
    case = service_case.routed_case(session, tip)
    ids = [*rules_assignment.colleagues(case, on_duty, skip=None)]
    if NATIONAL in viewer.desks or tip.official == OVERSEEN:
        ids += [one.id for one in on_duty if one.level is Level.NATIONAL]
    may = queries_visible.allowed_responders(session, tip.id, ids)
    names = tables.responder_names(session)
    # The phones are sorted by name: the order of alerts would reveal how often the hotline alerted a colleague of other
    # cases.
    ordered = sorted(may, key=lambda one: (one != viewer.responder_id, names[one], one))
    return {one: names[one] for one in ordered}


def _roster(session: Session, context: ConsoleContext, tip: Tip) -> list[Candidate]:
    """Returns the people who may be alerted of the case. Leaves out people who are excluded from the case."""
    roster = queries.allowed_roster(session, tip.id, context.now())
    return rules_assignment.people_for(service_case.routed_case(session, tip), roster)


def take(context: ConsoleContext, by: SignedIn, tip_id: int, responder_id: int) -> None:
    """Takes the case in the name of a responder. If the responder was not alerted of the case before, sends an alert
    now.

    Raises NotFound, EndRefused.
    """
    with _acting(context, by, tip_id) as act:
        name = _phones(act.session, context, act.viewer, act.tip).get(responder_id)
        known = queries.newest_assignment(act.session, tip_id, responder_id)
        if name is not None and (known is None or known.released_at is not None):
            act.happens(chosen=(responder_id,))
            known = queries.newest_assignment(act.session, tip_id, responder_id)
        if name is None or known is None:
            raise EndRefused(
                "this person cannot get an alert about the case: choose another person",
                TipRefusal.NOT_REACHED,
            )
        given = (Verb.TAKE, EventChannel.CONSOLE, context.now())
        service_commands.carry_out(
            act.session, context, Command(responder_id, known.reference, *given)
        )
        act.log("tip_taken_for", name)


def alert_next(context: ConsoleContext, by: SignedIn, tip_id: int) -> None:
    """Alerts the next responder of the case now, even if the case has an assignee. Raises NotFound, EndRefused."""
    with _acting(context, by, tip_id) as act:
        act.happens()
        act.log("tip_alerted_next")


def remind(context: ConsoleContext, by: SignedIn, tip_id: int) -> None:
    """Sends the assignee an SMS that asks for news, at most once in ten minutes. Raises NotFound, EndRefused.

    Does not send the SMS if the report says that a call or visit may be dangerous.
    """
    with _acting(context, by, tip_id) as act:
        at, who = context.now(), act.tip.assignee_id
        known = None if who is None else queries.newest_assignment(act.session, tip_id, who)
        if who is None or known is None or not tables.is_active(act.session, who, at):
            raise EndRefused(
                "cannot send a reminder: no active responder has this case", TipRefusal.NOT_REACHED
            )
        safety = service_case.assignee_visit_facts(act.session, act.tip).safety
        if safety is not VisitSafety.NONE:
            raise EndRefused(
                "cannot send the assignee a reminder, because the report says that a call or visit may be dangerous",
                TipRefusal.DO_NOT_CALL,
            )
        if cases_queries.was_reminded(act.session, tip_id, who, at - REMINDER_EACH):
            raise EndRefused("wait ten minutes after the last reminder", TipRefusal.REMINDED)
        language = act.session.get_one(tables.Responder, who).language
        said = {"ref": known.reference, "code": responders_short_code(context.line.service_code)}
        service_messages.write_message(
            *(act.session, Wording(Template.FOLLOW, said, language), who, at),
            priority=act.tip.urgency,
            of=known.id,
        )
        act.log("tip_reminded")


def pass_on(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, place: str, *, reason: str
) -> None:
    """Asks a person of a different district, or of the national desk, to take the case. Also gives the desk of that
    district access to the tip.

    Raises NotFound, EndRefused, KeyMissing, DecryptionFailed.
    """
    to, give = PassedTo.NATIONAL, None
    if place != NATIONAL:
        to = PassedTo.DISTRICT
        give = decrypt_desk_reading.grant_for(context, by, token, tip_id, place, reason)
    with _acting(context, by, tip_id) as act:
        if place != NATIONAL and desk_of(place, act.tip.official) is None:
            raise EndRefused(
                "an official may be involved, so no district may see this case", TipRefusal.OFFICIAL
            )
        chosen = _people_of(act, place)
        if not chosen:
            raise EndRefused(
                "no one at the chosen desk can get an alert: choose another desk",
                TipRefusal.NOT_REACHED,
            )
        if give is not None:
            give(act.session)
        act.log("tip_passed", f"desk {place}: {reason}")
        who, at = service_case.EventActor(tables_audit.by_actor(by.actor)), context.now()
        key, codes = f"{tip_id}:{who.actor}:{at.timestamp()}", {TO: to.value}
        service_case.write_event(
            act.session, tip_id, LoggedEvent.PASSED, who, at, key=key, codes=codes
        )
        act.happens(chosen=chosen)


def _people_of(act: Act, place: str) -> tuple[int, ...]:
    roster = _roster(act.session, act.context, act.tip)
    if place == NATIONAL:
        return rules_assignment.turns(one for one in roster if one.level is Level.NATIONAL)[:1]
    there = replace(service_case.case_of(act.tip), place=place)
    local, _, _ = rules_assignment.eligible(there, roster)
    return rules_assignment.turns(local)[:1]


def add_note(
    context: ConsoleContext,
    by: SignedIn,
    token: str,
    tip_id: int,
    code: NoteCode,
    words: str,
    *,
    for_next_shift: bool = False,
) -> None:
    """Stores a note about the case. The text of the note is encrypted with the key of the tip.

    If `for_next_shift` is True, the note is also a handover note, which each colleague of the next shift must confirm.
    Raises NotFound, EndRefused, KeyMissing, DecryptionFailed.
    """
    found = decrypt_desk_reading.unlock_tip(context, by, token, tip_id, "to add a note")
    with _acting(context, by, tip_id) as act:
        actor = tables_audit.by_actor(by.actor)
        who = service_case.EventActor(actor, None, found.desk, act.viewer.responder_id)
        at = context.now()
        entry_id = decrypt_reader_commands.store_note(
            act.session, act.tip, code, who, at, words=words, tip_key=found.key
        )
        if for_next_shift and entry_id is not None:
            person_id = tables_accounts.get_account(act.session, by.account_id).person_id
            tables_roster.add_case_note(act.session, entry_id, person_id, at)
        act.log("tip_noted")
