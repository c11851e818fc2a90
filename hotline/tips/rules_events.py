"""Defines the events of a case and the purposes of messages, and decides which tips are similar. Pure.

The codes of an event, such as the reason of an alert, come from fixed lists. Apart from encrypted text, an event
contains no free text.

Every tip stays a separate case with its own deadlines. A cluster is a group of similar tips. The hotline uses clusters
only to limit how often the same people are alerted of similar tips. Tips are similar if their phone, place, category
and answer about officials are the same. Tips with the same typed text are similar too. The limits on alerts come from
the threat model. The hotline never delays a tip about danger: it alerts people at once, or tells them at once that the
tip joined the cluster.

If one caller wants no visit, the hotline follows this wish in all tips of the cluster, and notifies each responder
only once. If a responder only got a notice that a tip joined the cluster, messages name the tip by the reference of
the cluster's first tip. Otherwise messages name the tip by its own reference.

A link means that two tips are probably about the same situation. Linked tips remain separate cases. Every tip of a
cluster also has a link to another tip, but most linked tips are in no cluster.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.core.wording import Template
from hotline.text.keywords import normalised_words
from hotline.tips.rules import (
    VISIT_SAFETIES,
    WORDS,
    DeadlineKind,
    TipOutcome,
    Urgency,
    VisitFacts,
    VisitSafety,
)


class CaseEventKind(StrEnum):
    """An event of a case that may change who must act."""

    RAISED = "raised"
    """A later answer of the caller made the case more urgent."""
    NOT_REACHED = "unreached"
    """An alert did not arrive on a responder's phone, or not yet."""
    REMOVED = "left"
    """An alerted responder was removed or is on leave."""
    ACKNOWLEDGED = "taken"
    """A responder took the case, and the hotline accepts this."""
    OPENED = "opened"
    """An alerted responder read the case with their PIN."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    ANSWERED = "answered"
    """The caller answered a question of a desk."""
    PASSED = "passed"
    """An alerted responder passed the case on to other responders."""
    DOUBTED = "doubted"
    """The gateway's inbox does not list the SMS with which a responder took the case. If this responder was the
    assignee, another responder who took the case becomes the assignee, or the case has none."""
    CLOSURE_REQUESTED = "end_wanted"
    REFUSED = "refused"
    """A second person refused the requested closure. If this person refused by phone, they become the assignee."""
    CLOSURE_READ = "closure_read"
    """A person who may confirm the closure opened the case after the closure was requested."""
    CLOSED = "closed"
    MARKED = "marked"
    """The caller asked that no one visits, or erased the report."""
    NOT_HEARD = "unheard"
    """The message that says how to visit did not reach the assignee."""
    DECIDED = "decided"
    """The national desk decided how responders may visit."""
    MOVED = "moved"
    """The caller corrected the place of the tip."""
    BESIDE = "beside"
    """The desk of a camp or of a border got access, because the caller later named the camp or a journey that begins
    soon."""
    WITHHELD = "withheld"
    """The caller answered later that an official is or may be involved."""
    SENT_DOWN = "sent_down"
    """The national desk gave a district access to a tip about an official."""
    DANGER_AGAIN = "danger_again"
    """A person who had been helped is in danger again. The case is open again, and urgent."""
    STOOD_DOWN = "released"
    """The national desk told the responders of the tip's earlier place that they are no longer needed."""
    DUE = "due"
    """A deadline of the case has passed, or half of the time for reporting the outcome has passed. `Event.kind` is the
    kind of the deadline."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a case: `by` is the responder who caused it.

    `kind`, `nth` and `named_at` describe the deadline that fired. For `MOVED` and `BESIDE`, `nth` is how often the
    caller has corrected the tip's place.
    """

    what: CaseEventKind
    by: int | None = None
    kind: DeadlineKind | None = None
    nth: int = 0
    named_at: datetime | None = None
    chosen: tuple[int, ...] = ()
    """If a responder passed the case on to chosen colleagues, the ids of these colleagues."""


