"""Defines the events of a case and the purposes of messages, and decides which tips are similar. Pure.

Each code in an event comes from a fixed list. An event contains no free text, except encrypted text.

Every tip stays a separate case with its own deadlines. A cluster is a group of similar tips. The hotline uses clusters
only to limit how often the same people are alerted of similar tips. Tips are similar if they have the same phone,
place, category and answer about officials. Tips are also similar if they have the same typed text. The limits on alerts
come from the threat model, which lists the attacks that the hotline must resist. The hotline never delays a tip about
danger: it alerts people at once, or notifies them at once that this tip was added to the cluster.

If the caller of one tip wants no visit, the hotline follows this wish in all tips of the cluster, and notifies each
responder of the wish only once. If a responder got only a notice that a tip was added, messages to this responder name
the added tip by the reference of the cluster's first tip. If the responder was alerted of the added tip, messages name
it by its own reference.

A link means that two tips are probably about the same situation. Linked tips remain separate cases. Every tip in a
cluster also has a link, but most tips with a link are in no cluster.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.core.wording import Template
from hotline.text.keywords import normalised_words
from hotline.text.places import is_district
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
    """An alert did not arrive on the phone of a responder, or it arrives late."""
    REMOVED = "left"
    """An alerted responder was removed or is on leave."""
    ACKNOWLEDGED = "taken"
    """A responder took the case, and the hotline accepts this acknowledgement."""
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
    assignee, the case has no assignee any more, or another responder who took the case becomes the assignee."""
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
    """The desk of a camp or a border desk got access to the tip, because the caller later named the camp, or a journey
    that begins soon."""
    WITHHELD = "withheld"
    """In a later answer, the caller said that an official is or may be involved."""
    SENT_DOWN = "sent_down"
    """The national desk gave a district access to a tip that was hidden from this district because of an official."""
    DANGER_AGAIN = "danger_again"
    """A person who had been helped is in danger again. The case is open and urgent again."""
    STOOD_DOWN = "released"
    """The national desk stood down the responders of the tip's earlier place, which means that these responders are no
    longer needed."""
    DUE = "due"
    """A deadline of the case has passed, or half of the time to record the outcome has passed. `Event.kind` is the
    kind of the deadline."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a case, with the data that belongs to it. `by` is the responder who caused the event.

    `kind`, `nth` and `named_at` describe the deadline that fired. For an event after a correction of the tip's place
    (`MOVED` or `BESIDE`), `nth` is the number of corrections so far.
    """

    what: CaseEventKind
    by: int | None = None
    kind: DeadlineKind | None = None
    nth: int = 0
    named_at: datetime | None = None
    chosen: tuple[int, ...] = ()
    """If a responder passed the case on and chose colleagues, the ids of these colleagues."""


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
    """To the national desk: a responder at the tip's new place has taken the case. The desk must decide if the
    responders of the earlier place are still needed."""
    FOLLOW = "follow"
    """To a responder, and later to higher levels: report what happened to a person who was offered help."""
    STAND_DOWN = "let_go"
    """To the responders of the tip's earlier place: they are no longer needed, because other responders have taken the
    case."""


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
    """A responder informed a person about a case file before the file was requested."""
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
    """Says how certain it is that a responder's acknowledgement of a case is not forged."""

    PROVED = "proved"
    """The responder took the case by dialling, or the gateway's inbox lists the responder's SMS."""
    UNPROVED = "unproved"
    """The responder took the case by SMS. The SMS counts as an acknowledgement until the hotline doubts that the
    responder sent it."""
    PROVISIONAL = "provisional"
    """The responder took the case by SMS. The SMS counts as an acknowledgement only after the gateway's inbox lists
    it."""
    DOUBTED = "doubted"
    """The gateway's inbox does not list the responder's SMS, so the SMS does not count as an acknowledgement."""


class NoteCode(StrEnum):
    """The content of a note about a case. A responder or a person at a desk chooses the content from a list."""

    NOBODY = "nobody"
    POLICE = "police"
    WOMAN = "woman"
    INTERPRETER = "interpreter"
    WORDS = "words"
    """The responder's own text, encrypted in a row of `case_note`."""


