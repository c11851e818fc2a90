"""Contains the rules of receipts, complaints and call-backs. Pure.

The module makes and checks receipts, compares waiting times with the promised times, and defines the filters of tips.
It also decides if a desk may ask the caller a question.

A complaint is a report about a person who should have helped. The hotline encrypts and assigns a complaint like a tip,
but counts complaints separately from tips. Only the national desk reads complaints, because the helper may work at the
district's desk. Complaints about the national desk are for oversight desks only.

The rules of call-backs say when a desk may call, who may see the number, and when the request ends. If the desk calls
at a wrong time, another person may answer the phone. So if any fact about the call-back is missing, the rules do not
allow the call.
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
    """The status of a tip that the hotline gives to the holder of its receipt. The values are in the order in which a
    tip usually gets them.
    """

    RECEIVED = "received"
    CHECKING = "checking"
    """A responder has taken the tip."""
    HELPER = "helper"
    CLOSED = "closed"


HELP_SAID = "help_said"
"""The name of the answer to the question if the help was good."""
ASKS_HELP = "asks_help"
"""The name of the flag that makes the flow ask the holder of a receipt now if the help was good."""
HELP_AFTER = timedelta(days=30)
"""The time that must pass after help has reached the person, before the flow asks the holder of the receipt if the help
was good. The flow asks only once.
"""


class HelpOpinion(StrEnum):
    """The answer to the question if the help was good."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class Progress:
    """The facts about a tip that decide which status the holder of the receipt reads."""

    is_taken: bool = False
    helped_at: datetime | None = None
    closed_at: datetime | None = None
    was_asked: bool = False
    """True if the holder of the receipt has already answered the question if the help was good, also if the answer was
    "prefer not to say"."""

    @property
    def status(self) -> ReceiptStatus:
        if self.closed_at is not None:
            return ReceiptStatus.CLOSED
        if self.helped_at is not None:
            return ReceiptStatus.HELPER
        return ReceiptStatus.CHECKING if self.is_taken else ReceiptStatus.RECEIVED


def status_of(tips: Sequence[Progress]) -> ReceiptStatus | None:
    """Returns the most advanced status of all open tips. Returns `CLOSED` if all tips are closed.

    Returns None if there are no tips.
    """
    open_ones = [tip.status for tip in tips if tip.status is not ReceiptStatus.CLOSED]
    if open_ones:
        return max(open_ones, key=tuple(ReceiptStatus).index)
    return ReceiptStatus.CLOSED if tips else None


def asks_about_help(tips: Sequence[Progress], at: datetime) -> bool:
    """Returns True if help came at least thirty days ago for a tip of a receipt, and the holder of the receipt was
    never asked if the help was good.
    """
    helped = [one.helped_at for one in tips if one.helped_at is not None]
    is_due = any(at - one >= HELP_AFTER for one in helped)
    return is_due and not any(one.was_asked for one in tips)


def number_from(seed: str) -> str:
    """Returns the nine digits of a receipt. Computes the digits from `seed`, which is a digest of the caller's session
    in hexadecimal digits.
    """
    drawn = int(seed, 16)
    body = FIRST_DIGITS[drawn % len(FIRST_DIGITS)] + f"{drawn // len(FIRST_DIGITS) % 10**7:07}"
    return body + _check_digit(body)


