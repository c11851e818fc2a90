"""Defines the states of a tip, its deadlines, how responders may visit, and how long the text of a tip is kept. Pure.

The hotline files a tip at once when the caller has named a place, and reported danger or a journey that can still be
stopped. Before a tip is filed, the answers are a draft. The hotline files a draft when the caller hangs up, or when
the caller has given no answer for three minutes. A draft without a district then becomes a fragment. Each report
attempt makes only one tip, even if the caller corrects answers.

A tip has at most one open deadline of each kind. Each deadline closes independently of the others. The lengths of the
deadlines depend on the urgency of the tip. Working hours are Monday to Friday, 08:00 to 17:00 in Kigali (UTC+2 all
year).

A case gets a visit-safety mark if the caller answers `visit: no`, or types `000` after the tip was filed. In a case
without danger, this mark means that no responder visits or calls before reading the tip. In a case with danger,
responders still visit, but not openly. Perhaps the victim fears the person who has the phone now. So the national desk
decides how to visit (docs/decisions/09).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from hotline.core.wording import Template
from hotline.text.places import ABROAD, NOT_SAID, TYPED, UNSURE, Category, is_district, is_province
from hotline.text.time import KIGALI

WORDS = "words"
"""The name of the answer that contains the text that the caller typed."""


class Matter(StrEnum):
    """The kind of a report. The hotline encrypts and assigns both kinds in the same way, but counts them separately."""

    TIP = "tip"
    COMPLAINT = "complaint"
    """A report about a person who should have helped but did wrong."""


class TipState(StrEnum):
    """The state of a tip. A tip goes from draft to fragment, then to filed, then to complete. It may skip states: a
    draft may become filed without being a fragment.

    Only a draft may be deleted.
    """

    DRAFT = "draft"
    FRAGMENT = "fragment"
    """The caller hung up before naming a district. Without a district, no responder can act on the tip, so the tip has
    no deadline."""
    FILED = "filed"
    COMPLETE = "complete"


class TipOutcome(StrEnum):
    """The outcome of a closed case. No outcome blocks the caller's phone, because callers may try out the hotline."""

    HELPED = "helped"
    REFERRED = "referred"
    NOT_TRAFFICKING = "not-trafficking"
    NOT_FOUND = "not-found"
    SILENT = "silent"
    JOKE = "joke"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """The texts and the rules for one outcome of a case."""

    screen: Template
    """The text on the responder's phone, after the responder has typed the PIN."""
    label: str
    """The name of the outcome in the console, in English."""
    choice: str = ""
    """The name of the choice for this outcome in the menu on the responder's phone. The name is empty if the menu has
    no such choice."""
    is_help: bool = False
    """True if this outcome counts as help in the statistics."""
    is_safe: bool = False
    """True if a case may get this outcome while a service is helping the person."""
    is_for_desk: bool = False
    """True if only the national desk may choose this outcome after a responder met a person."""


OUTCOMES: Mapping[TipOutcome, OutcomeRow] = {
    TipOutcome.HELPED: OutcomeRow(
        Template.OUTCOME_HELPED, "helped", "close_helped", is_help=True, is_safe=True
    ),
    TipOutcome.REFERRED: OutcomeRow(
        Template.OUTCOME_REFERRED, "case passed to a service that helps", is_help=True, is_safe=True
    ),
    TipOutcome.NOT_TRAFFICKING: OutcomeRow(
        Template.OUTCOME_NOT_IT, "no trafficking", is_safe=True, is_for_desk=True
    ),
    TipOutcome.NOT_FOUND: OutcomeRow(Template.OUTCOME_NOBODY, "no one found", "close_nobody"),
    TipOutcome.SILENT: OutcomeRow(Template.OUTCOME_SILENT, "nothing reported", "close_silent"),
    TipOutcome.JOKE: OutcomeRow(Template.OUTCOME_JOKE, "a joke", is_for_desk=True),
    TipOutcome.TRIAL: OutcomeRow(Template.OUTCOME_TEST, "a test", "close_trial", is_for_desk=True),
}


