"""Replays the text of a session through the flow engine, from the first screen or from a later screen that is cached.
The module has no side effects. The module asks the calling function for each fact that the text does not contain. After
a responder has typed a work PIN, the reader process gives these facts: a responder's cases, a page, or the result of a
command. The engine waits for the fact, as it waits for the check of a receipt's PIN, and then continues."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from hotline.cases import rules_reading_requests as reading
from hotline.cases.rules_reading_requests import (
    ReaderAnswer,
    ReaderQuestion,
    ReaderQuestionKind,
    StartedForm,
)
from hotline.core.rules_attempts import AttemptedSecret, SecretTyped
from hotline.core.ussd import (
    SEPARATOR,
    CommittedText,
    SessionStart,
    new_text,
    short_code_of,
    take_input,
)
from hotline.dialogue.replay_cache import ReplayStep
from hotline.flows import turn
from hotline.flows.conversation import Answered, ConversationState, Facts, FlowEntered, Option
from hotline.flows.flow import FlowSet, QuestionNode, Waiting, is_reporting, node_at, shows_word
from hotline.flows.screen import Screen
from hotline.flows.turn import Turn, draw
from hotline.programmes.rules import PROGRAMME_OF_ANSWER, is_enrolment_code
from hotline.text import characters as text_typed
from hotline.text.languages import CODES
from hotline.tips.rules_receipts import NUMBER, RECEIPT

FILLER = "xxxxxxx "
"""The text that replaces the text of a responder's page during a replay. The replay needs only the number of screens
that the page fills, not the words of the page.
"""
PREFIXES = {
    reading.WORK_VERB: "",
    reading.WORK_QUESTION: reading.ASK,
    reading.WORK_COLLEAGUE: reading.PASS,
    reading.WORK_DISTRICT: reading.DISTRICT,
    reading.WORK_SHIFT: reading.SHIFT,
}
"""Maps the name of a responder's answer to a prefix, if the answer is a command or a question. The request to the
reader process begins with this prefix and the value of the answer.
"""
NOTE_IN_WORDS = f"{reading.NOTE}words"


@dataclass(frozen=True, slots=True)
class ReaderRequest:
    """A question to the reader process. The flow engine needs the answer of the reader process before it can continue
    with the next screen."""

    upto: int
    """The number of letters of the session's text up to this question, including the input that caused the question."""
    ask: ReaderQuestion
    pin: str = field(repr=False)
    """The digits that the responder typed as a work PIN. If the responder has not yet proved that the phone is theirs,
    these digits may be the code from an SMS.
    """
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Other inputs of the responder, by name: a start PIN, a new PIN, the text of a note, or coded answers about a
    person."""
    of: int | None = None
    """The position of an earlier question in the session's text, if that question got no answer and the responder now
    asks it again. Otherwise None."""
    wants_page: bool = False
    """True if the engine needs only the text of a page that the session has shown before."""
    screens: Callable[[ReaderAnswer], int] = field(
        default=lambda _answer: 0, repr=False, compare=False
    )
    """A function that returns the number of screens that the page in an answer fills on this phone. The function
    returns 0 if the answer contains no page."""


class ReaderReply(NamedTuple):
    """The answer of the reader process to a question: a new answer, or an answer that the database stored at an earlier
    replay.
    """

    answer: ReaderAnswer
    screens: int = 0
    """The number of screens of the page, if the answer lacks the page's text. The number is 0 if the answer is
    complete."""


class ReaderQuestions:
    """Collects the questions to the reader process during the replay of one text."""

    def __init__(self, flow_set: FlowSet, facts: Facts, limit: int) -> None:
        self._book, self._limit = flow_set, limit
        self._base = facts
        self._view = ReaderAnswer()
        self._typed: dict[str, str] = {}
        self._lists: dict[str, Sequence[tuple[str, str]]] = {}
        """All lists of options in the answers of the reader process so far. The engine needs a list to replay a choice
        from the list."""
        self._last: ReaderRequest | None = None
        self._page: ReaderRequest | None = None
        """The question whose answer contains a filler instead of the text of its page."""
        self._page_case, self._page_text = "", ""
        """The reference of the case whose page the session showed last, and the text or the filler of this page."""

    def about(
        self, state: ConversationState, keyed: str, upto: int, facts: Facts
    ) -> tuple[ConversationState, Facts, ReaderRequest | None]:
        """Returns the state and the facts for the replay of an input. Also returns the question that the reader process
        must answer before this replay, or None. Almost every input needs no question."""
        facts = replace(facts, answers={}) if facts.answers else facts
        node = node_at(self._book, state.calls[-1]) if state.calls and not state.finished else None
        if (
            isinstance(node, QuestionNode)
            and node.kind == "pin"
            and node.saves in reading.READER_PINS
        ):
            return state, facts, self._of_pin(node, state, keyed, upto)
        if reading.WORK_PIN not in self._typed:
            return state, facts, None
        if self._page_case and node is not None and shows_word(self._book, state, reading.PAGE):
            # A key below a page is about the case on this page, even if the responder has chosen a different case since
            # then.
            state = state.saying({**state.answers, reading.WORK_CASE: self._page_case})
        led, events, _ = turn.resume_without_screen(
            self._book, state, keyed, facts, limit=self._limit
        )
        if any(isinstance(event, FlowEntered) and event.flow in reading.FLOWS for event in events):
            # If the responder opens the form about a person again, the new form is about another person.
            state = state.saying(
                {name: said for name, said in state.answers.items() if name != reading.MADE_PERSON}
            )
        for event in events:
            if not isinstance(event, Answered):
                continue
            if event.name == reading.WORK_FORM and event.value in reading.PERSON_VERBS:
                # If the responder left a form about this case unfinished, the flow continues with the stored answers of
                # that form.
                kept = self._view.words.get(
                    f"{reading.STARTED}.{led.answers.get(reading.WORK_CASE, '')}"
                )
                started = {} if kept is None else StartedForm.from_text(kept).answers
                return state, replace(facts, answers=started), None
            asked = self._of_answer(event, led, state, keyed, upto)
            if asked is not None:
                return state, facts, asked
        return state, facts, None

    def _of_answer(
        self, one: Answered, led: ConversationState, state: ConversationState, keyed: str, upto: int
    ) -> ReaderRequest | None:
        """Returns the question to the reader process that follows from the responder's answer `one`. Returns None if no
        question follows.
        """
        about = led.answers.get(reading.WORK_CASE, "")
        verb = reading.ended_by(one.name, led.answers)
        if verb is not None:
            codes = reading.form_content(verb, led.answers)
            return self._asks(state, keyed, upto, _of_verb(verb, about), typed=codes)
        if one.name in PREFIXES:
            ask = _of_verb(f"{PREFIXES[one.name]}{one.value}", about)
            return self._asks(state, keyed, upto, ask)
        if one.name == reading.WORK_WORDS:
            ask = ReaderQuestion(ReaderQuestionKind.ACT, about, NOTE_IN_WORDS)
            return self._asks(state, keyed, upto, ask, typed={reading.WORK_WORDS: one.value})
        if one.name == reading.AGAIN and (last := self._last) is not None:
            return self._asks(state, keyed, upto, last.ask, of=last.upto, typed=last.typed)
        return None

    def _of_pin(
        self, node: QuestionNode, state: ConversationState, keyed: str, upto: int
    ) -> ReaderRequest | None:
        """Returns the question to the reader process that follows from a typed PIN. Returns None if no question
        follows. A new PIN leads to a question only after the responder has typed the new PIN twice.
        """
        typed = text_typed.clean_pin(keyed, node.digits)
        if not typed:
            return None
        self._typed[node.saves] = typed
        kinds = {
            reading.WORK_PIN: ReaderQuestionKind.VIEW,
            reading.START_PIN: ReaderQuestionKind.PROVE,
            reading.NEW_AGAIN: ReaderQuestionKind.CHANGE
            if reading.RIGHT in self._view.flags
            else ReaderQuestionKind.CHOOSE,
        }
        kind = kinds.get(node.saves)
        return None if kind is None else self._asks(state, keyed, upto, ReaderQuestion(kind))

    def continued(
        self, asked: ReaderRequest, learned: ReaderReply, state: ConversationState, keyed: str
    ) -> tuple[ConversationState, Facts]:
        """Returns the state and the facts with which the engine continues after an answer of the reader process."""
        answer = learned.answer
        if asked.ask.kind is ReaderQuestionKind.VIEW:
            self._view = answer.without_page() if reading.RIGHT in answer.flags else ReaderAnswer()
            self._lists = {}
        elif f"{reading.IS_OWN}.{asked.ask.reference}" in answer.flags:
            self._view = self._view.and_also(answer.about_cases())
        self._lists |= answer.lists
        about = answer.words.get(reading.FIRST, asked.ask.reference)
        if reading.FIRST in answer.words:
            state = state.saying({**state.answers, reading.WORK_CASE: about})
        if asked.ask.verb in reading.PERSON_VERBS and reading.PERSON in answer.words:
            state = state.saying(
                {**state.answers, reading.MADE_PERSON: answer.words[reading.PERSON]}
            )
            begun = f"{reading.STARTED}.{asked.ask.reference}"
            left = tuple(flag for flag in self._view.flags if flag != begun)
            self._view = replace(self._view, flags=left)
        facts = self._facts(answer)
        if learned.screens:
            facts = self._filled(facts, state, keyed, learned.screens)
        if learned.screens or reading.PAGE in answer.words:
            self._page = asked if learned.screens else None
            self._page_case, self._page_text = about, facts.words[reading.PAGE]
        return state, facts

    def lacking(self, state: ConversationState) -> ReaderRequest | None:
        """Returns the question for the text of a page if the current screen shows the page without its text.

        Returns None if the screen is complete.
        """
        if self._page is None or not state.calls or not shows_word(self._book, state, reading.PAGE):
            return None
        return replace(self._page, wants_page=True)

    def with_page(self, learned: ReaderReply) -> Facts:
        return self._facts(learned.answer)

    def _asks(
        self,
        state: ConversationState,
        keyed: str,
        upto: int,
        ask: ReaderQuestion,
        *,
        of: int | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> ReaderRequest:
        def screens(answer: ReaderAnswer) -> int:
            return self._screens(state, keyed, self._facts(answer))

        besides = {name: word for name, word in self._typed.items() if name != reading.WORK_PIN}
        pin, besides = self._typed[reading.WORK_PIN], {**besides, **(typed or {})}
        self._last = ReaderRequest(upto, ask, pin, besides, of, screens=screens)
        return self._last

    def _facts(self, answer: ReaderAnswer) -> Facts:
        view, base = self._view, self._base
        lists = {**view.lists, **self._lists, **answer.lists}
        options = {
            name: tuple(Option(value, dict.fromkeys(CODES, label)) for value, label in choices)
            for name, choices in lists.items()
        }
        flags = dict.fromkeys((*view.flags, *answer.flags), True)
        return replace(
            base,
            flags={**base.flags, **flags},
            lists={**base.lists, **options},
            words={**base.words, **view.words, reading.PAGE: self._page_text, **answer.words},
        )

    def _screens(self, state: ConversationState, keyed: str, facts: Facts) -> int:
        """Returns the number of screens of the page that this input opens.

        Returns 0 if the input opens no page.
        """
        led, *_ = turn.resume_without_screen(self._book, state, keyed, facts, limit=self._limit)
        node = node_at(self._book, led.calls[-1]) if led.calls else None
        if not isinstance(node, Waiting) or not shows_word(self._book, led, reading.PAGE):
            return 0
        return len(draw(self._book, node, led, facts, self._limit).pages)

    def _filled(self, facts: Facts, state: ConversationState, keyed: str, screens: int) -> Facts:
        """Returns the facts with a placeholder text that fills `screens` screens of the page."""
        page = FILLER
        filled = _paged(facts, page)
        while 0 < self._screens(state, keyed, filled) < screens:
            page += FILLER
            filled = _paged(facts, page)
        return filled


def _paged(facts: Facts, page: str) -> Facts:
    return replace(facts, words={**facts.words, reading.PAGE: page})


def _of_verb(verb: str, reference: str) -> ReaderQuestion:
    kind = (
        ReaderQuestionKind.PAGE
        if verb in (reading.READ, reading.HISTORY, reading.WARNINGS, reading.HANDOVER)
        else ReaderQuestionKind.ACT
    )
    return ReaderQuestion(kind, reference, "" if verb == reading.READ else verb)


class SessionContext(NamedTuple):
    """The facts of a session that stay the same from the first hop to the last hop."""

    flow_set: FlowSet
    facts: Facts
    start: SessionStart
    limit: int


class StarTyped(NamedTuple):
    """The question if a `*` belongs to the caller's free text or ends this text. The row of the session in the database
    says which of the two is true."""


@dataclass(frozen=True, slots=True)
class QuestionReply:
    """The answer to a question that the engine asked during a replay."""

    flags: Mapping[str, bool] = field(default_factory=dict)
    """The flags that the session gets after the hotline has checked a secret, such as a PIN. The flags apply until the
    caller types another secret."""
    committed: CommittedText = field(default_factory=lambda: CommittedText(0))
    reply: ReaderReply = field(default_factory=lambda: ReaderReply(ReaderAnswer()))
    """The answer of the reader process, if the engine asked the reader process."""


class Start(NamedTuple):
    """The place from which a replay starts: a state, and the position in the text that led to this state."""

    state: ConversationState
    at: int


class Played(NamedTuple):
    state: ConversationState
    screen: Screen
    steps: tuple[ReplayStep, ...]


KEYS = ("0", "00", "000")
"""The inputs that are keys even if the screen asks for free text. After one of these inputs, the rest of the text
belongs to the next screen."""
Question: TypeAlias = SecretTyped | StarTyped | ReaderRequest
Playing: TypeAlias = Generator[Question, QuestionReply, Played]


def landing_code(flow_set: FlowSet, dialled: str, *, enrolled: bool) -> tuple[str, Sequence[str]]:
    """Returns the short code that the caller dialled, and the digits after the short code that the session uses.

    From a phone that is not enrolled, a private short code has no effect, and the caller sees the usual first screen.
    The session ignores digits after a private short code.
    """
    entry, ahead = short_code_of(dialled, flow_set.entries)
    if entry and flow_set.flows[flow_set.entries[entry]].private:
        return (entry, ()) if enrolled else ("", ())
    return entry, ahead


def play(
    session_context: SessionContext, text: str, committed: CommittedText, start: Start | None = None
) -> Playing:
    """Replays `text` to its end. Digits that the caller dialled together with the short code start the session. All
    later digits are answers to screens.

    `committed` is the part of the text that the session's row covers, as far as this process knows. If a free text may
    end after this part, the replay asks the calling function for the newest row of the session. `start` is the position
    from which the replay starts.
    """
    steps: list[ReplayStep] = []
    shown: Turn | None = None
    if start is None:
        shown = _dialled(session_context, text)
        start = Start(shown.state, session_context.start.dialled)
        steps.append(ReplayStep(start.at, shown.state, shown.events))

    flow_set, limit = session_context.flow_set, session_context.limit
    state, facts, rest = start.state, session_context.facts, new_text(text, start.at)
    asking = _asking(session_context)
    before, typed = state, ""
    while rest is not None:
        begins, asked = len(text) - len(rest), turn.question_at(flow_set, state)
        typed, rest = take_input(rest)
        words = asked is not None and asked.kind == "words"
        if words and rest is not None and text_typed.clean_keys(typed) not in KEYS:
            if committed.upto < begins + len(typed):
                committed = (yield StarTyped()).committed
            end = committed.end_of_words(begins, begins + len(typed), len(text))
            typed, rest = text[begins:end], text[end + 1 :] if end < len(text) else None

        upto = len(text) - (0 if rest is None else len(rest) + 1)
        state, facts = yield from _learned(session_context, asking, facts, state, typed, upto)
        before = state
        if rest is None:
            shown = turn.resume(flow_set, state, typed, facts, limit=limit)
            state, events, answered = shown.state, shown.events, shown.answered
        else:
            state, events, answered = turn.resume_without_screen(
                flow_set, state, typed, facts, limit=limit
            )
        starred = (begins, upto) if SEPARATOR in typed else None
        steps.append(ReplayStep(upto, state, events, words, starred, answered))
    if asking is not None and (lacking := asking.lacking(state)) is not None:
        page = (yield lacking).reply
        facts = asking.with_page(page)
        if reading.UNREADABLE in page.answer.flags:
            # The screen says that the responder cannot read the page now.
            shown = Turn(state, turn.render(flow_set, state, facts, limit=limit))
        else:
            shown = turn.resume(flow_set, before, typed, facts, limit=limit)
    assert shown is not None
    return Played(state, shown.screen, tuple(steps))


def _learned(
    session_context: SessionContext,
    asking: ReaderQuestions | None,
    facts: Facts,
    state: ConversationState,
    keyed: str,
    upto: int,
) -> Generator[Question, QuestionReply, tuple[ConversationState, Facts]]:
    """Returns the state and facts for the next turn. If the input is a secret or a question to the reader process,
    first asks the calling function for the result."""
    secret = _secret(session_context.flow_set, state, keyed, upto)
    if secret is not None:
        opened = (yield secret).flags
        return state, replace(facts, flags={**session_context.facts.flags, **opened})
    if asking is None:
        return state, facts
    state, facts, asked = asking.about(state, keyed, upto, facts)
    if asked is None:
        return state, facts
    return asking.continued(asked, (yield asked).reply, state, keyed)


def _asking(session_context: SessionContext) -> ReaderQuestions | None:
    """Returns the object that collects the questions to the reader process.

    Returns None if the session asks for no work PIN, or if the session accepts any typed digits in place of a PIN.
    """
    flags = session_context.facts.flags
    any_will_do = flags.get(reading.NO_PIN, False) and not flags.get(reading.MAY_PROVE, False)
    if not session_context.start.asks_pin or any_will_do:
        return None
    return ReaderQuestions(session_context.flow_set, session_context.facts, session_context.limit)


def _dialled(session_context: SessionContext, text: str) -> Turn:
    dialled = text[: session_context.start.dialled]
    # The session's row stores the short code that the caller dialled. The column for the short code is empty if the
    # short code is private and had no effect for this phone.
    landed = bool(session_context.start.entry)
    entry, ahead = landing_code(session_context.flow_set, dialled, enrolled=landed)
    return turn.start(
        session_context.flow_set,
        session_context.facts,
        entry=entry,
        ahead=ahead,
        limit=session_context.limit,
    )


def _secret(
    flow_set: FlowSet, state: ConversationState, keyed: str, upto: int
) -> SecretTyped | None:
    """Returns the secret in an input, which the hotline must check before the replay continues. Returns None if the
    input is not a secret."""
    code, asked = text_typed.clean_keys(keyed), turn.question_at(flow_set, state)
    if asked is None:
        return None
    if asked.kind == "pin" and is_reporting(flow_set, state, RECEIPT):
        if pin := text_typed.clean_pin(keyed, asked.digits):
            return SecretTyped(upto, AttemptedSecret.RECEIPT, state.answers.get(NUMBER, ""), pin)
    elif asked.kind == "number" and is_enrolment_code(code):
        programme = PROGRAMME_OF_ANSWER.get(asked.saves)
        if programme is None:
            return None
        return SecretTyped(upto, AttemptedSecret.CODE, programme, code)
    return None
