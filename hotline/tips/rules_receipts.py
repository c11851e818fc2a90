"""Contains the rules of receipts, complaints about helpers, and call-backs. Pure.

The module makes and checks receipts, compares waiting times with the promised times, and defines filters for lists of
tips. It also decides if a desk may ask the caller a question.

A complaint is a report about a person who should have helped. The hotline encrypts and assigns a complaint like a tip,
but counts complaints separately. Only the national desk reads complaints, because the helper may work at the
district's desk. Complaints about the national desk are for oversight desks only.

The rules of call-backs say when a desk may call, who may see the number, and when the request ends. At the wrong time,
another person could answer the phone. So the rules do not allow a call if any fact about the call-back is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.text.identifiers import check_value
from hotline.text.places import UNSURE
from hotline.text.time import KIGALI
from hotline.tips.rules import (
    OVERSEEN,
    Basis,
    Matter,
    TipState,
    TipSummary,
    Urgency,
    acknowledge_due,
    place_of,
)

RECEIPT = "receipt"
"""The name of the flow in which callers use a receipt."""


NUMBER = "receipt"
"""The name of the answer with the digits of the receipt."""


ERASE = "erase"
"""The name of the answer that requests to erase the report."""


DIGITS = 9


FIRST_DIGITS = "13456"
"""The digits with which a receipt may begin. Phone numbers in Rwanda begin only with 0, 2, 7, 8 and 9."""


class ReceiptStatus(StrEnum):
    """The status of a tip, as the holder of its receipt can read it."""

    RECEIVED = "received"
    CHECKING = "checking"
    """A responder has taken the tip."""
    HELPER = "helper"
    CLOSED = "closed"


HELP_SAID = "help_said"
"""The name of the answer to the question "Was the help good?"."""
ASKS_HELP = "asks_help"
"""If this flag is set, the flow asks the holder of a receipt if the help was good."""
HELP_AFTER = timedelta(days=30)
"""The flow asks once after this time since the help if the help was good."""


class HelpOpinion(StrEnum):
    """The answer to the question if the help was good."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class Progress:
    """The facts about a tip that decide which status the holder of its receipt reads."""

    is_taken: bool = False
    helped_at: datetime | None = None
    closed_at: datetime | None = None
    was_asked: bool = False
    """True if the holder of the receipt was already asked if the help was good."""

    @property
    def status(self) -> ReceiptStatus:
        if self.closed_at is not None:
            return ReceiptStatus.CLOSED
        if self.helped_at is not None:
            return ReceiptStatus.HELPER
        return ReceiptStatus.CHECKING if self.is_taken else ReceiptStatus.RECEIVED


def status_of(tips: Sequence[Progress]) -> ReceiptStatus | None:
    """Returns the most advanced status of the open tips of a receipt. Returns `CLOSED` if all tips are closed.

    Returns None if there are no tips.
    """
    open_ones = [tip.status for tip in tips if tip.status is not ReceiptStatus.CLOSED]
    if open_ones:
        return max(open_ones, key=tuple(ReceiptStatus).index)
    return ReceiptStatus.CLOSED if tips else None


def asks_about_help(tips: Sequence[Progress], at: datetime) -> bool:
    """Returns True if help came at least thirty days ago, and the holder of the receipt was never asked about it."""
    helped = [one.helped_at for one in tips if one.helped_at is not None]
    is_due = any(at - one >= HELP_AFTER for one in helped)
    return is_due and not any(one.was_asked for one in tips)


def number_from(seed: str) -> str:
    """Returns the nine digits of a receipt. `seed` is a digest of the caller's session, in hexadecimal digits."""
    draw = int(seed, 16)
    body = FIRST_DIGITS[draw % len(FIRST_DIGITS)] + f"{draw // len(FIRST_DIGITS) % 10**7:07}"
    return body + _check_digit(body)


def group_digits(number: str) -> str:
    """Returns the digits in groups of three, such as `430 021 655`, because groups are easier to remember."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def is_receipt(number: str) -> bool:
    """Returns True if these digits are a possible receipt.

    The last digit shows if the caller typed one digit wrong, and usually also if two digits changed places.
    """
    has_format = len(number) == DIGITS and number.isascii() and number.isdecimal()
    return has_format and number[0] in FIRST_DIGITS and _check_digit(number[:-1]) == number[-1]


def _check_digit(body: str) -> str:
    return str(check_value(map(int, body), 10))


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY), ("days", DAY, timedelta.max))
"""The units of waiting times: for each unit its name, its length, and the time from which the next unit is used."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The time that a tip waited before a responder took it, and the promised time."""

    spent: timedelta
    promised: timedelta
    """The time after filing within which the hotline promises that a responder takes the tip."""

    @property
    def is_late(self) -> bool:
        return self.spent > self.promised

    def __str__(self) -> str:
        """Returns a text such as `9 of 3 min`. If the two units differ, the text is like `2 h of 15 min`.

        If the waiting time of a late tip looks equal to the promised time in whole units, it is rounded up.
        """
        (spent, unit), (promised, promised_unit) = map(whole_units, (self.spent, self.promised))
        if unit != promised_unit:
            return f"{spent} {unit} of {promised} {promised_unit}"
        return f"{spent + (self.is_late and spent == promised)} of {promised} {unit}"


