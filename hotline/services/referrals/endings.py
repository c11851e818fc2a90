"""How a case ends: at once, or by two people where it is of danger, of a child or of an official; and its way back.

Everything runs inside its caller's transaction and leaves a row in the audit log.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain import trial
from hotline.domain.accounts.account import Actor
from hotline.domain.cases.entries import (
    AGREES,
    NO,
    OUTCOME,
    WHAT,
    YES,
    EntryKind,
    EntryWay,
    NotTrafficking,
)
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.tip import Basis, TipOutcome, Urgency
from hotline.errors import EndRefused
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.services.referrals import erasures, ladder
from hotline.services.referrals.case_standing import RESPONDER
from hotline.store.accounts import accounts
from hotline.store.cases import case_log
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.people.responders import Responder
from hotline.store.referrals import deadlines
from hotline.store.tips.tips import Tip
from hotline.text.names import is_one_name

NAME = "name:"
"""What stands in front of a name that a command was given."""
ACCOUNT = "account:"
"""The prefix of an account's id and name in an actor."""


class Ending(StrEnum):
    """What a wish to end a case came to."""

    CLOSED = "closed"
    TO_BE_JUDGED = "to_be_judged"


@dataclass(frozen=True, slots=True)
class Ended:
    ending: Ending
    to_ring: int | None = None
    """A message to ring for, after the commit."""


@dataclass(frozen=True, slots=True)
class EndRequest:
    """Who asks for it, and why."""

    name: str
    """As the case keeps it: `responder:7`, `account:4:Alice`, or `name:` and what a command was given."""
    actor: str
    """As the audit log names it."""
    reason: str = ""
    responder_id: int | None = None
    way: EntryWay | None = None
    """None where `actor` says it: a command, a page of the console, the clock."""
    what: NotTrafficking | None = None
    """What it is, where she closes it as no trafficking."""

    @property
    def entry_by(self) -> EntryBy:
        return EntryBy(self.actor, self.way, person=self.responder_id)

    def codes(self, outcome: TipOutcome | None) -> dict[str, str]:
        """What the log says of the end."""
        said = {OUTCOME: outcome, WHAT: self.what}
        return {name: code.value for name, code in said.items() if code is not None}


def by_responder(responder_id: int, way: EntryWay = EntryWay.USSD) -> EndRequest:
    who = f"{RESPONDER}{responder_id}"
    return EndRequest(who, who, responder_id=responder_id, way=way)


def by_command(name: str, reason: str) -> EndRequest:
    return EndRequest(f"{NAME}{name.strip()}", audit.by_command(name), reason)


def signed_by(session: Session, by: Signer, reason: str) -> EndRequest:
    """By whoever acts. An account that was joined to a responder is that person, who judges nothing that she wanted."""
    if not isinstance(by, Actor) or by.account_id is None:
        return by_command(audit.named(by), reason)
    actor = audit.by_actor(by)
    responder_id = accounts.one(session, by.account_id).responder_id
    if responder_id is None:
        return EndRequest(actor, actor, reason)
    return EndRequest(f"{RESPONDER}{responder_id}", actor, reason, responder_id)


def said(name: str) -> str:
    """How a person is named to people."""
    if name.startswith(ACCOUNT):
        return name.split(":", 2)[2]
    return name.removeprefix(NAME)


def needs_second(session: Session, tip: Tip) -> bool:
    """Whether its end waits for a second person.

    Of each case in which somebody was screened or offered help: what came of that is sealed, and whether it waits must
    tell nobody.
    """
    child = tip.basis == Basis.VITAL_INTEREST_CHILD
    if tip.channel == trial.DRILL:
        return False
    is_grave = tip.urgency == Urgency.DANGER or tip.official != "no" or child
    return is_grave or case_log.has_met(session, tip.id)


def end(
    session: Session, kit: Kit, tip: Tip, outcome: TipOutcome | None, who: EndRequest, at: datetime
) -> Ended:
    """Closes a case with an outcome, or asks the national desk to judge. Asked twice is asked once."""
    if tip.closed_at is not None:
        return Ended(Ending.CLOSED)
    if not needs_second(session, tip):
        _close(session, kit, tip, outcome, who, at)
        return Ended(Ending.CLOSED)
    if tip.end_wanted_by is not None:
        return Ended(Ending.TO_BE_JUDGED)
    tip.end_wanted = outcome or TipOutcome.SILENT
    tip.end_wanted_by, tip.closure_requested_at = who.name, at
    _record(session, tip, f"end_wanted_{tip.end_wanted}", who, at)
    wanted = TipOutcome(tip.end_wanted)
    entries.closed(session, tip.id, who.entry_by, at, who.codes(wanted), waits=True)
    session.flush()
    event = Event(Happened.END_WANTED, by=who.responder_id)
    return Ended(Ending.TO_BE_JUDGED, ladder.happen(session, kit, tip.id, event, at))