class Urgency(IntEnum):
    """The urgency of a tip. 1: danger, a child, or a journey that can still be stopped. 2: the caller's own case, or
    unclear danger. 3: all other tips."""

    DANGER = 1
    SEEN = 2
    HEARD = 3

    @property
    def label(self) -> str:
        """Returns the English name of the urgency."""
        return ("Urgent", "Soon", "Normal")[self - 1]


class Basis(StrEnum):
    """The legal basis for storing a tip, in the data protection law 058/2021."""

    PUBLIC_DUTY = "public_duty"
    VITAL_INTEREST_CHILD = "vital_interest_child"


OVERSEEN = "national"
"""The answer about officials in a complaint about the national desk. Only oversight desks may see such a complaint."""

TYPE_AGAIN = "again"
"""The answer of a caller who chose none of the offered places and wants to type the name of the place again."""

SOON = frozenset({"today", "week"})
"""Answers to the question about the day of departure. After these answers, the journey can still be stopped."""

_RANK = {state: rank for rank, state in enumerate(TipState)}
_CATEGORIES = frozenset(Category)


@dataclass(frozen=True, slots=True)
class TipSummary:
    """The facts in the answers of a report attempt. The tip stores these facts in clear text."""

    state: TipState
    place: str
    within: str | None
    """The country for a place abroad, or the province if the caller is unsure of the district. None if the caller
    named neither."""
    sector: str | None
    category: str | None
    urgency: Urgency
    official: str
    basis: Basis


def desk_of(place: str, official: str) -> str | None:
    """Returns the code of the district's desk, or None if only the national desk may see the tip."""
    return place if official == "no" and is_district(place) else None


