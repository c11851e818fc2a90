"""Playing a session's text on the engine: from its beginning, or on from where a part of it led.

Pure: it gathers nothing and carries nothing out. What the text does not say, it asks of whoever plays. Behind a work
PIN it asks the reader for the view of a responder's cases, for pages, and for acts: the engine stops there, as it does
at a receipt's PIN, and goes on with what was learned.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from hotline.domain.dialogue.asks import (
    AGAIN,
    ASK,
    DISTRICT,
    HISTORY,
    MAY_PROVE,
    NEW_AGAIN,
    NO_PIN,
    NOTE,
    PAGE,
    PASS,
    READ,
    READER_PINS,
    RIGHT,
    START_PIN,
    UNREADABLE,
    WARNINGS,
    WORK_CASE,
    WORK_COLLEAGUE,
    WORK_DISTRICT,
    WORK_FORM,
    WORK_PIN,
    WORK_QUESTION,
    WORK_VERB,
    WORK_WORDS,
    AskKind,
    ReaderAnswer,
    ReaderAsk,
)
from hotline.domain.dialogue.person_asks import (
    FLOWS,
    MADE_PERSON,
    PERSON,
    PERSON_VERBS,
    STARTED,
    StartedForm,
    box,
    ended_by,
)
from hotline.domain.dialogue.ussd import SEPARATOR, Heard, Opening, entry_of, remainder, take
from hotline.domain.guessing import Secret, SecretTyped
from hotline.domain.rolls.joining import ROLL_OF, is_code
from hotline.domain.tips.receipt import NUMBER, RECEIPT
from hotline.engine import keying, turn
from hotline.engine.events import Answered, FlowEntered
from hotline.engine.flow import Ask, Book
from hotline.engine.page_cache import drawn
from hotline.engine.run import Facts, Option, Run
from hotline.engine.screen import Screen
from hotline.engine.turn import Turn
from hotline.engine.view import Waiting, gathers, node_at, shows_word
from hotline.store.dialogue.ways import Step
from hotline.text.languages import CODES

FILLER = "xxxxxxx "
"""Stands for a page that is not shown: what counts is how many screens it takes."""
PREFIXES = {WORK_VERB: "", WORK_QUESTION: ASK, WORK_COLLEAGUE: PASS, WORK_DISTRICT: DISTRICT}
"""The answers that ask something of a case, each with the prefix that makes its value a verb."""
NOTE_IN_WORDS = f"{NOTE}words"


@dataclass(frozen=True, slots=True)
class ReaderAsked:
    """The reader must be asked before this turn."""

    upto: int
    """How many letters of the text lead to it, what asks among them."""
    ask: ReaderAsk
    pin: str = field(repr=False)
    """What was keyed for a work PIN: it may be the code of an SMS."""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What was keyed besides, by name: a start PIN, a new PIN, the words of a note, the codes of a person."""
    of: int | None = None
    """Where it was asked before, when she asks once more for what did not come."""
    wants_page: bool = False
    """Whether the page itself is to be shown, and nothing else is asked."""
    screens: Callable[[ReaderAnswer], int] = field(
        default=lambda _answer: 0, repr=False, compare=False
    )
    """How many screens the page of an answer takes on this phone; 0 where it shows none."""


class ReaderLearned(NamedTuple):
    """What the reader said of one ask, or said of it before."""

    answer: ReaderAnswer
    screens: int = 0
    """Of a page that is not in the answer: how many it takes. 0 where the answer is whole."""


