"""Feeding a session's text to the engine: forward from where it stands, or again from its beginning.

Pure: it gathers nothing and carries nothing out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hotline.domain.dialogue.ussd import SEPARATOR, Opening, entry_of, remainder, take
from hotline.domain.guessing import Secret
from hotline.domain.rolls.joining import ROLL_OF, is_code
from hotline.domain.tips.receipt import NUMBER, RECEIPT
from hotline.engine import keying, turn
from hotline.engine.events import Event
from hotline.engine.flow import Book
from hotline.engine.run import Facts, Run
from hotline.engine.screen import Screen
from hotline.engine.turn import Turn


@dataclass(frozen=True, slots=True)
class SessionContext:
    """Where a session is played: all that stays the same from its first hop to its last."""

    book: Book
    facts: Facts
    opening: Opening
    limit: int
    learned: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)
    """Flags that a secret has opened, by how many letters of the text had been heard by then."""

    def facts_at(self, upto: int) -> Facts:
        """What is known when so much was heard: the newest secret's flags, and no older one's."""
        heard = [at for at in self.learned if at <= upto]
        if not heard:
            return self.facts
        return replace(self.facts, flags={**self.facts.flags, **self.learned[max(heard)]})

    heard: int = -1
    """How much of the text is committed already; where the session's run is known, nobody asks."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """Words that hold a `*`: where they begin in the text, and where they end."""


@dataclass(frozen=True, slots=True)
class SecretTyped:
    """A secret was keyed, a PIN or a code: nothing goes on before somebody has looked what it opens."""

    upto: int
    secret: Secret
    target: str = field(repr=False)
    """The receipt's number, or the roll."""
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of several that a text may hold."""

    upto: int
    """How many letters of the text it and the turns before it took."""
    run: Run
    events: tuple[Event, ...]
    starred: tuple[int, int] | None = None
    """Where words that hold a `*` begin and end in the text."""


@dataclass(frozen=True, slots=True)
class Played:
    run: Run
    screen: Screen
    steps: tuple[Step, ...]


def landing(book: Book, dialled: str, *, enrolled: bool) -> tuple[str, Sequence[str]]:
    """The entry that a dial lands on, and the digits it spends after it.

    A private entry is nothing at all for a phone that is not enrolled: it sees what a plain dial shows. No digits are
    spent behind one.
    """
    entry, ahead = entry_of(dialled, book.entries)
    if entry and book.flows[book.entries[entry]].private:
        return (entry, ()) if enrolled else ("", ())
    return entry, ahead


def from_the_dial(stage: SessionContext, text: str) -> Played | SecretTyped:
    """Play all of `text`. Digits dialled ahead open the session; what came later is keyed in.

    Words that hold a `*` end where the session's row says. Of words that are not committed yet, this hop brought all.
    What an older process committed ends at its first `*`, unless the rest would be keyed after the dialogue's end.
    """
    dialled = text[: stage.opening.dialled]
    enrolled = stage.opening.responder_id is not None
    entry, ahead = landing(stage.book, dialled, enrolled=enrolled)
    first = turn.start(stage.book, stage.facts, entry=entry, ahead=ahead, limit=stage.limit)

    steps = [Step(len(dialled), first.run, first.events)]
    shown, rest = first, remainder(text, len(dialled))
    while rest is not None:
        keyed, behind = _first_of(stage, steps[-1].run, text, rest)
        upto = _upto(text, behind)
        if (asked := _asked(stage, steps[-1].run, keyed, upto)) is not None:
            return asked
        shown = _resume(stage, steps[-1].run, keyed, upto)
        if behind is not None and shown.run.finished and _words_wanted(stage, steps[-1].run):
            keyed, behind = rest, None
            shown = _resume(stage, steps[-1].run, keyed, upto)
        upto, starred = _upto(text, behind), _starred(text, rest, keyed)
        rest = behind
        steps.append(Step(upto, shown.run, shown.events, starred))
    return Played(shown.run, shown.screen, tuple(steps))


def from_here(stage: SessionContext, run: Run, text: str, accepted: int) -> Played | SecretTyped:
    """Play what `text` holds behind its first `accepted` letters. Words take all of it, `*` included.

    Raises ValueError where there is nothing behind them.
    """
    rest = remainder(text, accepted)
    if rest is None:
        raise ValueError("nothing new was keyed")

    steps: list[Step] = []
    while rest is not None:
        keyed, behind = (rest, None) if _words_wanted(stage, run) else take(rest)
        upto = _upto(text, behind)
        if (asked := _asked(stage, run, keyed, upto)) is not None:
            return asked
        shown = _resume(stage, run, keyed, upto)
        starred = _starred(text, rest, keyed)
        run, rest = shown.run, behind
        steps.append(Step(upto, shown.run, shown.events, starred))
    return Played(shown.run, shown.screen, tuple(steps))


def gathers(book: Book, run: Run, what: str) -> bool:
    """Whether the caller stands in a passage that gathers it."""
    here = (book.flows.get(place.flow) for place in run.calls)
    return any(flow is not None and flow.gathers == what for flow in here)


def _first_of(stage: SessionContext, run: Run, text: str, rest: str) -> tuple[str, str | None]:
    """The next input of a text that is played again, and what stands behind it."""
    keyed, behind = take(rest)
    if behind is None or not _words_wanted(stage, run):
        return keyed, behind
    begins = len(text) - len(rest)
    end = stage.ends.get(begins, 0)
    if not end and not (0 <= stage.heard < begins + len(keyed) and _are_words(keyed)):
        return keyed, behind
    end = min(end or len(text), len(text))
    return text[begins:end], text[end + 1 :] if end < len(text) else None


def _are_words(keyed: str) -> bool:
    """Not a key, and not nothing."""
    return keying.keys(keyed) not in ("0", "00", "000") and bool(keying.words(keyed))


def _starred(text: str, rest: str, keyed: str) -> tuple[int, int] | None:
    """Where an input with a `*` in it stands."""
    begins = len(text) - len(rest)
    return (begins, begins + len(keyed)) if SEPARATOR in keyed else None


def _upto(text: str, rest: str | None) -> int:
    return len(text) - (0 if rest is None else len(rest) + 1)


def _asked(stage: SessionContext, run: Run, keyed: str, upto: int) -> SecretTyped | None:
    """What must be looked up before this turn; None where nothing must, or was already."""
    if upto in stage.learned:
        return None
    pin, code = keying.pin(keyed), keying.keys(keyed)
    if pin and turn.expects_pin(stage.book, run) and gathers(stage.book, run, RECEIPT):
        return SecretTyped(upto, Secret.RECEIPT, run.answers.get(NUMBER, ""), pin)
    if is_code(code) and (roll := ROLL_OF.get(turn.expects_number(stage.book, run))) is not None:
        return SecretTyped(upto, Secret.CODE, roll, code)
    return None


def _resume(stage: SessionContext, run: Run, keyed: str, upto: int) -> Turn:
    return turn.resume(stage.book, run, keyed, stage.facts_at(upto), limit=stage.limit)


def _words_wanted(stage: SessionContext, run: Run) -> bool:
    return turn.expects_words(stage.book, run)
