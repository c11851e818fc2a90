"""Defines compiled flows: nodes, choices, texts, phone numbers, and the questions that a desk may ask. Pure.

`document.py` builds flows from YAML or JSON. `public_flow_set` makes the flow set for SMS, without report flows and
private flows. A wrong phone number can bring a caller into danger. So screens show a number only in a `lead` with
`number:`, and only for a year after a person confirmed it. Then the text with this number disappears from screens.
Only the emergency number stays on screens, because a caller in danger must find it. When the confirmation of the
emergency number has ended, an alarm asks for a new confirmation. A question in a desk's own words could name a person
or put the caller in danger. So a desk chooses a question from the flow `questions`. Every node with a screen in this
flow is one question. A person approves the exact text of each question. The approval ends after a year, or when any
word of the question changes.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, TypeVar

from hotline.flows.conversation import ConversationState, Facts, Option, Place
from hotline.flows.screen import MAX_LINES, NARROWEST, NUMBERS, Button, Layout, texts_of
from hotline.text.characters import PIN_DIGITS
from hotline.text.languages import FIRST, LANGUAGES

VALID = timedelta(days=365)
"""The time for which the confirmation of a number or the approval of a question is valid."""
EMERGENCY = "112"
"""The emergency number of the police. Editors cannot remove this number."""


class Evidence(StrEnum):
    """The quality of the sources for a phone number."""

    VERIFIED = "verified"
    PROBABLE = "probable"
    UNVERIFIED = "unverified"
    NEVER = "never"
    """Sources contradict the number, or no source names it. The number stays in the list, so that no editor adds it a
    second time."""


@dataclass(frozen=True, slots=True)
class Number:
    digits: str
    evidence: Evidence
    confirmed_by: str
    confirmed_on: date | None

    @property
    def until(self) -> date | None:
        """Returns the last day on which the confirmation is valid. Returns None if the number is not confirmed."""
        return self.confirmed_on + VALID if self.confirmed_on else None

    def is_confirmed(self, today: date) -> bool:
        """Returns True if the number was confirmed within the last year.

        A confirmation date in the future is a mistake and does not count.
        """
        confirmed_on, until = self.confirmed_on, self.until
        return confirmed_on is not None and until is not None and confirmed_on <= today <= until

    def shows(self, today: date) -> bool:
        """Returns True if screens may show the number. After a person has confirmed the emergency number once,
        screens may always show it."""
        if self.digits == EMERGENCY:
            return self.confirmed_on is not None and self.confirmed_on <= today
        return self.is_confirmed(today)


def number_flag(digits: str) -> str:
    """Returns the session flag that is set while screens may show the number."""
    return f"number.{digits}"


def number_flags(numbers: Mapping[str, Number], today: date) -> dict[str, bool]:
    """Returns the flag of each phone number, by the name of the flag. The flag is True if screens may show the number
    today."""
    return {number_flag(digits): number.shows(today) for digits, number in numbers.items()}


Text = Mapping[str, str]
"""One text in every language, by language code."""


REASON_LETTERS = 20
"""The minimum number of letters of a reason that the check accepts."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of an answer or a flag. A condition is true if the answer is one of `values`, or if the flag is set."""

    answer: str | None = None
    values: tuple[str, ...] = ()
    flag: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """A text that appears before the text of a node if all its conditions are true."""

    whens: tuple[Condition, ...]
    text: Text
    number: str | None = None
    """The phone number in the conditional text. One of the conditions requires that this number is confirmed."""


@dataclass(frozen=True, slots=True)
class Choice:
    label: Text
    value: str = ""
    """The value to save. If the value is empty, the choice saves nothing and only leads to the next node."""
    goes: str | None = None
    key: str | None = None
    """The fixed digit of the choice. Choices without a fixed digit are numbered in order."""
    same_line: bool = False
    """True if the choice is on the same line as the choice before it."""
    language: str | None = None
    """The language to which this choice switches the conversation."""
    when: Condition | None = None
    every_page: bool = False
    """True if a choice after a list, such as "not sure", appears on every page of the list."""


