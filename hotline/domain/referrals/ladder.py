"""The ladder of a case: what happened, and so whom to tell and which clocks to set. Pure.

`decide` is the one decision. A service gathers the standing, asks it, and carries out what it says. A case ends in
three ways only: closed with an outcome, handed to a named person who took it, or red until the national desk takes it.
Whom the steps lead to, among equals, is `referral.py`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import clocks, ladder_steps
from hotline.domain.referrals.case_events import (
    UNCHANGED,
    CaseStanding,
    Decision,
    Event,
    Happened,
    Purpose,
    Tell,
    tells,
)
from hotline.domain.referrals.clocks import CASE_CLOCKS, Clock, DeadlineKind
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.ladder_steps import (
    asked,
    asks,
    away,
    filed,
    first_outcome,
    held,
    national,
    red,
    taken_anew,
)
from hotline.domain.referrals.referral import (
    AT_DANGER,
    Candidate,
    Case,
    Level,
    Reason,
    colleagues,
    overdue_told,
    turns,
)
from hotline.domain.tip import Urgency

ESCALATED = 2
"""The outcome's clock has fired at half time and at full time: others were told."""
KEEPS = frozenset({Happened.END_WANTED, Happened.CLOSED, Happened.DECIDED, Happened.DUE})
"""Of a fragment as of any case: an end that a person wants is judged by another."""
GIVES_UP = frozenset({Happened.LEFT, Happened.DOUBTED, Happened.PASSED})
"""Who holds a fragment holds it no more."""
Step = Callable[[CaseStanding], Decision]


def decide(
    standing: CaseStanding, roster: Sequence[Candidate], event: Event, at: datetime
) -> Decision:
    """What an event of an open case leads to. Total. `roster` holds the living recipients."""
    s = replace(standing, roster=roster, event=event, at=at)
    step = HAPPENED[event.what] if event.kind is None else DUE[event.kind]
    decision = _of_fragment(s) if s.case.once and event.what not in KEEPS else step(s)
    if decision.holder == UNCHANGED:
        decision = replace(decision, holder=s.holder)
    return ladder_steps.with_clock_of_decision(s, _with_clock_to_read(s, decision))


def _of_fragment(s: CaseStanding) -> Decision:
    """What follows of a fragment: a telling that ended at a province, on which nobody can act.

    The national desk is told once, somebody else of it where a phone is off. No clock runs: it is never red.
    """
    what, by = s.event.what, s.event.by
    if what is Happened.MARKED:
        return replace(ladder_steps.marked(s), set={})
    if what is Happened.TAKEN:
        return Decision(holder=s.holder or by)
    if what is Happened.REFUSED:
        return Decision(close={DeadlineKind.JUDGE}, holder=s.holder or by)
    holder = None if what in GIVES_UP and by == s.holder else s.holder
    if what not in (Happened.UNREACHED, Happened.LEFT) or s.holder is not None:
        return Decision(holder=holder)
    return Decision(tells((s.next_told(Reason.UNREACHED), Purpose.ALERT)), holder=holder)


def raised(case: Case, care: Care, at: datetime) -> Decision:
    """The clocks of a case that a later answer made more urgent: it is told again, and nobody holds it until then."""
    close = {DeadlineKind.OUTCOME, DeadlineKind.RED}
    return Decision((), {**filed(case, at), **ladder_steps.how(care, at)}, close, None)


def _raised(s: CaseStanding) -> Decision:
    tell = tells((s.first_told(), Purpose.ALERT))
    return replace(raised(s.case, s.care, s.at), tell=tell)


def _danger_again(s: CaseStanding) -> Decision:
    """Two of the national desk, whoever held it; where nobody of it lives, as a new one."""
    people = turns([c for c in s.roster if c.level is Level.NATIONAL])[:AT_DANGER]
    again = raised(s.case, s.care, s.at)
    close = again.close | {DeadlineKind.JUDGE, DeadlineKind.SECOND_LOOK}
    return replace(again, tell=tells((people or s.first_told(), Purpose.ALERT)), close=close)


def _unreached(s: CaseStanding) -> Decision:
    """A colleague at once, while people are asked; nobody twice, so that phones that are all off make no storm."""
    if s.holder is not None and DeadlineKind.ACKNOWLEDGE not in s.clocks:
        return Decision()
    who = s.next_told(Reason.UNREACHED)
    if who:
        return Decision(asks(s, who))
    if s.knew & {one.id for one in s.roster} or DeadlineKind.RED in s.clocks:
        return Decision()
    return red(s, but=s.event.by)


def _left(s: CaseStanding) -> Decision:
    is_holder = s.holder is not None and s.holder == s.event.by
    return _without_the_wish(s, _next(s, holder=None) if is_holder else _unreached(s))