def report_facts(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """Returns the facts of a report, from the caller's answers. Returns None if there are not enough answers to store
    a tip."""
    state = stage(answers, completed=completed)
    if state is None:
        return None

    place = place_of(answers) or (UNSURE if completed else _chosen_province(answers))
    sector = _typed_place(answers) or answers.get("sector", UNSURE)
    kind, official = answers.get("kind"), answers.get("official")
    return TipSummary(
        state=state,
        place=place,
        within=_within(answers, place),
        sector=sector if len(sector) == 4 and sector.startswith(place) else None,
        category=kind if kind is None or kind in _CATEGORIES else Category.OTHER,
        urgency=urgency(answers),
        official=official if official in ("yes", "no") else UNSURE,
        basis=Basis.VITAL_INTEREST_CHILD if concerns_child(answers) else Basis.PUBLIC_DUTY,
    )


def stage(answers: Mapping[str, str], *, completed: bool = False) -> TipState | None:
    """Returns the state that a tip with these answers has. Returns None if there are no answers."""
    if completed:
        return TipState.COMPLETE
    pressing = answers.get("danger") == "yes" or can_be_stopped(answers)
    if place_of(answers) is not None and pressing:
        return TipState.FILED
    return TipState.DRAFT if answers else None


def abandoned_state(place: str) -> TipState:
    """Returns the state of a draft after the caller can add no more answers, for example after hanging up."""
    return TipState.FRAGMENT if place == NOT_SAID or is_province(place) else TipState.FILED


def later_state(one: TipState, other: TipState) -> TipState:
    """Returns the later of two states of a tip, because a tip never returns to an earlier state."""
    return max(one, other, key=_RANK.__getitem__)


def place_of(answers: Mapping[str, str]) -> str | None:
    """Returns the place of a tip from the caller's answers: the code of a district, "abroad" or "unsure". Returns None
    if the caller gave no place.

    The code of a district begins with the code of its province. An earlier answer about the district counts only if
    the district is in the chosen province.
    """
    province, district = answers.get("province"), answers.get("district")
    if province in (ABROAD, UNSURE):
        return province
    if district == TYPED:
        return _typed_place(answers)[:2] or UNSURE
    if district is None or district == UNSURE:
        return district
    return district if district.startswith(province or "") else None


def _chosen_province(answers: Mapping[str, str]) -> str:
    """Returns the code of the province that the caller chose. Returns an empty string if the caller chose no
    province."""
    province = answers.get("province", NOT_SAID)
    return province if is_province(province) else NOT_SAID


def urgency(answers: Mapping[str, str]) -> Urgency:
    danger = answers.get("danger")
    if danger == "yes" or can_be_stopped(answers) or concerns_child(answers):
        return Urgency.DANGER
    if danger == UNSURE or answers.get("who") == "me_adult":
        return Urgency.SEEN
    return Urgency.HEARD


def can_be_stopped(answers: Mapping[str, str]) -> bool:
    """Returns True if the answers describe a journey abroad that begins soon.

    The journey can still be stopped, so the tip is as urgent as danger.
    """
    return answers.get("province") == ABROAD and answers.get("leaves") in SOON


def concerns_child(answers: Mapping[str, str]) -> bool:
    return answers.get("who") in ("me_minor", "child") or answers.get("kind") == Category.CHILD_WORK


def _within(answers: Mapping[str, str], place: str) -> str | None:
    if place == ABROAD:
        country = answers.get("country", UNSURE)
        return country if country != UNSURE else None
    return _chosen_province(answers) or None if place == UNSURE else None


def _typed_place(answers: Mapping[str, str]) -> str:
    """Returns the code of the district or sector that the caller chose after typing a name.

    Returns an empty string until the caller has chosen.
    """
    code = answers.get("named", UNSURE)
    return code if answers.get("district") == TYPED and code not in (UNSURE, TYPE_AGAIN) else ""


OPENS, CLOSES = 8, 17
MORNING_SMS = (6, 30)
"""The hour and minute at which the national desk gets its morning SMS."""
SATURDAY = 5


class DeadlineKind(StrEnum):
    """The kind of a deadline, which says what must happen before the deadline.

    The time limit for the arrival of an alert is not a deadline of this class: it is stored with the message, in
    `next_at`.
    """

    HELD = "held"
    """The hotline waits with the alert until a responder of the district is on duty. Only tips without urgency wait."""
    ACKNOWLEDGE = "acknowledge"
    """A responder must take the case before this deadline."""
    OPEN = "open"
    """The assignee must read the tip before this deadline. Only a case whose assignee has a PIN gets this deadline."""
    OUTCOME = "outcome"
    """The assignee must report the outcome of the case before this deadline."""
    CONFIRM_CLOSURE = "confirm_closure"
    """A second person must confirm or refuse a requested closure before this deadline."""
    DECISION = "decision"
    """The national desk must decide before this deadline if it closes a case in which a responder met a person."""
    SECOND_LOOK = "second_look"
    """After a responder took a case about danger, a second person must look at it before this deadline."""
    OVERDUE = "overdue"
    """A person of the national desk must take the case before this deadline. All other people were alerted before, so
    the hotline alerts the national desk repeatedly."""
    VISIT_SAFETY = "visit_safety"
    """The national desk must decide before this deadline how responders may visit."""
    ERASURE = "erasure"
    """The national desk must decide on an erasure request before this deadline."""


OVERDUE_FROM = 2
"""The deadline for the outcome fires first when half of the time has passed, and then only reminds the assignee. After
it has fired this number of times in a row, the hotline alerts other people."""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """The rules for one kind of deadline.

    `rules_escalation.DEADLINE_STEPS` says what the hotline does when such a deadline is due.
    """

    ends_with_case: bool = True
    asks: bool = False
    """True if a tip has such a deadline only while the hotline asks people to take the tip."""
    is_overdue: bool = False
    """True if the tip counts as overdue after such a deadline."""
    may_fire: int = 0
    """The number of times that such a deadline may fire before people other than the assignee must act."""


DEADLINES: Mapping[DeadlineKind, DeadlineRow] = {
    DeadlineKind.HELD: DeadlineRow(),
    DeadlineKind.ACKNOWLEDGE: DeadlineRow(asks=True, is_overdue=True),
    DeadlineKind.OPEN: DeadlineRow(is_overdue=True),
    DeadlineKind.OUTCOME: DeadlineRow(is_overdue=True, may_fire=OVERDUE_FROM),
    DeadlineKind.CONFIRM_CLOSURE: DeadlineRow(),
    DeadlineKind.DECISION: DeadlineRow(),
    DeadlineKind.SECOND_LOOK: DeadlineRow(may_fire=1),
    DeadlineKind.OVERDUE: DeadlineRow(asks=True, is_overdue=True),
    DeadlineKind.VISIT_SAFETY: DeadlineRow(),
    DeadlineKind.ERASURE: DeadlineRow(ends_with_case=False, may_fire=1),
}
CASE_CLOCKS = tuple(kind for kind, row in DEADLINES.items() if row.ends_with_case)
ASKS = tuple(kind for kind, row in DEADLINES.items() if row.asks)
OVERDUE_KINDS = tuple(kind for kind, row in DEADLINES.items() if row.is_overdue)


@dataclass(frozen=True, slots=True)
class Clock:
    """An open deadline: the time when it is due, and how often it has fired in a row."""

    due_at: datetime
    nth: int = 0
    named_at: datetime | None = None
    """The time that messages and pages show as the time when other people will be alerted. None if they show `due_at`
    instead."""


Clocks = Mapping[DeadlineKind, Clock]


@dataclass(frozen=True, slots=True)
class Times:
    """The time limits for tips with one urgency. None means "until the next working morning", unless the field says
    otherwise."""

    acknowledge: timedelta
    later: timedelta | None
    """The time to take the tip after the second and each later step of escalation."""
    open: timedelta | None
    outcome: timedelta | None
    """The time to report the outcome. None means three working days."""
    outcome_again: timedelta | None
    """The time between two alerts about an overdue outcome, first to the coordinator and then to the national desk."""
    alarm: timedelta
    """The time after which a tip without an assignee raises an alarm."""


TIMES: Mapping[int, Times] = {
    Urgency.DANGER: Times(
        acknowledge=timedelta(minutes=3),
        later=timedelta(minutes=3),
        open=timedelta(minutes=5),
        outcome=timedelta(minutes=30),
        outcome_again=timedelta(minutes=15),
        alarm=timedelta(minutes=10),
    ),
    Urgency.SEEN: Times(
        acknowledge=timedelta(minutes=15),
        later=timedelta(minutes=30),
        open=timedelta(hours=1),
        outcome=timedelta(hours=6),
        outcome_again=timedelta(hours=1),
        alarm=timedelta(hours=2),
    ),
    Urgency.HEARD: Times(
        acknowledge=timedelta(hours=2),
        later=None,
        open=None,
        outcome=None,
        outcome_again=None,
        alarm=timedelta(days=1),
    ),
}
WORKING_DAYS = 3
HELP_REACHED_WITHIN = timedelta(hours=72)
"""After a service referral, the time within which the responder must report if the person reached the service."""
VISIT_SAFETY_WITHIN = timedelta(minutes=10)
"""The time within which the national desk must decide how responders may visit if the caller wants no visit."""
SECOND_LOOK_AFTER = timedelta(hours=2)
AGAIN = timedelta(minutes=15)
HOURLY = timedelta(hours=1)


def is_in_good_hands(clocks: Clocks, at: datetime) -> bool:
    """Returns True if a case has an assignee, and no other person must act. No deadline of such a case is overdue. The
    hotline asks no person to take it, to read it or to confirm its closure."""
    has_outcome_clock = DeadlineKind.OUTCOME in clocks
    return has_outcome_clock and all(
        clock.nth < DEADLINES[kind].may_fire and clock.due_at > at for kind, clock in clocks.items()
    )


def acknowledge_due(urgency: int, at: datetime, *, step: int) -> datetime:
    """Returns the time by which a person must take the tip, after the given step of escalation (from 0)."""
    if step == 0:
        return at + TIMES[urgency].acknowledge
    delay = TIMES[urgency].later
    return at + delay if delay is not None else next_morning(at)


def outcome_due(urgency: int, at: datetime) -> datetime:
    delay = TIMES[urgency].outcome
    if delay is not None:
        return at + delay
    due_at = at
    for _ in range(WORKING_DAYS):
        due_at = next_morning(due_at)
    return due_at


def open_due(urgency: int, at: datetime) -> datetime:
    """Returns the time by which the assignee must read the tip."""
    delay = TIMES[urgency].open
    return at + delay if delay is not None else next_morning(at)


def second_look_due(urgency: int, at: datetime) -> datetime:
    """Returns the time by which a second person must read the tip. If the tip is not about danger, this time is in
    working hours."""
    due_at = at + SECOND_LOOK_AFTER
    return due_at if urgency == Urgency.DANGER else in_hours(due_at)


def outcome_clock(urgency: int, at: datetime, due_at: datetime) -> Clock:
    """Returns the deadline by which the assignee must report the outcome. The hotline reminds the assignee when half
    of this time has passed, and alerts other people when all of it has passed.

    In a case without danger, reminders come only in working hours, and alerts to other people only by day. So a
    reminder may come late, or be left out.
    """
    reminded_at = at + (due_at - at) / 2
    if urgency != Urgency.DANGER:
        reminded_at, due_at = in_hours(reminded_at), by_day(due_at)
    if reminded_at >= due_at:
        return Clock(due_at, 1, due_at)
    return Clock(reminded_at, 0, due_at)


def outcome_again(urgency: int, at: datetime) -> datetime:
    delay = TIMES[urgency].outcome_again
    if delay is None:
        return next_morning(at)
    return at + delay if urgency == Urgency.DANGER else by_day(at + delay)


def next_morning_sms(at: datetime) -> datetime:
    """Returns the next time when the clock in Kigali shows 06:30."""
    hour, minute = MORNING_SMS
    bell = at.astimezone(KIGALI).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (bell if bell > at else bell + timedelta(days=1)).astimezone(at.tzinfo)


def decision_due(at: datetime) -> datetime:
    """Returns the end of the next working day, when the national desk must have decided on a closure."""
    day = next_morning(at).astimezone(KIGALI)
    return day.replace(hour=CLOSES).astimezone(at.tzinfo)


def overdue_due(urgency: int, at: datetime) -> datetime:
    """Returns the time of the next alert to the national desk about a tip that no person has taken. If the tip is not
    about danger, this time is in working hours."""
    if urgency == Urgency.DANGER:
        return at + AGAIN
    return in_hours(at + (AGAIN if urgency == Urgency.SEEN else HOURLY))


def in_hours(at: datetime) -> datetime:
    """Returns `at` if it is within working hours. Otherwise returns the next beginning of working hours."""
    local = at.astimezone(KIGALI)
    works = local.weekday() < SATURDAY
    if works and OPENS <= local.hour < CLOSES:
        return at
    morning = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return morning.astimezone(at.tzinfo) if works and local.hour < OPENS else next_morning(at)


def may_remind(urgency: int, at: datetime) -> bool:
    """Returns True if the hotline may remind an assignee now. If the tip is not about danger, the hotline may do so
    only in working hours."""
    return urgency == Urgency.DANGER or in_hours(at) == at


def by_day(at: datetime) -> datetime:
    """Returns `at` if it is between 08:00 and 17:00. Otherwise returns the next 09:00, also at weekends.

    So an alert to other people comes after the reminder to the assignee, which may come at 08:00.
    """
    local = at.astimezone(KIGALI)
    if OPENS <= local.hour < CLOSES:
        return at
    morning = local.replace(hour=OPENS, minute=0, second=0, microsecond=0) + HOURLY
    return (morning if local.hour < OPENS else morning + timedelta(days=1)).astimezone(at.tzinfo)


def next_morning(at: datetime) -> datetime:
    """Returns 08:00 of the next working day in Kigali."""
    morning = any_morning(at)
    while morning.astimezone(KIGALI).weekday() >= SATURDAY:
        morning += timedelta(days=1)
    return morning


def any_morning(at: datetime) -> datetime:
    """Returns 08:00 of the next day in Kigali, also at weekends."""
    morning = at.astimezone(KIGALI).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=1)).astimezone(at.tzinfo)


