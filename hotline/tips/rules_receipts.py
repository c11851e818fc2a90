"""Compares waiting times with promises, defines filters of tips, and reads complaints. Pure.

It also decides when a desk may ask one question back.

A complaint is about a person who was meant to help. It is handled like a tip but kept apart from tips. Only the
national desk reads it and is alerted, because the person complained of may work at the district's desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.text.codes import UNSURE
from hotline.text.phone_numbers import check_value
from hotline.tips.rules import Basis, Matter, TipState, TipSummary, Urgency, place_of
from hotline.tips.rules_deadlines import acknowledge_due

RECEIPT = "receipt"
"""The matter of the flow that asks about a receipt."""


NUMBER = "receipt"
"""The answer that holds its digits."""


ERASE = "erase"
"""The answer that requests erasure of the report."""


DIGITS = 9


FIRST_DIGITS = "13456"
"""First digits of receipts. Phone numbers here begin only with 0, 2, 7, 8 and 9."""


class ReceiptStatus(StrEnum):
    """The one word that the caller gets about a tip, in the usual order."""

    RECEIVED = "received"
    CHECKING = "checking"
    """A responder has taken it."""
    HELPER = "helper"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Progress:
    """The facts that decide a tip's status."""

    taken: bool = False
    helped_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def status(self) -> ReceiptStatus:
        if self.closed_at is not None:
            return ReceiptStatus.CLOSED
        if self.helped_at is not None:
            return ReceiptStatus.HELPER
        return ReceiptStatus.CHECKING if self.taken else ReceiptStatus.RECEIVED


def status_of(tips: Sequence[Progress]) -> ReceiptStatus | None:
    """Returns the status of all tips of one receipt: the furthest, and closed only if all are. None without tips."""
    open_ones = [tip.status for tip in tips if tip.status is not ReceiptStatus.CLOSED]
    if open_ones:
        return max(open_ones, key=tuple(ReceiptStatus).index)
    return ReceiptStatus.CLOSED if tips else None


def number_from(seed: str) -> str:
    """Returns the nine digits for a session, computed from its hex digest."""
    drawn = int(seed, 16)
    body = FIRST_DIGITS[drawn % len(FIRST_DIGITS)] + f"{drawn // len(FIRST_DIGITS) % 10**7:07}"
    return body + _check_digit(body)


