"""Playing a session's text on the engine: from its beginning, or on from where a part of it led.

Pure: it gathers nothing and carries nothing out. What the text does not say, it asks of whoever plays.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from hotline.domain.dialogue.asks import MAY_PROVE, NO_PIN, UNREADABLE, ReaderAnswer
from hotline.domain.dialogue.ussd import SEPARATOR, Heard, Opening, entry_of, remainder, take
from hotline.domain.guessing import Secret, SecretTyped
from hotline.domain.rolls.joining import ROLL_OF, is_code
from hotline.domain.tips.receipt import NUMBER, RECEIPT
from hotline.engine import keying, turn
from hotline.engine.flow import Book
from hotline.engine.run import Facts, Run
from hotline.engine.screen import Screen
from hotline.engine.turn import Turn
from hotline.engine.view import gathers
from hotline.services.dialogue.reader_questions import ReaderAsked, ReaderLearned, ReaderQuestions
from hotline.store.dialogue.ways import Step


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