def _passed(s: CaseStanding) -> Decision:
    """The next step at once. Who took it stays responsible until somebody else takes it."""
    by = s.event.by
    if s.holder is not None and s.holder != by and DeadlineKind.ACKNOWLEDGE not in s.clocks:
        return Decision()
    chosen = {one.id for one in s.roster}.intersection(s.event.chosen) - {by}
    return asked(s, sorted(chosen)) if chosen else _next(s, holder=s.holder)


def _next(s: CaseStanding, *, holder: int | None) -> Decision:
    """Somebody else, at once, with time to take it; red where there is nobody else."""
    now = replace(s, holder=holder)
    who = s.next_told(Reason.UNREACHED)
    then = asked(now, who) if who else red(now, but=s.event.by)
    return replace(then, close=then.close | {DeadlineKind.OUTCOME}) if holder is None else then


def _without_the_wish(s: CaseStanding, decision: Decision) -> Decision:
    """Who wanted the end is gone, or never asked for it."""
    if s.judging is None or s.judging != s.event.by:
        return decision
    return replace(decision, close=decision.close | {DeadlineKind.JUDGE})


def _taken(s: CaseStanding) -> Decision:
    """The first who takes it holds it. Who takes it after the holder passed it on, or fell silent, holds it instead."""
    by = s.event.by
    if by in away(s) and DeadlineKind.RED not in s.clocks:
        return Decision()
    holder = by if s.holder is None or _may_change_hands(s) else s.holder
    close: set[DeadlineKind] = set()
    if holder != s.holder:
        close = {DeadlineKind.RED, DeadlineKind.ACKNOWLEDGE}
    elif holder == by:
        # She passed it on and takes it back. What is red by her silence stays red: "taken" is no outcome.
        close = {DeadlineKind.ACKNOWLEDGE}
    if s.holder is not None and _looks(s):
        close.add(DeadlineKind.SECOND_LOOK)
    fresh = {}
    if holder != s.holder:
        fresh = held(s, close)
    elif DeadlineKind.OUTCOME not in s.clocks:
        fresh = first_outcome(s)
    return taken_anew(s, Decision((), fresh, close, holder))


def _looks(s: CaseStanding) -> bool:
    """Whether this answers the question to look: somebody of the national desk who did not hold it, and was asked."""
    look, by = s.clocks.get(DeadlineKind.SECOND_LOOK), s.event.by
    return look is not None and look.nth > 0 and by in s.desk and by != s.holder


def _may_change_hands(s: CaseStanding) -> bool:
    overdue = s.clocks.get(DeadlineKind.OUTCOME)
    passed = DeadlineKind.ACKNOWLEDGE in s.clocks and s.judging is None
    return (
        passed
        or s.holder in away(s)
        or DeadlineKind.RED in s.clocks
        or (overdue is not None and overdue.nth >= ESCALATED)
    )


def _further(s: CaseStanding) -> Decision:
    """Taking it further renews the outcome's clock once; a referral gives it three days."""
    if s.holder is None or s.event.by not in (s.holder, None):
        return Decision()
    if s.event.what is Happened.REFERRED:
        clock = clocks.outcome_clock(s.urgency, s.at, s.at + clocks.REFERRED_WITHIN)
        return Decision((), {DeadlineKind.OUTCOME: clock})
    return Decision((), {} if s.renewed else first_outcome(s))


def _doubted(s: CaseStanding) -> Decision:
    """Another who took it, and lives, holds it; else the ladder goes on as if nobody had answered.

    It goes on from where it stood, and at once where its time has passed.
    """
    if s.holder is not None and s.holder != s.event.by:
        return _without_the_wish(s, Decision())
    living = {one.id for one in s.roster}
    other = next((one for one in s.others if one in living), None)
    if other is not None:
        return _without_the_wish(s, Decision((), held(s), holder=other))
    asked = DeadlineKind.ACKNOWLEDGE in s.clocks or DeadlineKind.RED in s.clocks
    again = {} if asked else {DeadlineKind.ACKNOWLEDGE: Clock(max(s.at, s.stood or s.at))}
    return _without_the_wish(s, Decision((), again, ladder_steps.HELD, None))


def _closed(_s: CaseStanding) -> Decision:
    return Decision(close=frozenset(CASE_CLOCKS))


def _with_clock_to_read(s: CaseStanding, decision: Decision) -> Decision:
    """The same decision, with the clock to read it of whoever holds the case by it.

    It runs for a holder who has a PIN of her own and can read it, and has not. Her page ends it; so does whatever makes
    somebody else the holder.
    """
    if decision.holder == s.holder:
        return decision
    if decision.holder in s.unread and not s.case.once:
        due = Clock(clocks.open_due(s.urgency, s.at))
        return replace(decision, set={**decision.set, DeadlineKind.OPEN: due})
    if DeadlineKind.OPEN in s.clocks:
        return replace(decision, close=decision.close | {DeadlineKind.OPEN})
    return decision