@dataclass(frozen=True, slots=True)
class MessageNode:
    """A message of one or more pages. The key `9` leads to the next page or node."""

    text: Text
    goes: str | None = None
    leads: tuple[Lead, ...] = ()
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class MenuNode:
    text: Text
    choices: tuple[Choice, ...]
    saves: str | None = None
    goes: str | None = None
    """The next node for choices that name no next node."""
    leads: tuple[Lead, ...] = ()
    note: Text | None = None
    """The text under the choices, on the last page."""
    languages: bool = False
    """True if the last line offers all other languages on the highest keys, such as `7 English` and `8 Francais`."""
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionNode:
    """A question. The caller answers with words, digits, a place from a list, or a PIN.

    The conversation state never contains a PIN.
    """

    text: Text
    kind: Literal["words", "number", "place", "pin"]
    saves: str
    goes: str
    list: str | None = None
    """The name of the list of places. If the name contains an answer in braces, as in `districts.{province}`, the
    caller's earlier answer replaces the braces."""
    choices: tuple[Choice, ...] = ()
    """The choices after the list, such as "not sure"."""
    skip: Text | None = None
    """The label of the key `0` in a question for words or numbers. With this label, `0` skips the question instead
    of going back."""
    one: Text | None = None
    """The question for a list with only one place. The name of the place replaces `{found}`. The choice for this
    place is then "Yes"."""
    none: Text | None = None
    """The text shown instead of the question if the list is empty."""
    weak: str | None = None
    """The next node if the hotline refuses the caller's new PIN because it is easy to guess."""
    digits: int = PIN_DIGITS
    """The number of digits of a PIN."""
    leads: tuple[Lead, ...] = ()
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    goes: str
    when: Condition | None = None
    """The condition of the arm. None means that the arm always applies. The last arm of a branch must have None."""


@dataclass(frozen=True, slots=True)
class BranchNode:
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class CallNode:
    """A node that calls another flow. `goes` is the node that follows after the called flow returns. If `goes` is
    None, this node's flow ends when the called flow ends."""

    flow: str
    goes: str | None = None


@dataclass(frozen=True, slots=True)
class EndNode:
    """The end of a flow. An end with a text is the last screen of the call. An end without a text returns to the flow
    that called this flow."""

    text: Text | None = None


Node = MessageNode | MenuNode | QuestionNode | BranchNode | CallNode | EndNode