class Purpose(StrEnum):
    """The purpose of a message to responders."""

    ALERT = "alert"
    OPEN = "open"
    """To the national desk: no responder has taken the case yet."""
    REMIND = "remind"
    """To the assignee: report the outcome."""
    OVERDUE = "overdue"
    """To a coordinator or the national desk: the case was taken, and its outcome is overdue."""
    LOOK = "look"
    """To the national desk: a case about danger was taken two hours ago, and a second person must look at it."""
    CONFIRM_CLOSURE = "judge"
    """To the national desk: confirm or refuse the requested closure."""
    VISIT_SAFETY = "care"
    """To every alerted responder: how they may visit."""
    HOW = "how"
    """To the national desk: decide how responders may visit."""
    UNANSWERED = "unanswered"
    """To responders who may visit: the national desk has not decided about visits yet."""
    MOVED = "moved"
    """To every alerted responder: the place of the tip has changed."""
    TOLD_FIRST = "told_first"
    """To the national desk: people of the district were alerted before the caller said that an official is involved."""
    MORE = "more"
    """To the national desk: the caller added answers to the report."""
    LET = "let"
    """To the national desk: a responder at the new place of the tip has taken the case. The desk must decide if it
    still needs the responders of the earlier place."""
    FOLLOW = "follow"
    """To a responder, and later to higher levels: report a missing fact about a person who was offered help."""
    STAND_DOWN = "let_go"
    """To the responders at the earlier place of the tip: others have taken the case, so they are no longer needed."""


class LoggedEvent(StrEnum):
    """The kind of an event in the log of a case."""

    ALERTED = "told"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "taken"
    OPENED = "opened"
    ON_SITE = "on_site"
    SCREENED = "screened"
    CONSENT = "consent"
    OFFERED = "offered"
    """A responder asked a service to help a person."""
    ANSWERED = "answered"
    """A service that a responder asked to help has answered."""
    ARRIVED = "arrived"
    THIRTY = "thirty"
    ASKED = "asked"
    """A desk asked the holder of the receipt a question."""
    NOTE = "note"
    PASSED = "passed"
    CLOSURE_DECIDED = "judged"
    DETERMINATION = "determination"
    FILE_TOLD = "file_told"
    """A responder explained a case file to a person and asked for the person's consent."""
    EXCLUDED = "excluded"
    LINKED = "linked"
    CLOSED = "closed"
    REOPENED = "reopened"


class EventChannel(StrEnum):
    """The channel through which an event was recorded."""

    USSD = "ussd"
    SMS = "sms"
    CONSOLE = "console"
    CLI = "cli"
    CLOCK = "clock"


class TakeProof(StrEnum):
    """Says how sure the hotline is that a responder really took a case."""

    PROVED = "proved"
    """The responder took the case by dialling, or the gateway's inbox lists the responder's SMS."""
    UNPROVED = "unproved"
    """The responder took the case by SMS. The SMS counts until the hotline doubts that the responder sent it."""
    PROVISIONAL = "provisional"
    """The responder took the case by SMS. The SMS counts only after the gateway's inbox lists it."""
    DOUBTED = "doubted"
    """The gateway's inbox does not list the responder's SMS, so the SMS does not count."""


class NoteCode(StrEnum):
    """The content of a note about a case, chosen from a list."""

    NOBODY = "nobody"
    POLICE = "police"
    WOMAN = "woman"
    INTERPRETER = "interpreter"
    WORDS = "words"
    """A text in the responder's own words, which is stored encrypted in `case_note`."""


class PassedTo(StrEnum):
    NEXT = "next"
    COLLEAGUE = "colleague"
    DISTRICT = "district"
    NATIONAL = "national"


class NotTrafficking(StrEnum):
    """The problem in a case that was closed as "no trafficking"."""

    VIOLENCE = "violence"
    SMUGGLING = "smuggling"
    PAY = "pay"
    NOTHING = "nothing"
    OTHER = "other"


WHY, PROOF, TO, OUTCOME, WHAT, SAYS = "why", "proof", "to", "outcome", "what", "says"
AGREES, WAITS, LIFTED, UNDONE = "agrees", "waits", "lifted", "undone"
YES, NO = "yes", "no"