def _opened(s: CaseStanding) -> Decision:
    """Somebody read it. Of the holder, the clock ends."""
    return Decision(close={DeadlineKind.OPEN} if s.event.by == s.holder else frozenset())


def _unread_due(s: CaseStanding) -> Decision:
    """Danger is asked of the next at once. Else the assignee is reminded in working hours; then the next is asked.

    It asks others as passing on does: she stays responsible until somebody takes it.
    """
    if s.holder is None or s.holder not in s.unread:
        return Decision()
    if s.urgency != Urgency.DANGER and s.event.nth == 0:
        again = Clock(clocks.open_due(s.urgency, s.at), 1)
        return Decision(_reminded(s, s.holder), {DeadlineKind.OPEN: again})
    who = s.next_told(Reason.UNREACHED)
    return asked(s, who) if who else Decision()


def _reminded(s: CaseStanding, who: int) -> tuple[Tell, ...]:
    return tells(((who,), Purpose.REMIND)) if clocks.may_remind(s.urgency, s.at) else ()


def _acknowledge_due(s: CaseStanding) -> Decision:
    who = s.next_told(Reason.SILENT)
    if s.knew.issuperset(who):
        return red(s)
    due = clocks.acknowledge_due(s.urgency, s.at, step=max(s.step, 1))
    return Decision(asks(s, who), {DeadlineKind.ACKNOWLEDGE: Clock(due)})


def _outcome_due(s: CaseStanding) -> Decision:
    """Half time: the holder is reminded. Full time: a coordinator, then the national desk, then red."""
    nth = s.event.nth
    if s.holder is None:
        return Decision((), {DeadlineKind.ACKNOWLEDGE: Clock(s.at)})
    if nth == 0:
        due = max(s.event.named_at or s.at, s.at)
        return Decision(_reminded(s, s.holder), {DeadlineKind.OUTCOME: Clock(due, 1, due)})
    again = {DeadlineKind.OUTCOME: Clock(clocks.outcome_again(s.urgency, s.at), nth + 1)}
    who = overdue_told(s.case, s.roster, s.holder, nth - 1)
    if who:
        return Decision(tells((who, Purpose.OVERDUE)), again)
    last = red(s, but=s.holder)
    return replace(last, set={**last.set, **again})


def _look_due(s: CaseStanding) -> Decision:
    """Somebody who does not hold it looks: of the national desk by turns, all of it from the third time.

    Where no other of that desk lives, a colleague of the district.
    """
    nth, holder = s.event.nth, s.holder
    who = national(s.roster, nth, but=holder) or colleagues(s.case, s.roster, but=holder)[:1]
    again = Clock(s.at + clocks.AGAIN, nth + 1)
    return Decision(tells((who, Purpose.LOOK)), {DeadlineKind.SECOND_LOOK: again})


HAPPENED: Mapping[Happened, Step] = {
    Happened.RAISED: _raised,
    Happened.DANGER_AGAIN: _danger_again,
    Happened.UNREACHED: _unreached,
    Happened.LEFT: _left,
    Happened.TAKEN: _taken,
    Happened.OPENED: _opened,
    Happened.ON_SITE: _further,
    Happened.REFERRED: _further,
    Happened.ANSWERED: _further,
    Happened.PASSED: _passed,
    Happened.DOUBTED: _doubted,
    Happened.END_WANTED: ladder_steps.closure_requested,
    Happened.CLOSURE_READ: ladder_steps.closure_read,
    Happened.REFUSED: ladder_steps.refused,
    Happened.CLOSED: _closed,
    Happened.MARKED: ladder_steps.marked,
    Happened.UNHEARD: ladder_steps.unheard,
    Happened.DECIDED: ladder_steps.decided,
    Happened.MOVED: ladder_steps.moved,
    Happened.BESIDE: ladder_steps.beside,
    Happened.WITHHELD: ladder_steps.withheld,
    Happened.SENT_DOWN: ladder_steps.sent_down,
    Happened.RELEASED: ladder_steps.released,
}
DUE: Mapping[DeadlineKind, Step] = {
    DeadlineKind.ACKNOWLEDGE: _acknowledge_due,
    DeadlineKind.OPEN: _unread_due,
    DeadlineKind.OUTCOME: _outcome_due,
    DeadlineKind.JUDGE: ladder_steps.closure_due,
    DeadlineKind.DECISION: ladder_steps.decision_due,
    DeadlineKind.SECOND_LOOK: _look_due,
    DeadlineKind.RED: lambda s: red(s, nth=s.event.nth + 1),
    DeadlineKind.MANNER: ladder_steps.how_due,
    # A wish to erase is `services/referrals/endings.py`'s, and no step of the ladder.
    DeadlineKind.ERASURE: lambda _: Decision(),
}