class ReaderQuestions:
    """What one text has asked so far, while it is played."""

    def __init__(self, book: Book, facts: Facts, limit: int) -> None:
        self._book, self._limit = book, limit
        self._base = facts
        self._view = ReaderAnswer()
        self._typed: dict[str, str] = {}
        self._lists: dict[str, Sequence[tuple[str, str]]] = {}
        """Of every answer so far: a choice is played after the list was shown."""
        self._last: ReaderAsked | None = None
        self._page: ReaderAsked | None = None
        """Where the page was asked that stands for now as filler."""

    def about(
        self, run: Run, keyed: str, upto: int, facts: Facts
    ) -> tuple[Run, Facts, ReaderAsked | None]:
        """From where this input is played, and what must be asked before; None for nearly every input."""
        facts = replace(facts, answers={}) if facts.answers else facts
        node = node_at(self._book, run.calls[-1]) if run.calls and not run.finished else None
        if isinstance(node, Ask) and node.kind == "pin" and node.saves in READER_PINS:
            return run, facts, self._of_pin(node, run, keyed, upto)
        if WORK_PIN not in self._typed:
            return run, facts, None
        led, events, _ = turn.follow(self._book, run, keyed, facts, limit=self._limit)
        if any(isinstance(event, FlowEntered) and event.flow in FLOWS for event in events):
            # Another round is about another person.
            run = run.saying(
                {name: said for name, said in run.answers.items() if name != MADE_PERSON}
            )
        for event in events:
            if not isinstance(event, Answered):
                continue
            if event.name == WORK_FORM and event.value in PERSON_VERBS:
                # The answers of the form that was not finished in this case.
                kept = self._view.words.get(f"{STARTED}.{led.answers.get(WORK_CASE, '')}")
                started = {} if kept is None else StartedForm.from_text(kept).answers
                return run, replace(facts, answers=started), None
            asked = self._of_answer(event, led, run, keyed, upto)
            if asked is not None:
                return run, facts, asked
        return run, facts, None

    def _of_answer(
        self, event: Answered, led: Run, run: Run, keyed: str, upto: int
    ) -> ReaderAsked | None:
        """What this answer asks."""
        about = led.answers.get(WORK_CASE, "")
        verb = ended_by(event.name, led.answers)
        if verb is not None:
            codes = box(verb, led.answers)
            return self._asks(run, keyed, upto, _of_verb(verb, about), typed=codes)
        if event.name in PREFIXES:
            ask = _of_verb(f"{PREFIXES[event.name]}{event.value}", about)
            return self._asks(run, keyed, upto, ask)
        if event.name == WORK_WORDS:
            ask = ReaderAsk(AskKind.ACT, about, NOTE_IN_WORDS)
            return self._asks(run, keyed, upto, ask, typed={WORK_WORDS: event.value})
        if event.name == AGAIN and (last := self._last) is not None:
            return self._asks(run, keyed, upto, last.ask, of=last.upto, typed=last.typed)
        return None

    def _of_pin(self, node: Ask, run: Run, keyed: str, upto: int) -> ReaderAsked | None:
        """What is asked of what was typed for the reader alone. A new PIN is asked once it was keyed again."""
        typed = keying.pin(keyed, node.digits)
        if not typed:
            return None
        self._typed[node.saves] = typed
        kinds = {
            WORK_PIN: AskKind.VIEW,
            START_PIN: AskKind.PROVE,
            NEW_AGAIN: AskKind.CHANGE if RIGHT in self._view.flags else AskKind.CHOOSE,
        }
        kind = kinds.get(node.saves)
        return None if kind is None else self._asks(run, keyed, upto, ReaderAsk(kind))

    def told(
        self, asked: ReaderAsked, learned: ReaderLearned, run: Run, keyed: str
    ) -> tuple[Run, Facts]:
        """From where the engine goes on, and what it is told from here on."""
        answer = learned.answer
        if asked.ask.kind is AskKind.VIEW:
            self._view = answer if RIGHT in answer.flags else ReaderAnswer()
            self._lists = {}
        self._lists |= answer.lists
        if asked.ask.verb in PERSON_VERBS and PERSON in answer.words:
            run = run.saying({**run.answers, MADE_PERSON: answer.words[PERSON]})
            begun = f"{STARTED}.{asked.ask.reference}"
            left = tuple(flag for flag in self._view.flags if flag != begun)
            self._view = replace(self._view, flags=left)
        self._page = asked if learned.screens else None
        facts = self._facts(answer)
        if learned.screens:
            facts = self._filled(facts, run, keyed, learned.screens)
        return run, facts

    def lacking(self, run: Run) -> ReaderAsked | None:
        """The page that the screen at this place shows, and which is not at hand."""
        if self._page is None or not run.calls or not shows_word(self._book, run, PAGE):
            return None
        return replace(self._page, wants_page=True)

    def with_page(self, learned: ReaderLearned) -> Facts:
        return self._facts(learned.answer)

    def _asks(
        self,
        run: Run,
        keyed: str,
        upto: int,
        ask: ReaderAsk,
        *,
        of: int | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> ReaderAsked:
        def screens(answer: ReaderAnswer) -> int:
            return self._screens(run, keyed, self._facts(answer))

        besides = {name: word for name, word in self._typed.items() if name != WORK_PIN}
        pin, besides = self._typed[WORK_PIN], {**besides, **(typed or {})}
        self._last = ReaderAsked(upto, ask, pin, besides, of, screens=screens)
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
            words={**base.words, **view.words, **answer.words},
        )

    def _screens(self, run: Run, keyed: str, facts: Facts) -> int:
        """How many screens the page takes to which this input leads; 0 where it leads to none."""
        led, *_ = turn.follow(self._book, run, keyed, facts, limit=self._limit)
        node = node_at(self._book, led.calls[-1]) if led.calls else None
        if not isinstance(node, Waiting) or not shows_word(self._book, led, PAGE):
            return 0
        return len(drawn(self._book, node, led, facts, self._limit).pages)

    def _filled(self, facts: Facts, run: Run, keyed: str, screens: int) -> Facts:
        """The same with a page of so many screens."""
        page = FILLER
        filled = _paged(facts, page)
        while 0 < self._screens(run, keyed, filled) < screens:
            page += FILLER
            filled = _paged(facts, page)
        return filled