@dataclass(frozen=True, slots=True)
class TextApproval:
    """The approval of a node's text: the approver, the day, and the digest of the approved text."""

    by: str
    on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    start: str
    nodes: Mapping[str, Node]
    gathers: str | None = None
    """The kind of report that this flow collects, such as "tip".

    When the caller enters the flow, a report attempt begins. Digits that a caller dials after the service code never
    open a flow that makes a report.
    """
    private: bool = False
    """True for a flow that only its own short code or another private flow can open, such as the flow for responders.
    The service must also allow this caller to open the flow."""
    signed: Mapping[str, TextApproval] = field(default_factory=dict)
    """The approvals of questions, by node name."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """The written reasons, by node name. A reason allows a screen to have more lines than a narrow phone shows, or
    words that the check reports."""

    def reason_of(self, node: str) -> str | None:
        """Returns the written reason of a node. Returns None if there is no reason or if the reason is too short."""
        reason = self.reasons.get(node, "")
        return reason if len(reason.strip()) >= REASON_LETTERS else None


@dataclass(frozen=True, slots=True)
class FlowSet:
    """All flows of one revision, with their lists and the published short codes."""

    flows: Mapping[str, Flow]
    front: str = "front"
    lists: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    """The landing flow of each short code, by the suffix of the short code. `*384*777*90#` has the suffix "90"."""
    numbers: Mapping[str, Number] = field(default_factory=dict)
    """The phone numbers that conditional texts contain, by their digits. Some of these numbers may not be confirmed."""
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Edited texts that replace texts of the code, such as SMS, by language and by the name of the text."""
    drawings: dict[tuple[object, ...], object] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The cache of the function `draw`. The cache has room for every screen of the flow set in every language."""
    days: dict[date, Mapping[str, bool]] = field(default_factory=dict, compare=False, repr=False)
    """The cache of the function `numbers_shown`, by the day on which a session begins."""
    dependants: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """For each answer, the names of the other answers that depend on it and are dropped if it changes."""


def numbers_shown(flow_set: FlowSet, today: date) -> Mapping[str, bool]:
    """Returns the flags of the phone numbers that screens may show in a session that begins today. The result is
    cached for the day."""
    flags = flow_set.days.get(today)
    if flags is None:
        flags = flow_set.days[today] = number_flags(flow_set.numbers, today)
    return flags


def numbers_named(flow_set: FlowSet) -> frozenset[str]:
    """Returns the phone numbers in the conditional texts of the flow set, confirmed or not."""
    nodes = (node for flow in flow_set.flows.values() for node in flow.nodes.values())
    screens = (node for node in nodes if isinstance(node, MessageNode | MenuNode | QuestionNode))
    return frozenset(lead.number for node in screens for lead in node.leads if lead.number)


T = TypeVar("T")


def reachable(starts: Iterable[T], following: Callable[[T], Iterable[T]]) -> list[T]:
    """Returns the items in `starts` and every item that they lead to, directly or through other items, without
    duplicates."""
    found = dict.fromkeys(starts)
    pending = [*found]
    while pending:
        for item in following(pending.pop()):
            if item not in found:
                found[item] = None
                pending.append(item)
    return [*found]


# The functions below build what a node shows in a conversation: its text, and the meaning of each choice.

WIDEST: Mapping[str, str] = {
    "receipt": "000 000 000",
    "certificate": "WWWW WWWW WWWW",
    "open": "99",
    "urgent": "99",
    "waits": "99",
    "ref": "K7Q4CA",
    "place": "Nyarugenge",
    "found": "Grande Barriere: Nyamasheke, Iburengerazuba",
    "time": "25/11 14:05",
    "who": "Wwwwwwwww Wwwwwwwwww",
    "service": "Wwwwwwwww Wwwwwwwwww 0788000000",
    "outcome": "aide en place",
    "asked": "aide en place",
    "owed": "1 umukobwa: igisubizo, 2 umugore: ubufasha",
    "page": "-",
    "last": "25/11 14:05 (9999 times)",
}
"""The allowed placeholders, each with its longest value. The check uses these values to measure how long a text can
become."""
FOUND = "{found}"
"""The placeholder for a place's name, in the question that callers see when a list contains only this place."""
ABOUT = "work_case"
"""The name of the answer that contains the reference of a case, such as `K7Q4`. On a screen about this case, the
placeholder `{place}` shows the session's value `place.K7Q4`."""
_BRACED = re.compile(r"\{(\w*)\}")


def placeholders_in(text: str) -> tuple[str, ...]:
    """Returns the names of all placeholders in a text, allowed or not."""
    return tuple(_BRACED.findall(text)) if "{" in text else ()


def fill_placeholders(text: str, words: Mapping[str, str], about: str = "") -> str:
    """Returns the text with values in place of its placeholders.

    The value of the case `about`, if there is one, replaces the general value. A placeholder without a value becomes
    empty.
    """
    if "{" not in text:
        return text

    def word(found: re.Match[str]) -> str:
        specific = words.get(f"{found[1]}.{about}") if about else None
        return words.get(found[1], "") if specific is None else specific

    return _BRACED.sub(word, text)


Waiting = MessageNode | MenuNode | QuestionNode
"""The nodes that show a screen and wait for the caller. The engine passes through other nodes without waiting."""