TEXT_KEPT = timedelta(days=90)
"""The time for which the text of a tip is kept after its case was closed."""
HOLD_REVIEWED = timedelta(days=182)
"""The time after which a person must decide if the legal hold of a case file is still needed."""
FILES_LISTED = timedelta(days=3653)
"""The time for which a case file stays in the list of case files: ten years."""
COUNTS_AS_CLOSED = timedelta(days=180)
"""An open tip counts as closed when this time has passed since its filing, so that its text is erased in time."""
WARNING = timedelta(days=14)
PSEUDONYMS_KEPT = timedelta(days=30)
"""The time for which the hotline keeps the rows of sessions, and the pseudonyms of callers in tips."""
ATTEMPTS_KEPT = timedelta(days=2)
"""The time for which the hotline stores attempts to use receipts and codes. The limits on attempts do not count older
attempts."""
CALLERS_KEPT = timedelta(hours=1)
"""The time for which the row of a session contains the phone's pseudonym. Before this time is over, the mobile network
has ended the session."""
CALLERS_SEARCHED = timedelta(days=3)
"""The age of the oldest sessions in which the clock process searches for pseudonyms to erase. It searches every day,
so older rows have no pseudonym any more."""
INBOUND_KEPT = timedelta(days=30)
"""The time for which the hotline keeps the ids of received SMS. The gateway may send an SMS with the same id again for
twelve hours."""
STRAY_REPORTS_KEPT = timedelta(days=7)
"""The time for which the hotline keeps a delivery report for a message with an unknown id. The gateway reports a
message's id within minutes."""
REPLIES_KEPT = timedelta(days=7)
"""The time for which the hotline stores that it answered an SMS of a responder. The limits on such answers do not count
older answers."""
PARAMETERS_KEPT = timedelta(days=90)
"""The time for which the hotline keeps the values that it put into the text of a message. The hotline keeps the times
of sending and arrival longer."""