CODES: Mapping[LoggedEvent, Mapping[str, frozenset[str]]] = {
    LoggedEvent.ALERTED: {WHY: frozenset(Purpose)},
    LoggedEvent.ACKNOWLEDGED: {PROOF: frozenset(TakeProof)},
    LoggedEvent.NOTE: {SAYS: frozenset(NoteCode)},
    LoggedEvent.PASSED: {TO: frozenset(PassedTo)},
    LoggedEvent.CLOSURE_DECIDED: {AGREES: frozenset((YES, NO)), OUTCOME: frozenset(TipOutcome)},
    LoggedEvent.EXCLUDED: {
        WHY: frozenset(("named", "official", "asked")),
        LIFTED: frozenset((YES,)),
    },
    LoggedEvent.LINKED: {
        WHY: frozenset(("contact", "words", "place_time", "said")),
        UNDONE: frozenset((YES,)),
    },
    LoggedEvent.CLOSED: {
        OUTCOME: frozenset(TipOutcome),
        WHAT: frozenset(NotTrafficking),
        WAITS: frozenset((YES,)),
    },
}
"""For each kind of event, the codes that the event may have, and the possible values of each code. Other kinds of
events have no codes."""


def check_codes(kind: LoggedEvent, codes: Mapping[str, str]) -> None:
    """Raises ValueError if an event of this kind may not contain one of the codes. The error does not contain the
    code's value, which may be secret."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"a case event of the kind {kind} cannot have the coded answer {name}")


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MAX_AN_HOUR = 3
MAX_A_DAY = 8
"""The largest number of similar tips from one phone for which people get separate alerts within a day. Within an hour,
the limit is `MAX_AN_HOUR`."""
MAX_DANGERS = 2
"""The largest number of similar tips about danger from one phone for which people get separate alerts within an
hour."""
ALERT_AGAIN_AFTER = timedelta(minutes=30)
"""If a cluster's last alert is older than this, the next tip about danger that joins the cluster alerts people
again."""
MAX_SAME_TEXT = 4
"""The largest number of tips with the same typed text for which people get separate alerts within
`SAME_TEXT_WITHIN`."""
SAME_TEXT_WITHIN = timedelta(minutes=10)
MIN_LETTERS = 12
"""The smallest number of letters of a typed text that the hotline compares with other texts."""
TYPED = (WORDS, "landmark")
"""The answers that callers type in their own words. The hotline does not compare answers from menus, because they are
often equal."""


class ComparedTip(NamedTuple):
    """The facts about a tip that the hotline compares to find similar tips. Fields with a name that ends in `_key` are
    digests (hashes made with a secret key).

    `category` and `who_key` are None until the caller has answered the questions about the category and about the
    person who needs help.
    """

    tip_id: int
    at: datetime
    urgency: int
    category: str | None
    place: str
    official: str
    contact_key: str
    words_key: str | None
    """A digest of the text that the caller typed."""
    who_key: str | None
    """A digest of the answer to "Who needs help?"."""
    leader_id: int | None = None
    """The id of the first tip in the cluster (group of similar tips) that this tip joined. None if people got a
    separate alert of this tip."""


@dataclass(frozen=True, slots=True)
class Following:
    """The cluster (group of similar tips) that a new tip joins."""

    leader_id: int
    """The id of the cluster's first tip. People who were alerted of the first tip get the notices about all tips of
    the cluster."""
    announced: bool
    """True if, since the last alert of the cluster, people already got a notice that a tip joined it."""


def typed_text(answers: Mapping[str, str]) -> str | None:
    """Returns the text that the caller typed, without accents, capital letters and spaces.

    Returns None if the text is too short to compare.
    """
    text = "".join(word for name in TYPED for word in normalised_words(answers.get(name, "")))
    return text if len(text) >= MIN_LETTERS else None


def cluster_of(new: ComparedTip, earlier: Sequence[ComparedTip]) -> Following | None:
    """Returns the cluster (group of similar tips) that a new tip joins. Returns None if people must get a separate
    alert of the new tip.

    `earlier` contains the open tips of the last day with the same place and answer about officials, the oldest first.
    """
    similar = [one for one in earlier if one.at <= new.at and _is_similar(new, one)]
    of_contact = [one for one in similar if one.contact_key == new.contact_key]
    words = [
        one for one in similar if _has_same_text(new, one) and new.at - one.at <= SAME_TEXT_WITHIN
    ]
    is_danger = new.urgency == Urgency.DANGER
    cluster = _danger_cluster(new, of_contact) if is_danger else _contact_cluster(new, of_contact)
    if not cluster and len(words) >= MAX_SAME_TEXT and not (is_danger and _is_quiet(new, words)):
        cluster = words
    alerted = [one for one in cluster if one.leader_id is None]
    if not alerted:
        # The tips with separate alerts are closed or older than a day, so a new cluster begins.
        return None
    is_announced = any(one.leader_id is not None and one.at >= alerted[-1].at for one in cluster)
    return Following(alerted[0].tip_id, is_announced)


def _is_similar(new: ComparedTip, other: ComparedTip) -> bool:
    """Returns True if two tips have the same typed text or the same category. An unknown category counts as the same,
    because the hotline compares a tip about danger before the caller has named the category."""
    if _has_same_text(new, other):
        return True
    return new.category is None or other.category is None or new.category == other.category


def _has_same_text(new: ComparedTip, other: ComparedTip) -> bool:
    return new.words_key is not None and new.words_key == other.words_key


def _contact_cluster(new: ComparedTip, of_contact: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    recent = [one for one in of_contact if new.at - one.at < HOUR]
    if len(recent) >= MAX_AN_HOUR:
        return _with_leader(recent, of_contact)
    return of_contact if len(of_contact) >= MAX_A_DAY else ()


def _danger_cluster(new: ComparedTip, of_contact: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    """Returns the earlier tips in the cluster that a new tip about danger joins. Returns no tips if people must get a
    separate alert. People get a separate alert if the phone sent fewer than `MAX_DANGERS` such tips within an hour.
    They also get one if the last alert was long ago. A new tip about another person also causes a separate alert."""
    recent = [one for one in of_contact if one.urgency == Urgency.DANGER and new.at - one.at < HOUR]
    if len(recent) < MAX_DANGERS:
        return ()
    who_keys = {one.who_key for one in recent if one.who_key is not None}
    if new.who_key is not None and who_keys and new.who_key not in who_keys:
        return ()
    return () if _is_quiet(new, recent) else _with_leader(recent, of_contact)


def _is_quiet(new: ComparedTip, cluster: Sequence[ComparedTip]) -> bool:
    """Returns True if the last separate alert of the cluster was long ago. People must then be alerted again."""
    return all(new.at - one.at >= ALERT_AGAIN_AFTER for one in cluster if one.leader_id is None)


def _with_leader(
    recent: Sequence[ComparedTip], of_contact: Sequence[ComparedTip]
) -> Sequence[ComparedTip]:
    """Returns the phone's similar tips of the last hour, if people got a separate alert of one of them. Otherwise
    returns all similar tips of the phone."""
    return recent if any(one.leader_id is None for one in recent) else of_contact


class VisitInstruction(StrEnum):
    """The instruction about visits in a message to a responder."""

    NOTHING = "nothing"
    STAY_AWAY = "stay_away"
    CAREFUL = "careful"
    SILENT = "silent"
    """The national desk has not decided how responders may visit."""
    UNSEEN = "unseen"
    OPENLY = "openly"


OF_VISIT_SAFETY = {
    VisitSafety.DO_NOT_VISIT: VisitInstruction.STAY_AWAY,
    VisitSafety.CAREFUL: VisitInstruction.CAREFUL,
    VisitSafety.DISCREET: VisitInstruction.UNSEEN,
    VisitSafety.NONE: VisitInstruction.OPENLY,
}
OF_TEMPLATE = {
    **{text.name: OF_VISIT_SAFETY[one] for one, row in VISIT_SAFETIES.items() for text in row.sms},
    Template.HOW_REPLY.name: VisitInstruction.CAREFUL,
    Template.HOW_DIAL.name: VisitInstruction.CAREFUL,
    Template.MANNER_SILENT.name: VisitInstruction.SILENT,
}
_WITHOUT_OPEN_VISIT = (
    VisitInstruction.STAY_AWAY,
    VisitInstruction.CAREFUL,
    VisitInstruction.SILENT,
    VisitInstruction.UNSEEN,
)
"""The instructions that do not allow an open visit. Each instruction includes all instructions before it in
this list."""
COVERED = {
    **{one: _WITHOUT_OPEN_VISIT[n:] for n, one in enumerate(_WITHOUT_OPEN_VISIT)},
    VisitInstruction.OPENLY: (VisitInstruction.OPENLY,),
}
"""For each instruction about visits, the instructions that include it. A responder whose last instruction includes the
new one needs no message."""
DECISIONS = (VisitInstruction.UNSEEN, VisitInstruction.OPENLY)
STRICTEST = (VisitSafety.NONE, VisitSafety.DO_NOT_VISIT, VisitSafety.DISCREET, VisitSafety.CAREFUL)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A reference by which a responder knows a tip, because the hotline sent a message with this reference."""

    tip_id: int
    urgency: int
    assignment_id: int
    reference: str
    read: VisitInstruction = VisitInstruction.NOTHING
    """The last instruction about visits that the responder got under this reference."""