def group_digits(number: str) -> str:
    """Returns the digits in groups of three, such as `430 021 655`, because groups are easier to remember."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def is_receipt(number: str) -> bool:
    """Returns True if these digits are a possible receipt.

    The last digit is a check digit. The check digit shows if the caller typed one digit wrong, and usually also if the
    caller exchanged two digits.
    """
    whole = len(number) == DIGITS and number.isascii() and number.isdecimal()
    return whole and number[0] in FIRST_DIGITS and _check_digit(number[:-1]) == number[-1]


def _check_digit(body: str) -> str:
    return str(check_value(map(int, body), 10))


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY), ("days", DAY, timedelta.max))
"""The units of time for waiting times: the name of each unit, its length, and a limit. If a waiting time reaches the
limit of a unit, it is shown in the next unit.
"""


@dataclass(frozen=True, slots=True)
class Wait:
    """The time that a tip waited before a responder took it, and the longest waiting time that the hotline promises."""

    spent: timedelta
    promised: timedelta
    """The time after filing within which a responder should take the tip."""

    @property
    def is_late(self) -> bool:
        return self.spent > self.promised

    @property
    def counted(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Returns the waiting time and the promised time. Each of the two times is a number with a unit from `UNITS`.

        Rounds the waiting time up if it is longer than the promised time but would look equal in whole units.
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
        """Returns a text such as `9 of 3 min`. If the two times have different units, the text contains both units."""
        spent, promised = self.counted
        if spent[1] == promised[1]:
            return f"{spent[0]} of {promised[0]} {promised[1]}"
        return f"{spent[0]} {spent[1]} of {promised[0]} {promised[1]}"


def wait_of(urgency: int, filed_at: datetime, *, ended_at: datetime | None, now: datetime) -> Wait:
    """Returns how long a tip has waited for a responder. The waiting ends when a responder takes the tip, or when the
    tip is closed before a responder takes it.
    """
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
"""The time after the last answer during which the caller may still add to the tip. Each addition encrypts the tip
again, so a desk may not ask the caller a question during this time."""


def question_refusal(
    at: datetime, *, filed_at: datetime, has_receipt: bool, closed: bool, asked: bool, signed: bool
) -> str | None:
    """Returns the reason why a desk may not ask a question now. Returns None if the desk may ask.

    `filed_at` is the time of the caller's last answer. `asked` is True if a desk already asked a question about this
    tip or another tip of the same receipt. `signed` is True if the present text of the question is approved.
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
    """The state of a tip, as the filter of a list names it."""

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
    """The reason why the hotline asks more people to take a tip that already has an assignee."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    """The assignee has not read the tip in time, or has not reported the outcome of the case in time."""


class TipRefusal(StrEnum):
    """The reason why a command about a tip is refused. The page of the tip has a text for each reason."""

    EXCLUDED_ALREADY = "kept_already"
    SAME_TIP = "same_tip"
    """A tip cannot be linked to itself."""
    LINKED_ALREADY = "linked_already"
    NOT_LINKED = "not_linked"
    NOT_OPEN = "not_open"
    NOT_REACHED = "not_reached"
    """The command would alert people, but none of the people who may see the case can get an alert."""
    DO_NOT_CALL = "do_not_call"
    REMINDED = "reminded"
    OFFICIAL = "official"
    """No district may see a tip about an official."""


class AssigneeFilter(StrEnum):
    """A filter that selects tips in a list by their assignee."""

    ANYBODY = "anybody"
    MINE = "mine"
    """The reader of the list is the assignee."""


@dataclass(frozen=True, slots=True)
class TipFilter:
    """A filter for lists of tips. A listed tip must match every field. An empty field excludes no tip."""

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
    """The name of a sector. Sectors of several districts may have this name."""
    owes: bool = False
    """True for tips in which a fact about a person is missing. The missing fact is, for example, a service's answer or
    the person's arrival at the service.
    """


WRONG = "wrong"
"""The name of the answer that says what the helper did wrong."""
ABOUT, NATIONAL_DESK = "about", "national"
"""The name of the answer about the person or desk of the complaint, and its value for the national desk."""


class ComplaintKind(StrEnum):
    """The kind of a complaint, as the first question of the flow offers it. The values are in the order of the menu."""

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
    """Returns the facts in these answers of a complaint. Returns None if the answers are not enough to store a
    complaint.

    The facts do not contain the kind of the complaint, because only the encrypted text may contain it. The facts say
    that an official is involved, because the helper who did wrong may be an official. So a district's desk never gets a
    complaint, in the same way as it never gets a tip about an official. A complaint about the national desk is for
    oversight desks only.
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
    """Returns the state of a complaint with these answers. After the caller hangs up, the complaint is kept even if it
    has no place.

    If the helper hurt a person and the place is known, the complaint is filed at once, like a tip about danger.
    """
    if completed:
        return TipState.COMPLETE
    if WRONG not in answers:
        return None
    pressing = answers[WRONG] == ComplaintKind.HURT and place_of(answers) is not None
    return TipState.FILED if pressing else TipState.DRAFT