class View(NamedTuple):
    layout: Layout
    choices: tuple[Choice, ...] = ()
    """The choice of each button in the layout, in the same order."""


def node_at(flow_set: FlowSet, place: Place) -> Node | None:
    flow = flow_set.flows.get(place.flow)
    return flow.nodes.get(place.node) if flow else None


def is_met(condition: Condition | None, state: ConversationState, facts: Facts) -> bool:
    """Returns True if the condition is true.

    A condition on an answer without `values` only tests that the question was answered. The name of a flag may contain
    an answer, as in `quicker.{case}`.
    """
    if condition is None:
        return True
    if condition.flag is not None:
        flag = list_name(condition.flag, state.answers)
        return facts.flags.get(flag, False) is not condition.negated
    answer = state.answers.get(condition.answer or "")
    is_match = answer is not None and (not condition.values or answer in condition.values)
    return is_match is not condition.negated


def view(
    flow_set: FlowSet, node: Waiting | EndNode, state: ConversationState, facts: Facts
) -> View:
    """Returns the text and the choices of a node, as a caller in this state sees them."""
    if isinstance(node, EndNode):
        text = fill_placeholders(
            text_in(node.text or {}, state.language), facts.words, state.answers.get(ABOUT, "")
        )
        return View(Layout(text, more=""))

    raw_text, choices = _question_and_choices(flow_set, node, state, facts)
    leads = [
        text_in(lead.text, state.language)
        for lead in node.leads
        if all(is_met(condition, state, facts) for condition in lead.whens)
    ]
    engine, flow = texts_of(state.language), flow_set.flows.get(state.calls[-1].flow)
    # In a report, lists are divided into pages that a narrow phone can show.
    is_list = isinstance(node, QuestionNode) and node.kind == "place"
    is_cut = is_list and flow is not None and flow.gathers
    text = fill_placeholders(raw_text, facts.words, state.answers.get(ABOUT, ""))
    layout = Layout(
        # A conditional text has a line of its own, unless the conditional text ends with a colon.
        text="".join((*(f"{one} " if one.endswith(":") else f"{one}\n" for one in leads), text)),
        question=text.strip().rpartition("\n")[2] if choices else "",
        buttons=tuple(
            Button(
                text_in(choice.label, state.language),
                choice.key,
                choice.same_line,
                choice.every_page,
                # A choice after a list is never alone on a page.
                isinstance(node, QuestionNode) and node.list is not None and choice in node.choices,
            )
            for choice in choices
        ),
        note=text_in(node.note or {}, state.language) if isinstance(node, MenuNode) else "",
        tail=f"9 {engine.more}" if isinstance(node, MessageNode) and node.goes is not None else "",
        more=f"9 {engine.more}",
        key_lines=_key_lines(flow_set, node, state),
        lines=MAX_LINES if is_cut else None,
    )
    return View(layout, choices)


def _question_and_choices(
    flow_set: FlowSet, node: Waiting, state: ConversationState, facts: Facts
) -> tuple[str, tuple[Choice, ...]]:
    """Returns the question and its choices. If a list has only one place or no place, the result is the node's question
    for this case."""
    choices, text = shown_choices(flow_set, node, state, facts), node.text
    if not isinstance(node, QuestionNode) or node.list is None:
        return text_in(text, state.language), choices
    places = [choice for choice in choices if choice not in node.choices]
    if not places and node.none is not None:
        return text_in(node.none, state.language), choices
    if len(places) == 1 and node.one is not None:
        (place,) = places
        language = state.language
        question = text_in(node.one, language).replace(FOUND, text_in(place.label, language))
        yes = replace(place, label={language: texts_of(language).yes})
        return question, (yes, *choices[1:])
    return text_in(text, state.language), choices


