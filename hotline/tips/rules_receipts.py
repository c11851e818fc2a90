"""Makes and checks receipts, compares waiting times with promised times, and defines filters of tips and complaints.
Pure.

It also decides when a desk may ask the caller one question.

A complaint is a report about a person who should have helped. Complaints are handled like tips, but stay separate from
them. Only the national desk reads complaints, because the helper may work at the desk of the district.
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
"""The matter of the flow with which callers use a receipt."""


NUMBER = "receipt"
"""The answer that contains the digits of the receipt."""


ERASE = "erase"
"""The answer that requests to erase the report."""


DIGITS = 9


FIRST_DIGITS = "13456"
"""The digits with which a receipt can begin. Phone numbers in Rwanda begin only with 0, 2, 7, 8 and 9."""


class ReceiptStatus(StrEnum):
    """The status that the caller learns about a tip. The values are in their usual order."""

    RECEIVED = "received"
    CHECKING = "checking"
    """A responder has taken the tip."""
    HELPER = "helper"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Progress:
    """The facts that decide the status of a tip."""

    is_taken: bool = False
    helped_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def status(self) -> ReceiptStatus:
        if self.closed_at is not None:
            return ReceiptStatus.CLOSED
        if self.helped_at is not None:
            return ReceiptStatus.HELPER
        return ReceiptStatus.CHECKING if self.is_taken else ReceiptStatus.RECEIVED


def status_of(tips: Sequence[Progress]) -> ReceiptStatus | None:
    """Returns the status of the open tip that is furthest. Returns `CLOSED` if all tips are closed.

    Returns None if there are no tips.
    """
    open_ones = [tip.status for tip in tips if tip.status is not ReceiptStatus.CLOSED]
    if open_ones:
        return max(open_ones, key=tuple(ReceiptStatus).index)
    return ReceiptStatus.CLOSED if tips else None


def number_from(seed: str) -> str:
    """Returns the nine digits for a session, computed from a hex digest of the session."""
    drawn = int(seed, 16)
    body = FIRST_DIGITS[drawn % len(FIRST_DIGITS)] + f"{drawn // len(FIRST_DIGITS) % 10**7:07}"
    return body + _check_digit(body)


def group_digits(number: str) -> str:
    """Returns the digits in groups of three, which are easier to read and remember: `430 021 655`."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def is_receipt(number: str) -> bool:
    """Returns True if these digits can be a receipt.

    The check detects a wrong digit and most cases of two exchanged digits.
    """
    whole = len(number) == DIGITS and number.isascii() and number.isdecimal()
    return whole and number[0] in FIRST_DIGITS and _check_digit(number[:-1]) == number[-1]