def group_digits(number: str) -> str:
    """Returns the digits in groups, as people read and remember them: `430 021 655`."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def is_receipt(number: str) -> bool:
    """Returns True if the digits can be a receipt. It detects one wrong digit and most exchanges of two."""
    whole = len(number) == DIGITS and number.isascii() and number.isdecimal()
    return whole and number[0] in FIRST_DIGITS and _check_digit(number[:-1]) == number[-1]


def _check_digit(body: str) -> str:
    return str(check_value(map(int, body), 10))


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY), ("days", DAY, timedelta.max))
"""Units of time, each with its length and the span from which the next unit is used."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The time that a tip waited for an assignee, and the promised time."""

    spent: timedelta
    promised: timedelta
    """Time from filing within which a responder takes it."""

    @property
    def is_late(self) -> bool:
        return self.spent > self.promised

    @property
    def counted(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Returns the time spent and the time promised, each as a number and a unit of `UNITS`.

        A late wait never shows the promised number: it is then rounded up.
        """
        (spent, unit), promised = whole_units(self.spent), whole_units(self.promised)
        is_same = self.is_late and (spent, unit) == promised
        return (spent + is_same, unit), promised

    @property
    def minutes(self) -> tuple[int, int]:
        """Returns the same two times in minutes."""
        spent, promised = self.spent // MINUTE, self.promised // MINUTE
        return spent + (self.is_late and spent == promised), promised

    def __str__(self) -> str:
        """Returns a text such as `9 of 3 min`. Different units are both named."""
        spent, promised = self.counted
        if spent[1] == promised[1]:
            return f"{spent[0]} of {promised[0]} {promised[1]}"
        return f"{spent[0]} {spent[1]} of {promised[0]} {promised[1]}"


def wait_of(urgency: int, filed_at: datetime, *, ended_at: datetime | None, now: datetime) -> Wait:
    """Returns the wait of a tip. It ended when the tip was taken, or closed without a take."""
    promised = acknowledge_due(urgency, filed_at, step=0) - filed_at
    spent = max((ended_at or now) - filed_at, timedelta())
    return Wait(spent, promised)


def whole_units(span: timedelta) -> tuple[int, str]:
    """Returns a number of whole units, rounded down."""
    for unit, length, up_to in UNITS:
        if span < up_to:
            return span // length, unit
    return span // DAY, UNITS[-1][0]


STILL_REPORTING = timedelta(minutes=3)
"""Time after the last answer in which a caller may add to the tip, which seals it again. A question waits so long."""


def question_refusal(
    at: datetime, *, told_at: datetime, has_receipt: bool, closed: bool, asked: bool, signed: bool
) -> str | None:
    """Returns the reason why a question may not be asked. Returns None if it may.

    `told_at` is the time of the caller's last answer. `asked` is True if this tip, or another of the same receipt, was
    asked before. `signed` is True if the question's present text is approved.
    """
    if not signed:
        return "this question's present text is not signed: the tip's page lists the others"
    if closed:
        return "the tip is closed"
    if not has_receipt:
        return "the caller took no receipt, so they cannot answer"
    if asked:
        return "a question was asked already: you can ask only one"
    if at < told_at + STILL_REPORTING:
        return "the caller is still reporting: try again in three minutes"
    return None


class TipStateFilter(StrEnum):
    """The state of a tip, as filters of lists use it."""

    WAITS = "waits"
    """People are asked to take it, or its closure waits for a second person."""
    TAKEN = "taken"
    HELPED = "helped"
    """A helper is with the person."""
    CLOSING = "judged"
    """Its closure waits for a second person."""
    CLOSED = "closed"
    ALL = "all"


class AskedAgain(StrEnum):
    """The reason why people are asked to take a tip that still has an assignee."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    """The assignee has not read it, or reports nothing."""


class TipRefusal(StrEnum):
    """The reason why a request about a tip changes nothing, if its page has a text for it."""

    EXCLUDED_ALREADY = "kept_already"
    SAME_TIP = "same_tip"
    """A tip cannot be linked to itself."""
    LINKED_ALREADY = "linked_already"
    NOT_LINKED = "not_linked"


class AssigneeFilter(StrEnum):
    """The assignees whose tips a filter shows."""

    ANYBODY = "anybody"
    MINE = "mine"
    """The person who looks at the list is the assignee."""


@dataclass(frozen=True, slots=True)
class TipFilter:
    """A filter of tips. A tip must match every field. An empty field matches all."""

    standing: TipStateFilter = TipStateFilter.WAITS
    matter: Matter = Matter.TIP
    whose: AssigneeFilter = AssigneeFilter.ANYBODY
    place: str = ""
    urgency: int | None = None
    category: str = ""
    question: str = ""
    """The state of a question back: asked, answered, read."""
    soon: bool = False
    """True for tips whose text is erased within 14 days."""
    owes: bool = False
    """True for tips with an open duty to a person: an answer, an arrival, the thirty days, or another question."""


WRONG = "wrong"
"""The answer that says what the helper did."""


class ComplaintKind(StrEnum):
    """The kind of complaint, as the first question offers it. The order is the menu's."""

    ASKED = "asked"
    """The helper asked for money or sex."""
    ABSENT = "absent"
    """No helper came."""
    TOLD = "told"
    """Other people learned of the report."""
    HURT = "hurt"
    """The helper hurt or frightened the person. It is as urgent as danger."""
    OTHER = "other"


def complaint_facts(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """Returns the facts that `answers` give. Returns None if there is nothing to keep yet.

    One report attempt makes one complaint, whatever the caller corrects, because no other desk can have been alerted.
    The kind of complaint stays sealed. A helper counts as an official here. So the complaint avoids the district's desk
    in every case in which a tip about an official does.
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
        urgency=Urgency.DANGER if answers.get(WRONG) == ComplaintKind.HURT else Urgency.SEEN,
        official="yes",
        basis=Basis.PUBLIC_DUTY,
    )


def stage(answers: Mapping[str, str], *, completed: bool = False) -> TipState | None:
    """Returns the state of a complaint. It is kept after a hang-up, even without a place.

    A hurt person with a place is filed at that hop, as danger is.
    """
    if completed:
        return TipState.COMPLETE
    if WRONG not in answers:
        return None
    pressing = answers[WRONG] == ComplaintKind.HURT and place_of(answers) is not None
    return TipState.FILED if pressing else TipState.DRAFT