def shown_choices(
    flow_set: FlowSet, node: Waiting, state: ConversationState, facts: Facts
) -> tuple[Choice, ...]:
    """Returns the choices that callers see. For a menu, these are the choices whose condition is true. For a list,
    these are its places and the choices after them."""
    if isinstance(node, MessageNode):
        return ()
    choices = tuple(choice for choice in node.choices if is_met(choice.when, state, facts))
    if isinstance(node, MenuNode):
        return (*choices, *(_languages(state) if node.languages else ()))
    if node.list is None:
        return choices
    name = list_name(node.list, state.answers)
    options = facts.lists.get(name) or flow_set.lists.get(name, ())
    return (*(Choice(option.label, option.value) for option in options), *choices)


def _languages(state: ConversationState) -> tuple[Choice, ...]:
    """Returns one choice for each language except the current language. The choice has the name of the language as its
    label, and one of the highest digits as its key. The choice shows the same node again in the chosen language."""
    languages = [language for language in LANGUAGES if language.code != state.language]
    return tuple(
        Choice(
            dict.fromkeys([state.language, FIRST], other.name),
            goes=state.calls[-1].node,
            key=key,
            language=other.code,
        )
        for key, other in zip(NUMBERS[-len(languages) :], languages, strict=True)
    )


def text_in(text: Text, language: str) -> str:
    """Returns a text in `language`, or in the first language of the hotline if `language` is missing."""
    return text.get(language) or text.get(FIRST, "")


def list_name(pattern: str, answers: Mapping[str, str]) -> str:
    """Returns the name of a list or flag, with answers in place of names in braces. For `districts.{province}`, the
    result is `districts.1` if the answer `province` is 1."""
    if "{" not in pattern:
        return pattern
    return re.sub(r"\{(\w+)\}", lambda found: answers.get(found[1], ""), pattern)


def list_answers(pattern: str) -> tuple[str, ...]:
    """Returns the names of the answers that the name of a list contains."""
    return tuple(re.findall(r"\{(\w+)\}", pattern))


def _key_lines(flow_set: FlowSet, node: Waiting, state: ConversationState) -> tuple[str, ...]:
    """Returns the line about the keys `0` (back) and `00` (front) in a long and a short version. Every page shows one
    of the two versions.

    The front has no such line. If a question may be skipped, `0` skips the question.
    """
    if at_front(flow_set, state):
        return ()
    engine = texts_of(state.language)
    back = (engine.back, engine.back_short)
    if isinstance(node, QuestionNode) and node.skip is not None:
        back = (text_in(node.skip, state.language),) * 2
    key_lines: dict[str, None] = {}
    for word in back:
        line, home = f"0 {word}", f"00 {engine.home}"
        # Writes the key `00` on a second line if a narrow phone would separate a key from its word. A line break takes
        # as many septets as a space.
        gap = " " if len(f"{line} {home}") <= NARROWEST else "\n"
        key_lines[f"\n{line}{gap}{home}"] = None
    return tuple(key_lines)


def at_front(flow_set: FlowSet, state: ConversationState) -> bool:
    place = state.calls[-1]
    flow = flow_set.flows.get(flow_set.front)
    return flow is not None and place.flow == flow.name and place.node == flow.start


def shows_word(flow_set: FlowSet, state: ConversationState, word: str) -> bool:
    """Returns True if the text of the current node contains the placeholder with this name."""
    node = node_at(flow_set, state.calls[-1])
    return isinstance(node, Waiting) and word in placeholders_in(text_in(node.text, state.language))


def is_reporting(flow_set: FlowSet, state: ConversationState, kind: str) -> bool:
    """Returns True if the caller is inside a flow that makes this kind of report."""
    flows = (flow_set.flows.get(place.flow) for place in state.calls)
    return any(flow is not None and flow.gathers == kind for flow in flows)