def _check_digit(body: str) -> str:
    return str(check_value(map(int, body), 10))


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY), ("days", DAY, timedelta.max))
"""The units of time. Each has its length, and the time from which the next unit is used."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The time that a tip has waited for an assignee, and the promised time."""

    spent: timedelta
    promised: timedelta
    """The time after filing in which a responder should take the tip."""

    @property
    def is_late(self) -> bool:
        return self.spent > self.promised

    @property
    def counted(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Returns the waiting time and the promised time, each as a number and a unit of `UNITS`.

        A late waiting time is rounded up if it would otherwise equal the promised time.
        """
        (spent, unit), promised = whole_units(self.spent), whole_units(self.promised)
        is_same = self.is_late and (spent, unit) == promised
        return (spent + is_same, unit), promised

    @property
    def minutes(self) -> tuple[int, int]:
        """Returns the waiting time and the promised time in minutes."""
        spent, promised = self.spent // MINUTE, self.promised // MINUTE
        return spent + (self.is_late and spent == promised), promised

    def __str__(self) -> str:
        """Returns a text such as `9 of 3 min`. If the units differ, it names both."""
        spent, promised = self.counted
        if spent[1] == promised[1]:
            return f"{spent[0]} of {promised[0]} {promised[1]}"
        return f"{spent[0]} {spent[1]} of {promised[0]} {promised[1]}"


def wait_of(urgency: int, filed_at: datetime, *, ended_at: datetime | None, now: datetime) -> Wait:
    """Returns how long a tip has waited.

    The waiting ended when the tip was taken, or when it was closed without being taken.
    """
    promised = acknowledge_due(urgency, filed_at, step=0) - filed_at
    spent = max((ended_at or now) - filed_at, timedelta())
    return Wait(spent, promised)


def whole_units(span: timedelta) -> tuple[int, str]:
    """Returns a length of time as a number of whole units, rounded down."""
    for unit, length, up_to in UNITS:
        if span < up_to:
            return span // length, unit
    return span // DAY, UNITS[-1][0]


STILL_REPORTING = timedelta(minutes=3)
"""The time after the last answer in which the caller may add to the tip. An addition encrypts the tip again. A question
is not asked before this time has passed."""


def question_refusal(
    at: datetime, *, filed_at: datetime, has_receipt: bool, closed: bool, asked: bool, signed: bool
) -> str | None:
    """Returns the reason why a question may not be asked now. Returns None if it may be asked.

    `filed_at` is the time of the caller's last answer. `asked` is True if a question was already asked about this tip,
    or about another tip of the same receipt. `signed` is True if the present text of the question is approved.
    """
    if not signed:
        return "this question's present text is not signed: the tip's page lists the others"
    if closed:
        return "the tip is closed"
    if not has_receipt:
        return "the caller took no receipt, so they cannot answer"
    if asked:
        return "the desk has already asked a question: only one is possible"
    if at < filed_at + STILL_REPORTING:
        return "the caller is still reporting: try again in three minutes"
    return None


class TipStateFilter(StrEnum):
    """The state of a tip, as the filters of lists use it."""

    WAITS = "waits"
    """Responders are asked to take the tip, or its closure waits for a second person."""
    TAKEN = "taken"
    HELPED = "helped"
    """Help has reached the person."""
    CLOSING = "judged"
    """The closure of the tip waits for a second person."""
    CLOSED = "closed"
    ALL = "all"


class AskedAgain(StrEnum):
    """The reason why others are asked to take a tip that still has an assignee."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    """The assignee has not read the tip, or has not reported."""


class TipRefusal(StrEnum):
    """The reason why a request about a tip is refused, if the page of the tip has a text for it."""

    EXCLUDED_ALREADY = "kept_already"
    SAME_TIP = "same_tip"
    """A tip cannot be linked to itself."""
    LINKED_ALREADY = "linked_already"
    NOT_LINKED = "not_linked"


class AssigneeFilter(StrEnum):
    """The assignees whose tips a list shows."""

    ANYBODY = "anybody"
    MINE = "mine"
    """Tips of which the reader of the list is the assignee."""


@dataclass(frozen=True, slots=True)
class TipFilter:
    """A filter for lists of tips. A listed tip matches every field. An empty field matches all tips."""

    state: TipStateFilter = TipStateFilter.WAITS
    matter: Matter = Matter.TIP
    assignee: AssigneeFilter = AssigneeFilter.ANYBODY
    place: str = ""
    urgency: int | None = None
    category: str = ""
    question: str = ""
    """The state of the question to the caller: asked, answered or read."""
    soon: bool = False
    """True for tips whose text is erased within 14 days."""
    owes: bool = False
    """True for tips with a missing fact about a person: an answer, an arrival, the thirty days, or another question."""


WRONG = "wrong"
"""The answer that says what the helper did wrong."""


class ComplaintKind(StrEnum):
    """The kind of a complaint, as the first question offers it. The values are in the order of the menu."""

    ASKED = "asked"
    """The helper asked for money or sex."""
    ABSENT = "absent"
    """No helper came."""
    TOLD = "told"
    """Other people learned about the report."""
    HURT = "hurt"
    """The helper hurt or frightened the person. This is as urgent as danger."""
    OTHER = "other"


def complaint_facts(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """Returns the facts that these answers give. Returns None if there is nothing to store yet.

    Each report attempt makes one complaint, even if the caller corrects answers. No other desk can have been alerted.
    The kind of the complaint stays encrypted. The helper counts as an official here. So the complaint never reaches the
    desk of a district, like a tip about an official.
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
    """Returns the state of a complaint with these answers. After the caller hangs up, it is kept even without a place.

    If a person was hurt and a place is known, it is filed at once, like danger.
    """
    if completed:
        return TipState.COMPLETE
    if WRONG not in answers:
        return None
    pressing = answers[WRONG] == ComplaintKind.HURT and place_of(answers) is not None
    return TipState.FILED if pressing else TipState.DRAFT