class TextState(StrEnum):
    """The state of a tip's text.

    The text is first kept, then warned, and then erased. During a legal hold, the state is `HELD`.
    """

    KEPT = "kept"
    WARNED = "warned"
    """The console warns an admin that the text will be erased."""
    HELD = "held"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """The facts that decide when the text of a tip is erased."""

    filed_at: datetime
    closed_at: datetime | None = None
    warned_at: datetime | None = None
    erased_at: datetime | None = None
    is_held: bool = False

    @property
    def state(self) -> TextState:
        if self.erased_at is not None:
            return TextState.ERASED
        if self.is_held:
            return TextState.HELD
        return TextState.KEPT if self.warned_at is None else TextState.WARNED

    @property
    def goes_at(self) -> datetime:
        """Returns the time from which the text may be erased if there is no legal hold."""
        end = (self.closed_at or self.filed_at + COUNTS_AS_CLOSED) + TEXT_KEPT
        return end if self.warned_at is None else max(end, self.warned_at + WARNING)


YES, NO = "yes", "no"


class VisitDecision(StrEnum):
    """The national desk's decision about visits."""

    UNSEEN = "unseen"
    OPENLY = "openly"


class VisitSafety(StrEnum):
    """The instruction about visits, which every alerted responder must know."""

    NONE = "none"
    DO_NOT_VISIT = "stay_away"
    """The caller wants no visit, and there is no danger. No responder visits or calls before reading the tip."""
    CAREFUL = "careful"
    """The caller wants no visit, but there is danger. Responders do not visit openly. The national desk decides how to
    visit.
    """
    DISCREET = "unseen"
    """The national desk decided that responders visit, but not openly."""