def wait_of(urgency: int, filed_at: datetime, *, ended_at: datetime | None, now: datetime) -> Wait:
    """Returns how long a tip has waited for a responder. The waiting ends when a responder takes the tip, or earlier if
    the tip is closed."""
    promised = acknowledge_due(urgency, filed_at, step=0) - filed_at
    spent = max((ended_at or now) - filed_at, timedelta())
    return Wait(spent, promised)


def whole_units(span: timedelta) -> tuple[int, str]:
    """Returns a length of time as a whole number of units, rounded down."""
    for unit, length, up_to in UNITS:
        if span < up_to:
            return span // length, unit
    return span // DAY, UNITS[-1][0]


STILL_REPORTING = timedelta(minutes=3)
"""The time after the last answer during which the caller may still add to the tip. A desk may not ask a question in
this time, because each addition encrypts the tip again."""


def question_refusal(
    at: datetime, *, filed_at: datetime, has_receipt: bool, closed: bool, asked: bool, signed: bool
) -> str | None:
    """Returns the reason why a desk may not ask the caller a question now, or None if the desk may ask.

    `filed_at` is the time of the caller's last answer. `asked` is True if a desk already asked a question about a tip
    of this receipt. `signed` is True if the question's present text is approved.
    """
    if not signed:
        return (
            "this question's present text is not signed: the tip's page lists the signed questions"
        )
    if closed:
        return "the tip is closed"
    if not has_receipt:
        return "the caller took no receipt, so they cannot answer"
    if asked:
        return "the desk has already asked the caller a question: a second question is not possible"
    if at < filed_at + STILL_REPORTING:
        return "the caller is still reporting: try again in three minutes"
    return None


class TipStateFilter(StrEnum):
    """The state of the tips that a list shows."""

    WAITS = "waits"
    """The tip waits for a person: a responder must take it, or a second person must confirm its closure."""
    TAKEN = "taken"
    HELPED = "helped"
    """Help reached the person."""
    CLOSING = "judged"
    """A second person must confirm the closure of the tip."""
    CLOSED = "closed"
    ALL = "all"


class AskedAgain(StrEnum):
    """The reason why the hotline asks other people to take a tip that has an assignee."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    """The assignee has not read the tip in time, or not reported the outcome in time."""


class TipRefusal(StrEnum):
    """The reason why a command about a tip is refused."""

    EXCLUDED_ALREADY = "kept_already"
    SAME_TIP = "same_tip"
    """A tip cannot be linked to itself."""
    LINKED_ALREADY = "linked_already"
    NOT_LINKED = "not_linked"
    NOT_OPEN = "not_open"
    NOT_REACHED = "not_reached"
    """The command would alert people, but no person who may see the case can be alerted."""
    DO_NOT_CALL = "do_not_call"
    REMINDED = "reminded"
    OFFICIAL = "official"
    """The tip is about an official, so no district may see it."""


class AssigneeFilter(StrEnum):
    """A filter for lists of tips by their assignee."""

    ANYBODY = "anybody"
    MINE = "mine"
    """The reader of the list is the assignee."""


@dataclass(frozen=True, slots=True)
class TipFilter:
    """A filter for lists of tips. A list shows only the tips that match every field with a value."""

    state: TipStateFilter = TipStateFilter.WAITS
    matter: Matter = Matter.TIP
    assignee: AssigneeFilter = AssigneeFilter.ANYBODY
    place: str = ""
    urgency: int | None = None
    category: str = ""
    question: str = ""
    """The state of a desk's question to the caller: asked, answered or read."""
    soon: bool = False
    """True for tips whose text will be erased within 14 days."""
    sector: str = ""
    """The name of a sector. Several districts may have a sector with this name."""
    owes: bool = False
    """True for tips in which a fact about a person is missing, such as a service's answer."""


WRONG = "wrong"
"""The name of the answer that says what the helper did wrong."""
ABOUT, NATIONAL_DESK = "about", "national"
"""The name of the answer to "Who treated you badly?", and the value of this answer for the national desk."""


class ComplaintKind(StrEnum):
    """The kind of a complaint, as the first question of the flow offers it."""

    ASKED = "asked"
    """The helper asked for money or sex."""
    ABSENT = "absent"
    """The helper did not come."""
    TOLD = "told"
    """The helper told other people about the report."""
    HURT = "hurt"
    """The helper hurt or frightened the person. Such a complaint is as urgent as danger."""
    OTHER = "other"