def judge(
    session: Session, kit: Kit, tip: Tip, who: EndRequest, agrees: bool, at: datetime
) -> int | None:
    """A second person agrees, and the case is closed; or refuses, and it goes on. Returns a message to ring for.

    Raises EndRefused where nobody wants it closed, or the same person asks.
    """
    if tip.end_wanted_by is None:
        raise EndRefused(
            f"tip {tip.id}: nobody wants it closed: `hotline tips close {tip.id}` first"
        )
    if is_same(session, tip.end_wanted_by, who.name):
        raise EndRefused(
            f"tip {tip.id}: {said(who.name)} wanted it closed; a second person has to judge"
        )
    wanted = TipOutcome(tip.end_wanted or TipOutcome.SILENT)
    tip.end_wanted = tip.end_wanted_by = tip.closure_requested_at = None
    entries.done_by(
        session,
        tip.id,
        EntryKind.JUDGED,
        who.entry_by,
        at,
        key=f"{tip.id}:{at.timestamp()}",
        codes={AGREES: YES if agrees else NO, OUTCOME: wanted.value},
    )
    if agrees:
        _close(session, kit, tip, wanted, who, at)
        return None
    _record(session, tip, "end_refused", who, at)
    session.flush()
    event = Event(Happened.REFUSED, by=who.responder_id)
    return ladder.happen(session, kit, tip.id, event, at)


def is_same(session: Session, one: str, other: str) -> bool:
    """Whether two names are one person's: a responder who asked by her phone signs a command by her name.

    Two accounts are told apart by their ids, however they are called.
    """
    if one.startswith(ACCOUNT) and other.startswith(ACCOUNT):
        return audit.account_of(one) == audit.account_of(other)

    def called(who: str) -> str:
        if who.startswith(RESPONDER):
            return session.get_one(Responder, int(who.removeprefix(RESPONDER))).name
        return said(who)

    return is_one_name(called(one), called(other))


def reopen(session: Session, tip: Tip, who: EndRequest, at: datetime) -> None:
    """Undoes an end: the case is open, and its ladder goes on at the next tick. Raises EndRefused."""
    if tip.closed_at is None:
        raise EndRefused(f"tip {tip.id} is open")
    if tip.channel == trial.DRILL:
        raise EndRefused(f"tip {tip.id} was an exercise: `hotline exercise start` begins another")
    if tip.erased_at is not None:
        raise EndRefused(f"tip {tip.id}: its words were erased; a new tip has to be told")
    tip.closed_at = tip.outcome = tip.end_wanted = tip.end_wanted_by = tip.holder_id = None
    tip.closure_requested_at = None
    _record(session, tip, "tip_reopened", who, at)
    key = f"{tip.id}:{at.timestamp()}"
    entries.done_by(session, tip.id, EntryKind.REOPENED, who.entry_by, at, key=key)
    session.flush()
    deadlines.set_clocks(session, tip.id, {DeadlineKind.ACKNOWLEDGE: Clock(at)}, at)


def _close(
    session: Session, kit: Kit, tip: Tip, outcome: TipOutcome | None, who: EndRequest, at: datetime
) -> None:
    if outcome is not None:
        tip.outcome = outcome
        _record(session, tip, f"tip_outcome_{outcome}", who, at)
    _record(session, tip, "tip_closed", who, at)
    entries.closed(session, tip.id, who.entry_by, at, who.codes(outcome))
    ladder.happen(session, kit, tip.id, Event(Happened.CLOSED, by=who.responder_id), at)
    tip.closed_at = at
    session.flush()
    erasures.at_closing(session, kit, tip)


def _record(session: Session, tip: Tip, action: str, who: EndRequest, at: datetime) -> None:
    audit.append(
        session,
        at=at,
        actor=who.actor,
        action=action,
        subject=f"tip:{tip.id}",
        reason=who.reason,
    )