@dataclass(frozen=True, slots=True)
class VisitSafetyRow:
    """The texts for one value of visit safety."""

    sms: tuple[Template, Template]
    """The SMS to alerted responders. The first text names the phone number of the national desk. The second text is
    for a hotline that has no such number."""
    screen: Template | None = None
    """The first line of the case on the responder's phone."""
    sentence: str = ""
    """The first line on the tip's page in the console, in English."""
    mark: str = ""
    """The short text about visits in the console's list of tips, in English."""


VISIT_SAFETIES: Mapping[VisitSafety, VisitSafetyRow] = {
    VisitSafety.NONE: VisitSafetyRow((Template.GO_OPENLY, Template.GO_OPENLY)),
    VisitSafety.DO_NOT_VISIT: VisitSafetyRow(
        (Template.STAY_AWAY, Template.STAY_AWAY),
        Template.PAGE_STAY_AWAY,
        "Do not visit. Do not call. Read the report first.",
        "do not visit",
    ),
    VisitSafety.CAREFUL: VisitSafetyRow(
        (Template.CAREFUL, Template.CAREFUL_ALONE),
        Template.PAGE_CAREFUL,
        "Do not visit openly. Do not call. Ask the national desk how to visit.",
        "do not visit openly",
    ),
    VisitSafety.DISCREET: VisitSafetyRow(
        (Template.GO_UNSEEN, Template.GO_UNSEEN),
        Template.PAGE_CAREFUL,
        "The national desk decided: visit discreetly, with a colleague. Do not call.",
        "visit discreetly, with a colleague",
    ),
}
SAID_OPENLY = "The national desk decided: visit openly."
NOT_ASKED = "The caller was not asked if helpers may visit. Visit discreetly."
NOT_SURE = "The caller is not sure if helpers may visit. Visit discreetly."
MARK_NOT_ASKED = "visit discreetly: the caller was not asked if helpers may visit"
MARK_NOT_SURE = "visit discreetly: the caller is not sure if helpers may visit"


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The facts about one tip that decide how responders may visit."""

    urgency: int
    visit: str | None = None
    """The answer to the question "May helpers come there?": yes, no or unsure. None if the caller did not answer."""
    erased: bool = False
    """True if a caller typed `000` after the tip was filed."""
    decision: str | None = None

    @property
    def is_marked(self) -> bool:
        return self.erased or self.visit == NO

    @property
    def safety(self) -> VisitSafety:
        if self.decision is not None:
            is_unseen = self.decision == VisitDecision.UNSEEN
            return VisitSafety.DISCREET if is_unseen else VisitSafety.NONE
        if not self.is_marked:
            return VisitSafety.NONE
        return VisitSafety.CAREFUL if self.urgency == Urgency.DANGER else VisitSafety.DO_NOT_VISIT

    @property
    def must_be_discreet(self) -> bool:
        """Returns True if a responder who has not read the tip must visit discreetly.

        A responder may visit openly only after the caller's answer "yes" or a decision of the national desk.
        """
        if self.decision is not None:
            return self.decision == VisitDecision.UNSEEN
        return self.is_marked or self.visit != YES

    def sentence(self, matter: str) -> str:
        """Returns the English instruction about visits at the top of a tip's page.

        Returns an empty text if no instruction is needed.
        """
        if matter != Matter.TIP and not self.is_marked:
            return ""
        if self.decision == VisitDecision.OPENLY:
            return SAID_OPENLY
        if VISIT_SAFETIES[self.safety].sentence or self.visit == YES:
            return VISIT_SAFETIES[self.safety].sentence
        return NOT_ASKED if self.visit is None else NOT_SURE

    def mark(self, matter: str) -> str:
        """Returns the short English text about visits for a list of tips, or an empty text if none is needed."""
        if VISIT_SAFETIES[self.safety].mark or self.decision is not None:
            return VISIT_SAFETIES[self.safety].mark
        if matter != Matter.TIP or not self.must_be_discreet:
            return ""
        return MARK_NOT_ASKED if self.visit is None else MARK_NOT_SURE


def visit_facts(
    matter: str, urgency: int, visit: str | None, erased: bool, decision: str | None
) -> VisitFacts:
    """Returns the facts about visits, from the columns of a tip. A complaint counts as a case without danger. No
    responder visits because of it, and a person reads it before anyone calls."""
    pressing = urgency if matter == Matter.TIP else Urgency.HEARD
    return VisitFacts(pressing, visit, erased, decision)


def kept_visit_answer(before: str | None, now: str | None, *, filed: bool) -> str | None:
    """Returns the caller's answer about visits to store: the new answer, or the earlier one. After the tip was filed,
    no new answer replaces "no", because another person may have the phone now."""
    if filed and before == NO:
        return before
    return now if now is not None else before