class PassedTo(StrEnum):
    NEXT = "next"
    COLLEAGUE = "colleague"
    DISTRICT = "district"
    NATIONAL = "national"


class NotTrafficking(StrEnum):
    """The kind of problem in a case that was closed as "no trafficking"."""

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
"""The codes that an event of each kind may have, with their possible values. Events of other kinds have no codes."""


def check_codes(kind: LoggedEvent, codes: Mapping[str, str]) -> None:
    """Raises ValueError for a code that an event of this kind may not contain. The error does not contain the value."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"a case event of the kind {kind} cannot have the coded answer {name}")


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MAX_AN_HOUR = 3
MAX_A_DAY = 8
"""Within a day, the hotline sends separate alerts for at most this number of similar tips from one phone. Within an
hour, the limit is `MAX_AN_HOUR`."""
MAX_DANGERS = 2
"""The hotline sends separate alerts for at most this number of similar tips about danger from one phone within an
hour."""
ALERT_AGAIN_AFTER = timedelta(minutes=30)
"""If the last alert about a cluster of dangers is older than this, the hotline alerts people again when the next tip
joins the cluster."""
MAX_SAME_TEXT = 4
"""The hotline sends separate alerts for at most this number of tips with the same typed text, within
`SAME_TEXT_WITHIN`."""
SAME_TEXT_WITHIN = timedelta(minutes=10)
MIN_LETTERS = 12
"""The hotline compares typed texts only if they have at least this number of letters, because shorter texts are often
equal by chance.
"""
TYPED = (WORDS, "landmark")
"""The answers that callers type in their own words. Answers from menus are often equal, so the code does not compare
them.
"""


class ComparedTip(NamedTuple):
    """The facts by which the code compares a tip with others. Fields with a name that ends in `_key` are digests.

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
    """The digest of the typed text."""
    who_key: str | None
    """The digest of the answer to "Who needs help?"."""
    leader_id: int | None = None
    """The id of the first tip of the cluster that this tip joined. If the tip joined a cluster, people got only a
    notice that the tip was added. None if people were alerted of this tip separately."""


@dataclass(frozen=True, slots=True)
class Following:
    """The cluster (group of similar tips) that a new tip joins."""

    leader_id: int
    """The id of the first tip of the cluster. The people who were alerted of the first tip get all notices of the
    cluster."""
    announced: bool
    """True if, since the cluster's last alert, people already got a notice that a tip was added to the cluster."""


def typed_text(answers: Mapping[str, str]) -> str | None:
    """Returns the text that the caller typed, without accents, capital letters and spaces.

    Returns None if the text is too short to be compared.
    """
    said = "".join(word for name in TYPED for word in normalised_words(answers.get(name, "")))
    return said if len(said) >= MIN_LETTERS else None


def cluster_of(new: ComparedTip, earlier: Sequence[ComparedTip]) -> Following | None:
    """Returns the cluster that a new tip joins. Returns None if people must be alerted of the tip separately.

    `earlier` contains the open tips of the last day with the same place and answer about officials, the oldest first.
    """
    like = [one for one in earlier if one.at <= new.at and _alike(new, one)]
    same = [one for one in like if one.contact_key == new.contact_key]
    words = [
        one for one in like if _says_the_same(new, one) and new.at - one.at <= SAME_TEXT_WITHIN
    ]
    is_danger = new.urgency == Urgency.DANGER
    cluster = _danger_cluster(new, same) if is_danger else _contact_cluster(new, same)
    if not cluster and len(words) >= MAX_SAME_TEXT and not (is_danger and _quiet(new, words)):
        cluster = words
    rings = [one for one in cluster if one.leader_id is None]
    if not rings:
        # All tips that had separate alerts are closed or older than a day, so this tip begins a new cluster.
        return None
    announced = any(one.leader_id is not None and one.at >= rings[-1].at for one in cluster)
    return Following(rings[0].tip_id, announced)