def instruction_of(purpose: Purpose, safety: VisitSafety) -> VisitInstruction:
    """Returns the instruction about visits that a message for this purpose contains."""
    if purpose is Purpose.UNANSWERED:
        return VisitInstruction.SILENT
    return VisitInstruction.CAREFUL if purpose is Purpose.HOW else OF_VISIT_SAFETY[safety]


def names_for(
    names: Sequence[KnownName],
    tip_id: int,
    leader_id: int,
    instruction: VisitInstruction,
    *,
    is_repeat: bool = False,
) -> tuple[KnownName, ...]:
    """Returns the references that a message about visits must name. By such a reference, the responder knows which tip
    the message is about. The result is empty if the responder already has the instruction.

    `leader_id` is the id of the cluster's first tip. After a decision of the national desk, the responder gets one
    message for each reference under which they got an earlier instruction. If `is_repeat` is True, the result contains
    the reference even if the responder has the instruction.
    """
    own_name = name_for(names, tip_id, leader_id)
    if instruction in DECISIONS:
        old_names = [
            one
            for one in names
            if one.read in (*COVERED[VisitInstruction.CAREFUL], VisitInstruction.OPENLY)
        ]
        return tuple(one for one in old_names or [own_name] if one.read not in COVERED[instruction])
    return () if own_name.read in COVERED[instruction] and not is_repeat else (own_name,)