WINDOW_LENGTH = timedelta(hours=2)
"""The length of every window, which is a period of time in which the desk may call."""
HALF_WINDOW = WINDOW_LENGTH / 2
"""Half of the length of a window for a call. If call-backs are paused and less than this time is left in the period for
a call, the hotline moves the request to its next period. With this rule, no request ends just after a pause, before the
desk can call.
"""
NOTICE_DELAY = timedelta(minutes=3)
"""The time that the hotline waits after a caller's request for a call-back before it notifies the national desk. During
this time, the caller can still withdraw the request.
"""


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
    """The result of a call to a caller. Only after the outcome `SILENT`, which means that no one answered the phone,
    may the desk call again in a second window.
    """

    REACHED = "reached"
    SILENT = "silent"
    OTHER = "other"
    """Another person answered the phone. The desk never calls this number again."""
    REFUSED = "refused"
    """The caller answered the phone, but wants no call."""


class DayPart(StrEnum):
    """A part of the day, such as the morning, that the menu offers to a caller who wants a call."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


OPENS = {DayPart.MORNING: time(8), DayPart.NOON: time(12), DayPart.EVENING: time(17)}
DAYS = {"tomorrow": (1,), "after": (2,), "either": (1, 2)}
"""For each answer to the question on which day the desk may call: how many days after the request this day can be. For
example, 1 means the day after the request.
"""
SHARED = frozenset({"alone", "family"})
"""The desk may call if the caller gave one of these answers to the question of who else may answer the phone. If the
caller fears a person who may answer the phone, the desk may not call.
"""

WANTED, OTHERS_ANSWER, CALL_DAY, PART, WORD = (
    "call",
    "call_who",
    "call_day",
    "call_part",
    "call_word",
)
ANSWERS = frozenset({WANTED, OTHERS_ANSWER, CALL_DAY, PART, WORD})
"""The names of the answers about a call-back. Only the national desk sees the answers. The body of the tip does not
contain these answers.
"""
OFFERED = ("me_adult", "child", "adult", "several")
"""If the caller gave one of these answers to "Who needs help?", the menu offers a call from the desk. The menu never
offers a call to a caller who says that they are under 18 (docs/decisions/10).
"""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time in which the desk may call."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def __str__(self) -> str:
        opens, closes = self.opens_at.astimezone(KIGALI), self.closes_at.astimezone(KIGALI)
        return f"{opens:%d/%m %H:%M}-{closes:%H:%M}"


def windows(answers: Mapping[str, str], asked_at: datetime) -> tuple[Window, ...]:
    """Returns the one or two windows for a call, the earlier first.

    Returns no window if the caller has not agreed to all conditions of a call.
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
    """Returns the window with the same hours on the next day, because the caller did not agree to calls at other
    hours."""
    return window_from(window.opens_at + timedelta(days=1))


def window_from(opens_at: datetime) -> Window:
    return Window(opens_at, opens_at + WINDOW_LENGTH)


def refusal_reason(
    window: Window, at: datetime, *, has_asked: bool, approved_by: str | None
) -> str | None:
    """Returns the reason why a person at the desk may not see the caller's phone number now. Returns None if the person
    may see the number.

    `has_asked` is True if the last request to see the number came from this person.
    """
    if not has_asked:
        return "you must ask to see the number first"
    if approved_by is None:
        return "a second person has not approved your request yet"
    if not window.is_open(at):
        return f"the number can be shown {window} only, Kigali time"
    return None