def _alike(new: ComparedTip, one: ComparedTip) -> bool:
    """Returns True if the typed texts or the categories of two tips are equal. If the category of one tip is unknown,
    the categories count as equal. The hotline compares a tip about danger before the caller has chosen its category,
    and again afterwards.
    """
    if _says_the_same(new, one):
        return True
    return new.category is None or one.category is None or new.category == one.category


def _says_the_same(new: ComparedTip, one: ComparedTip) -> bool:
    return new.words_key is not None and new.words_key == one.words_key


def _contact_cluster(new: ComparedTip, same: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    lately = [one for one in same if new.at - one.at < HOUR]
    if len(lately) >= MAX_AN_HOUR:
        return _with_a_ring(lately, same)
    return same if len(same) >= MAX_A_DAY else ()


def _danger_cluster(new: ComparedTip, same: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    """Returns the earlier tips whose cluster a new tip about danger joins. Returns no tips, so that people are alerted
    separately, in three cases: the phone sent fewer than `MAX_DANGERS` tips about danger in the last hour, the new tip
    is about another person, or the last alert was long ago.
    """
    lately = [one for one in same if one.urgency == Urgency.DANGER and new.at - one.at < HOUR]
    if len(lately) < MAX_DANGERS:
        return ()
    named = {one.who_key for one in lately if one.who_key is not None}
    if new.who_key is not None and named and new.who_key not in named:
        return ()
    return () if _quiet(new, lately) else _with_a_ring(lately, same)


def _quiet(new: ComparedTip, cluster: Sequence[ComparedTip]) -> bool:
    """Returns True if the cluster's last alert was so long ago that a new tip about danger must alert people again."""
    return all(new.at - one.at >= ALERT_AGAIN_AFTER for one in cluster if one.leader_id is None)


def _with_a_ring(
    lately: Sequence[ComparedTip], same: Sequence[ComparedTip]
) -> Sequence[ComparedTip]:
    """Returns the similar tips of the last hour if at least one of them had a separate alert. Otherwise returns all
    similar tips of the phone.
    """
    return lately if any(one.leader_id is None for one in lately) else same


class VisitInstruction(StrEnum):
    """The instruction in a message that says how the responder may visit."""

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
"""The instructions against an open visit. An instruction in this list includes all instructions before it."""
COVERED = {
    **{one: _WITHOUT_OPEN_VISIT[n:] for n, one in enumerate(_WITHOUT_OPEN_VISIT)},
    VisitInstruction.OPENLY: (VisitInstruction.OPENLY,),
}
"""For each instruction about visits, all instructions that include it. If a new instruction is included in the last
instruction that a responder read, the responder needs no new message.
"""
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
    """The last instruction about visits that the responder read with this reference."""


def instruction_of(purpose: Purpose, safety: VisitSafety) -> VisitInstruction:
    """Returns the instruction about visits that a message for this purpose contains."""
    if purpose is Purpose.UNANSWERED:
        return VisitInstruction.SILENT
    return VisitInstruction.CAREFUL if purpose is Purpose.HOW else OF_VISIT_SAFETY[safety]


def names_for(
    known: Sequence[KnownName],
    tip_id: int,
    first: int,
    instruction: VisitInstruction,
    *,
    again: bool = False,
) -> tuple[KnownName, ...]:
    """Returns the references of tips that the messages with an instruction about visits must name to a responder.
    Returns no reference if the responder already has the instruction.

    `first` is the id of the cluster's first tip. After a decision of the national desk, the responder gets one message
    for each reference with which they read an earlier instruction. If `again` is True, the national desk is asked a
    second time, and the result contains the reference even if the responder already has the instruction.
    """
    own = name_for(known, tip_id, first)
    if instruction in DECISIONS:
        some = [
            one
            for one in known
            if one.read in (*COVERED[VisitInstruction.CAREFUL], VisitInstruction.OPENLY)
        ]
        return tuple(one for one in some or [own] if one.read not in COVERED[instruction])
    return () if own.read in COVERED[instruction] and not again else (own,)


def name_for(known: Sequence[KnownName], tip_id: int, first: int) -> KnownName:
    """Returns the reference by which a responder knows the tip. This is the tip's own reference, if the responder got
    it. Otherwise it is the reference of the cluster's first tip, or the newest reference that the responder got.
    """
    by_tip = {one.tip_id: one for one in known}
    return by_tip.get(tip_id) or by_tip.get(first) or known[-1]


def visit_safety_under(name: KnownName, safety: VisitSafety) -> VisitSafety:
    """Returns the visit safety that a message with this reference contains.

    If the tip with this reference is about danger, the message never asks the responder to stay away.
    """
    danger = name.urgency == Urgency.DANGER
    return VisitSafety.CAREFUL if danger and safety is VisitSafety.DO_NOT_VISIT else safety


def strictest(cares: Iterable[VisitSafety]) -> VisitSafety:
    """Returns the strictest visit safety of all tips in a cluster."""
    return max(cares, key=STRICTEST.index, default=VisitSafety.NONE)


def strictest_visit(own: VisitFacts, others: Iterable[VisitFacts]) -> VisitFacts:
    """Returns the facts about visits that a responder who takes a case must follow. These are the facts of the tip
    with the strictest visit safety in the cluster."""
    return max((own, *others), key=lambda one: STRICTEST.index(one.safety))


CONTACT_WITHIN = timedelta(days=30)
"""The code compares tips from the same phone that were sent within this time. In practice the time is shorter, because
the pseudonym of a phone changes each week."""
WITHIN = timedelta(hours=24)
"""The code compares two tips with the same text, and two tips with the same place and category, only if both were sent
within this time."""


class LinkReason(StrEnum):
    """The reasons to link two tips, the most certain reason first."""

    SAID = "said"
    """A person at a desk said that the tips belong together."""
    CONTACT = "contact"
    WORDS = "words"
    PLACE_TIME = "place_time"


@dataclass(frozen=True, slots=True)
class TipTraits:
    """The facts about a tip by which the hotline finds other tips about the same situation. Fields with a name that
    ends in `_key` are digests."""

    tip_id: int
    at: datetime
    place: str
    sector: str | None
    category: str | None
    contact_key: str
    words_key: str | None = None


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """An earlier and a later tip that are probably about the same situation."""

    a: int
    b: int
    reason: LinkReason


def likely_pairs(new: TipTraits, earlier: Iterable[TipTraits]) -> Sequence[LikelyPair]:
    """Returns, for each reason to link tips, a pair: the new tip, and the newest earlier tip with this reason. If an
    earlier tip has several reasons, it occurs only once, with the most certain reason.
    """
    before = sorted(
        (one for one in earlier if one.tip_id < new.tip_id), key=lambda one: -one.tip_id
    )
    found: dict[int, LikelyPair] = {}
    for why in (LinkReason.CONTACT, LinkReason.WORDS, LinkReason.PLACE_TIME):
        one = next((one for one in before if _holds(why, new, one)), None)
        if one is not None:
            found.setdefault(one.tip_id, LikelyPair(one.tip_id, new.tip_id, why))
    return [*found.values()]


def situation_leaders(links: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """Returns for each linked tip the first tip about the same situation. Two tips that are linked only through other
    tips also belong to one situation."""
    first: dict[int, int] = {}

    def of(tip_id: int) -> int:
        while (other := first.get(tip_id, tip_id)) != tip_id:
            tip_id = other
        return tip_id

    for a, b in links:
        lower, higher = sorted((of(a), of(b)))
        first[higher] = lower
        first.setdefault(lower, lower)
    return {tip_id: of(tip_id) for tip_id in first}


def _holds(reason: LinkReason, new: TipTraits, one: TipTraits) -> bool:
    apart = new.at - one.at
    if reason is LinkReason.CONTACT:
        return new.contact_key == one.contact_key != "" and apart <= CONTACT_WITHIN
    if apart > WITHIN:
        return False
    if reason is LinkReason.WORDS:
        return new.words_key is not None and new.words_key == one.words_key
    if not is_district(new.place) or new.place != one.place:
        return False
    if None not in (new.sector, one.sector) and new.sector != one.sector:
        return False
    return new.category is not None and new.category == one.category