def name_for(names: Sequence[KnownName], tip_id: int, leader_id: int) -> KnownName:
    """Returns the reference by which the responder knows the tip. It is the tip's own reference, that of the cluster's
    first tip, or the newest."""
    by_tip = {one.tip_id: one for one in names}
    return by_tip.get(tip_id) or by_tip.get(leader_id) or names[-1]


def visit_safety_under(name: KnownName, safety: VisitSafety) -> VisitSafety:
    """Returns the visit safety that a message with this reference contains.

    If the tip with this reference is about danger, the message does not ask the responder to stay away.
    """
    danger = name.urgency == Urgency.DANGER
    return VisitSafety.CAREFUL if danger and safety is VisitSafety.DO_NOT_VISIT else safety


def strictest(safeties: Iterable[VisitSafety]) -> VisitSafety:
    """Returns the strictest visit safety of all tips in a cluster."""
    return max(safeties, key=STRICTEST.index, default=VisitSafety.NONE)


def strictest_visit(visit: VisitFacts, others: Iterable[VisitFacts]) -> VisitFacts:
    """Returns the facts about visits that apply to a responder who takes a case. The facts come from the cluster's tip
    with the strictest visit safety."""
    return max((visit, *others), key=lambda one: STRICTEST.index(one.safety))


CONTACT_WITHIN = timedelta(days=30)
"""The hotline links tips from the same phone only if no more than this time lies between them. In practice the time is
shorter, because the pseudonym of a phone changes each week."""
WITHIN = timedelta(hours=24)
"""The hotline links tips with the same text, or with the same place and category, only if no more than this time lies
between them."""


class LinkReason(StrEnum):
    """The reasons to link two tips, the most certain reason first."""

    SAID = "said"
    """A person at a desk linked the tips."""
    CONTACT = "contact"
    WORDS = "words"
    PLACE_TIME = "place_time"


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """An earlier and a later tip that are probably about the same situation."""

    a: int
    b: int
    reason: LinkReason


def situation_leaders(links: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """Returns for each linked tip the first tip about the same situation. Tips that are linked through other tips also
    belong to one situation."""
    leaders: dict[int, int] = {}

    def leader_of(tip_id: int) -> int:
        while (leader_id := leaders.get(tip_id, tip_id)) != tip_id:
            tip_id = leader_id
        return tip_id

    for a, b in links:
        lower, higher = sorted((leader_of(a), leader_of(b)))
        leaders[higher] = lower
        leaders.setdefault(lower, lower)
    return {tip_id: leader_of(tip_id) for tip_id in leaders}