def complaint_facts(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """Returns the facts of a complaint, from the caller's answers. Returns None if there are not enough answers to
    store a complaint.

    The facts leave out the kind of the complaint, because only the encrypted text may contain it. The facts always say
    that an official is involved, because the helper may be one. So a desk of a district never gets a complaint. A
    complaint about the national desk is for oversight desks only.
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
        official=OVERSEEN if answers.get(ABOUT) == NATIONAL_DESK else "yes",
        basis=Basis.PUBLIC_DUTY,
    )


def stage(answers: Mapping[str, str], *, completed: bool = False) -> TipState | None:
    """Returns the state of a complaint with these answers. After the caller hangs up, the hotline keeps a complaint
    even without a place.

    A complaint that a helper hurt a person is filed at once if the place is known, like a tip about danger.
    """
    if completed:
        return TipState.COMPLETE
    if WRONG not in answers:
        return None
    pressing = answers[WRONG] == ComplaintKind.HURT and place_of(answers) is not None
    return TipState.FILED if pressing else TipState.DRAFT


WINDOW_LENGTH = timedelta(hours=2)
"""The length of a window, in which the desk may call a caller back."""
HALF_WINDOW = WINDOW_LENGTH / 2
"""Half of the length of a window, in which the desk may call. While call-backs are paused, a request with less than
this time left in its window moves to its next window. So no request ends just after a pause, before the desk can call.
"""
NOTICE_DELAY = timedelta(minutes=3)
"""The time between a caller's request for a call and the notice to the national desk. A request that the caller
withdraws within this time causes no notice."""


class CallBackState(StrEnum):
    """The state of a call-back.

    A call-back goes from waiting to done, withdrawn or expired. The caller's phone number is stored only while the
    call-back is waiting.
    """

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CallOutcome(StrEnum):
    """The result of a call to a caller. Only if no one answered (`SILENT`) may the desk call again, in a second
    window."""

    REACHED = "reached"
    SILENT = "silent"
    OTHER = "other"
    """Another person answered the phone. The desk never calls this number again."""
    REFUSED = "refused"
    """The caller answered the phone, but wants no call."""


class DayPart(StrEnum):
    """A part of the day that the menu offers to a caller who wants a call."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


OPENS = {DayPart.MORNING: time(8), DayPart.NOON: time(12), DayPart.EVENING: time(17)}
DAYS = {"tomorrow": (1,), "after": (2,), "either": (1, 2)}
"""For each answer about the day of the call: how many days after the request the desk may call. The number 1 means the
next day."""
SHARED = frozenset({"alone", "family"})
"""The answers to "Who else may answer the phone?" after which the desk may call. If the caller fears a person who may
answer, the desk may not call."""

WANTED, OTHERS_ANSWER, CALL_DAY, PART, WORD = (
    "call",
    "call_who",
    "call_day",
    "call_part",
    "call_word",
)
ANSWERS = frozenset({WANTED, OTHERS_ANSWER, CALL_DAY, PART, WORD})
"""The names of the answers about a call-back. Only the national desk sees these answers, and the body of the tip does
not contain them."""
OFFERED = ("me_adult", "child", "adult", "several")
"""The answers to "Who needs help?" after which the menu offers a call from the desk. The menu offers no call to a
caller under 18 (docs/decisions/10)."""


@dataclass(frozen=True, slots=True)
class Window:
    """A period in which the desk may call."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def __str__(self) -> str:
        start, end = self.opens_at.astimezone(KIGALI), self.closes_at.astimezone(KIGALI)
        return f"{start:%d/%m %H:%M}-{end:%H:%M}"


def windows(answers: Mapping[str, str], asked_at: datetime) -> tuple[Window, ...]:
    """Returns the one or two periods for a call, the earlier first.

    Returns no period if the caller has not agreed to all conditions of a call.
    """
    days, part = DAYS.get(answers.get(CALL_DAY, "")), answers.get(PART)
    if answers.get(WANTED) != "yes" or answers.get(OTHERS_ANSWER) not in SHARED:
        return ()
    if days is None or part not in set(DayPart) or not answers.get(WORD):
        return ()
    today = asked_at.astimezone(KIGALI).date()
    return tuple(
        window_from(datetime.combine(today + timedelta(days=day), OPENS[DayPart(part)], KIGALI))
        for day in days
    )


def next_day(window: Window) -> Window:
    """Returns the same hours on the next day, because the caller agreed to no other hours."""
    return window_from(window.opens_at + timedelta(days=1))


def window_from(opens_at: datetime) -> Window:
    return Window(opens_at, opens_at + WINDOW_LENGTH)


def refusal_reason(
    window: Window, at: datetime, *, has_asked: bool, approved_by: str | None
) -> str | None:
    """Returns the reason why a person at the desk may not see the caller's phone number now, or None.

    `has_asked` is True if this person made the last request to see the number.
    """
    if not has_asked:
        return "you must ask to see the number first"
    if approved_by is None:
        return "a second person has not approved your request yet"
    if not window.is_open(at):
        return f"the number can be shown {window} only, Kigali time"
    return None