def public_flow_set(
    flow_set: FlowSet, *, skip: Collection[str], entries: Mapping[str, str]
) -> FlowSet:
    """Returns the flow set without report flows, private flows and the flows in `skip`. The result has only the short
    codes in `entries`.

    The result has no choice that leads to a removed flow, and skips calls of removed flows. If only removed flows
    lead to a flow, that flow is removed too.
    """
    allowed = {
        name: flow
        for name, flow in flow_set.flows.items()
        if name not in skip and flow.gathers is None and not flow.private
    }
    starts = [name for name in (flow_set.front, *entries.values()) if name in allowed]

    def called(name: str) -> Iterator[str]:
        calls = (node for node in allowed[name].nodes.values() if isinstance(node, CallNode))
        return (node.flow for node in calls if node.flow in allowed)

    reached = reachable(starts, called)
    flows = {name: flow for name, flow in allowed.items() if name in reached}
    return replace(
        flow_set,
        flows={name: _open(flow, flows) for name, flow in flows.items()},
        entries={name: flow for name, flow in entries.items() if flow in flows},
        # This flow set has shorter menus, so it cannot use pages from the cache of the whole flow set.
        drawings={},
    )


def _open(flow: Flow, flows: Mapping[str, Flow]) -> Flow:
    closed_nodes = {
        name
        for name, node in flow.nodes.items()
        if isinstance(node, CallNode) and node.flow not in flows
    }
    if not closed_nodes:
        return flow
    nodes = dict(flow.nodes)
    for name, node in flow.nodes.items():
        if isinstance(node, MenuNode):
            choices = [one for one in node.choices if (one.goes or node.goes) not in closed_nodes]
            nodes[name] = replace(node, choices=tuple(choices))
    return replace(flow, nodes=nodes)


FLOW = "questions"
"""The name of the flow that contains the questions of desks."""
ANSWER = "told_back"
"""The name under which every question saves its answer."""
DIGEST_DIGITS = 8


class QuestionStatus(StrEnum):
    """The state of a question. Each state except `SHOWS` is a reason why desks may not ask the question."""

    SHOWS = "shows"
    UNSIGNED = "unsigned"
    CHANGED = "changed"
    """The text of the question differs from the approved text."""
    OVER = "over"
    """A person approved the question more than a year ago, or on a date in the future, which is a mistake."""


class Question(NamedTuple):
    name: str
    node: MenuNode | QuestionNode
    signed: TextApproval | None

    @property
    def digest(self) -> str:
        """Returns a short digest (hash) of a question with all its texts and values. The approver copies the digest
        into the approval."""
        parts = [self.node.text, *([choice.label, choice.value] for choice in self.node.choices)]
        document = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(document.encode()).hexdigest()[:DIGEST_DIGITS]

    @property
    def until(self) -> date | None:
        """Returns the last day on which the question may be asked. Returns None if the question is not approved."""
        return self.signed.on + VALID if self.signed else None

    def standing(self, today: date) -> QuestionStatus:
        if self.signed is None:
            return QuestionStatus.UNSIGNED
        if self.signed.digest != self.digest:
            return QuestionStatus.CHANGED
        is_valid = self.signed.on <= today <= self.signed.on + VALID
        return QuestionStatus.SHOWS if is_valid else QuestionStatus.OVER

    def label(self, value: str, language: str) -> str:
        """Returns the label of the choice that has this value. If no choice has this value, the value is the caller's
        own words, and the function returns the value unchanged."""
        labels = {choice.value: choice.label for choice in self.node.choices}
        return labels.get(value, {}).get(language, value)


def questions(flow_set: FlowSet) -> Mapping[str, Question]:
    """Returns every question of the flow `questions` in order, approved or not."""
    flow = flow_set.flows.get(FLOW)
    if flow is None:
        return {}
    return {
        name: Question(name, node, flow.signed.get(name))
        for name, node in flow.nodes.items()
        if isinstance(node, MenuNode | QuestionNode)
    }


def question_flag(name: str) -> str:
    """Returns the flag that is set while this question waits for a caller's answer."""
    return f"question.{name}"