def _paged(facts: Facts, page: str) -> Facts:
    return replace(facts, words={**facts.words, PAGE: page})


def _of_verb(verb: str, reference: str) -> ReaderAsk:
    kind = AskKind.PAGE if verb in (READ, HISTORY, WARNINGS) else AskKind.ACT
    return ReaderAsk(kind, reference, "" if verb == READ else verb)


class SessionContext(NamedTuple):
    """Where a session is played: all that stays the same from its first hop to its last."""

    book: Book
    facts: Facts
    opening: Opening
    limit: int


class StarTyped(NamedTuple):
    """Words with a `*` behind them: a part of them, or what was keyed after them. The session's row knows."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a question was answered."""

    flags: Mapping[str, bool] = field(default_factory=dict)
    """What a secret opens; until the next one is typed."""
    heard: Heard = field(default_factory=lambda: Heard(0))
    said: ReaderLearned = field(default_factory=lambda: ReaderLearned(ReaderAnswer()))
    """What the reader said."""


class Start(NamedTuple):
    """Where a text is played on from, when its beginning is known: the run, and how many letters led there."""

    run: Run
    at: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a text ended: the run, the one before its last input, and that input."""

    run: Run
    before: Run
    keyed: str = field(repr=False)


class Played(NamedTuple):
    run: Run
    screen: Screen
    steps: tuple[Step, ...]


KEYS = ("0", "00", "000")
"""What is a key also where words are asked: what stands behind it was keyed at the next screen."""
Question: TypeAlias = SecretTyped | StarTyped | ReaderAsked
Playing: TypeAlias = Generator[Question, Learned, Played]


def landing(book: Book, dialled: str, *, enrolled: bool) -> tuple[str, Sequence[str]]:
    """The entry that a dial lands on, and the digits it spends after it.

    A private entry is nothing at all for a phone that is not enrolled: it sees what a plain dial shows. No digits are
    spent behind one.
    """
    entry, ahead = entry_of(dialled, book.entries)
    if entry and book.flows[book.entries[entry]].private:
        return (entry, ()) if enrolled else ("", ())
    return entry, ahead


def play(context: SessionContext, text: str, heard: Heard, start: Start | None = None) -> Playing:
    """Play `text` to its end. Digits dialled ahead open the session; what came later is keyed in.

    `heard` is what is known of the session's row; where that does not say where words ended, it is asked for. `start`
    lies before the end of `text`.
    """
    steps: list[Step] = []
    shown: Turn | None = None
    if start is None:
        shown = _dialled(context, text)
        start = Start(shown.run, context.opening.dialled)
        steps.append(Step(start.at, shown.run, shown.events))

    run, facts, rest = start.run, context.facts, remainder(text, start.at)
    asking = _asking(context)
    before, keyed = run, ""
    while rest is not None:
        begins, words = len(text) - len(rest), turn.expects_words(context.book, run)
        keyed, rest = take(rest)
        if words and rest is not None and keying.keys(keyed) not in KEYS:
            if heard.upto < begins + len(keyed):
                heard = (yield StarTyped()).heard
            end = heard.end_of_words(begins, begins + len(keyed), len(text))
            keyed, rest = text[begins:end], text[end + 1 :] if end < len(text) else None

        upto = len(text) - (0 if rest is None else len(rest) + 1)
        run, facts = yield from _learned(context, asking, facts, run, keyed, upto)
        before = run
        if rest is None:
            shown = turn.resume(context.book, run, keyed, facts, limit=context.limit)
            run, events, answered = shown.run, shown.events, shown.answered
        else:
            run, events, answered = turn.follow(
                context.book, run, keyed, facts, limit=context.limit
            )
        starred = (begins, upto) if SEPARATOR in keyed else None
        steps.append(Step(upto, run, events, words, starred, answered))
    if asking is not None and (lacking := asking.lacking(run)) is not None:
        shown = yield from _with_page(context, asking, lacking, Stop(run, before, keyed))
    assert shown is not None
    return Played(run, shown.screen, tuple(steps))


def _learned(
    context: SessionContext,
    asking: ReaderQuestions | None,
    facts: Facts,
    run: Run,
    keyed: str,
    upto: int,
) -> Generator[Question, Learned, tuple[Run, Facts]]:
    """What the engine is told before this turn: what a secret opens, and what the reader says."""
    secret = _secret(context.book, run, keyed, upto)
    if secret is not None:
        opened = (yield secret).flags
        return run, replace(facts, flags={**context.facts.flags, **opened})
    if asking is None:
        return run, facts
    run, facts, asked = asking.about(run, keyed, upto, facts)
    if asked is None:
        return run, facts
    return asking.told(asked, (yield asked).said, run, keyed)


def _with_page(
    context: SessionContext, asking: ReaderQuestions, lacking: ReaderAsked, stop: Stop
) -> Generator[Question, Learned, Turn]:
    """The last turn with the page on its screen; where the page does not come, that it cannot be read."""
    page = (yield lacking).said
    facts = asking.with_page(page)
    if UNREADABLE in page.answer.flags:
        shown = turn.render(context.book, stop.run, facts, limit=context.limit)
        return Turn(stop.run, shown)
    return turn.resume(context.book, stop.before, stop.keyed, facts, limit=context.limit)


def _asking(context: SessionContext) -> ReaderQuestions | None:
    """None for everybody who is asked for no work PIN, and for who may key anything."""
    flags = context.facts.flags
    any_will_do = flags.get(NO_PIN, False) and not flags.get(MAY_PROVE, False)
    if not context.opening.asks_pin or any_will_do:
        return None
    return ReaderQuestions(context.book, context.facts, context.limit)


def _dialled(context: SessionContext, text: str) -> Turn:
    dialled = text[: context.opening.dialled]
    # What a session landed on is in its opening: nothing, where a private entry was none for this phone.
    landed = bool(context.opening.entry)
    entry, ahead = landing(context.book, dialled, enrolled=landed)
    return turn.start(context.book, context.facts, entry=entry, ahead=ahead, limit=context.limit)


def _secret(book: Book, run: Run, keyed: str, upto: int) -> SecretTyped | None:
    """What must be looked up before this turn; None where nothing must."""
    code, digits = keying.keys(keyed), turn.expects_pin(book, run)
    if digits and gathers(book, run, RECEIPT) and (pin := keying.pin(keyed, digits)):
        return SecretTyped(upto, Secret.RECEIPT, run.answers.get(NUMBER, ""), pin)
    if is_code(code) and (roll := ROLL_OF.get(turn.expects_number(book, run))) is not None:
        return SecretTyped(upto, Secret.CODE, roll, code)
    return None
