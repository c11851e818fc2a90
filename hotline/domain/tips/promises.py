"""How long a tip waited for somebody to take it, beside what was promised. Pure.

When a desk may ask one question back. Pure.

Describes how a list of tips is filtered. Pure.

A complaint about somebody who was to help: when answers become one, and how far it has come. Pure.

It goes the way of a tip and stays apart from tips: the national desk alone reads it and is told of it, since whoever is
complained of may sit at the district's desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.referrals.clocks import acknowledge_due
from hotline.domain.tip import UNSURE, Basis, Matter, TipState, TipSummary, Urgency, place_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY), ("days", DAY, timedelta.max))
"""Each with its length, and from where on the next one is used."""


@dataclass(frozen=True, slots=True)
class Wait:
    spent: timedelta
    promised: timedelta
    """Within so long of its filing somebody takes it."""

    @property
    def is_late(self) -> bool:
        return self.spent > self.promised

    @property
    def counted(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Returns what was spent and what was promised: a number and a unit of `UNITS` each.

        A late wait never shows the promised number: what is begun counts then.
        """
        (spent, unit), promised = in_units(self.spent), in_units(self.promised)
        is_same = self.is_late and (spent, unit) == promised
        return (spent + is_same, unit), promised

    @property
    def minutes(self) -> tuple[int, int]:
        """Returns the same in minutes."""
        spent, promised = self.spent // MINUTE, self.promised // MINUTE
        return spent + (self.is_late and spent == promised), promised

    def __str__(self) -> str:
        """`9 of 3 min`; each with its own unit where these differ."""
        spent, promised = self.counted
        if spent[1] == promised[1]:
            return f"{spent[0]} of {promised[0]} {promised[1]}"
        return f"{spent[0]} {spent[1]} of {promised[0]} {promised[1]}"


def wait_of(urgency: int, filed_at: datetime, *, ended_at: datetime | None, now: datetime) -> Wait:
    """`ended_at`: when it was taken, or closed by somebody who never took it."""
    promised = acknowledge_due(urgency, filed_at, step=0) - filed_at
    spent = max((ended_at or now) - filed_at, timedelta())
    return Wait(spent, promised)


def in_units(span: timedelta) -> tuple[int, str]:
    """Whole units, what is begun not counted."""
    for unit, length, up_to in UNITS:
        if span < up_to:
            return span // length, unit
    return span // DAY, UNITS[-1][0]


STILL_TELLING = timedelta(minutes=3)
"""After her last answer. Until then she may add to her tip, which seals it anew, and no answer to a question opens."""


def refusal(
    at: datetime, *, told_at: datetime, has_receipt: bool, closed: bool, asked: bool, signed: bool
) -> str | None:
    """Why it may not be asked; None where it may.

    `told_at`: the caller's last answer. `asked`: this tip was asked before, or another that her receipt stands for.
    `signed`: the question is signed today, word for word.
    """
    if not signed:
        return "nobody has signed this question as it stands: the page of the tip says which may be asked"
    if closed:
        return "the tip is closed"
    if not has_receipt:
        return "whoever told it took no number to ask after it: nobody could answer"
    if asked:
        return "one question was asked already, and there is no second"
    if at < told_at + STILL_TELLING:
        return "it was added to a moment ago: say it again in three minutes"
    return None


class TipStanding(StrEnum):
    """The state of a tip, as a list is filtered by it."""

    WAITS = "waits"
    """People are asked to take it, or its closure waits for a second person."""
    TAKEN = "taken"
    HELPED = "helped"
    """A helper is with the person."""
    JUDGED = "judged"
    """Its closure waits for a second person."""
    CLOSED = "closed"
    ALL = "all"


class Asked(StrEnum):
    """Says why people are asked to take a tip that a responder still holds."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    """The holder has not read it, or says nothing of it."""


class TipStop(StrEnum):
    """Says why a request about a tip changes nothing, where its page has words for it."""

    KEPT_ALREADY = "kept_already"
    SAME_TIP = "same_tip"
    """A tip is not like itself."""
    LINKED_ALREADY = "linked_already"
    NOT_LINKED = "not_linked"


class Whose(StrEnum):
    ANYBODY = "anybody"
    MINE = "mine"
    """Whoever asks is responsible for it."""


@dataclass(frozen=True, slots=True)
class TipFilter:
    """All that fits each of these; what is empty asks for all."""

    standing: TipStanding = TipStanding.WAITS
    matter: Matter = Matter.TIP
    whose: Whose = Whose.ANYBODY
    place: str = ""
    urgency: int | None = None
    category: str = ""
    question: str = ""
    """How the question that was asked back stands: asked, answered, read."""
    soon: bool = False
    """Its words go within 14 days."""
    owes: bool = False
    """Something is owed to a person of it: an answer, an arrival, thirty days, or to be asked again."""


WRONG = "wrong"
"""The answer that says what was done."""


class Wrong(StrEnum):
    """What was done, as the first question offers it. Order is the menu's."""

    ASKED = "asked"
    """For money, or for sex."""
    ABSENT = "absent"
    """Nobody came."""
    TOLD = "told"
    """Others were told of it."""
    HURT = "hurt"
    """Hurt or frightened: as pressing as danger."""
    OTHER = "other"


def complained(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """What `answers` come to; None while they make nothing that could be kept.

    One passage makes one complaint, whatever she corrects in it: no other desk can have heard of it. What was done
    stays sealed. A helper counts as an official here: whatever goes round the district's desk for one goes round it
    for the other.
    """
    state = stage(answers, completed=completed)
    if state is None:
        return None
    return TipSummary(
        state=state,
        place=place_of(answers) or UNSURE,
        within=None,
        sector=None,
        category=None,
        urgency=Urgency.DANGER if answers.get(WRONG) == Wrong.HURT else Urgency.SEEN,
        official="yes",
        basis=Basis.PUBLIC_DUTY,
    )


def stage(answers: Mapping[str, str], *, completed: bool = False) -> TipState | None:
    """How far these answers have brought a complaint: what was done is kept when she hangs up, be the place not said.

    Hurt and a place are filed at that hop, as danger is.
    """
    if completed:
        return TipState.COMPLETE
    if WRONG not in answers:
        return None
    pressing = answers[WRONG] == Wrong.HURT and place_of(answers) is not None
    return TipState.FILED if pressing else TipState.DRAFT
