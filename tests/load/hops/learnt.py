"""What the line answers to each text, learnt from hops that are played in this very process, on a line of its own.

So the line that is measured has met none of these ways before, and has nobody's tips but those that are told to it.
"""

import os
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from hotline.bootstrap import build_door
from hotline.config import Settings
from hotline.domain.dialogue.ussd import UssdHop
from hotline.ports import DoorKit
from hotline.services.dialogue.conversation import failure, take_turn
from hotline.store.dialogue import contacts
from hotline.text.languages import CODES
from tests.embedded import redis_of
from tests.load.hops.habits import PASSED_ON, SHARES, Caller, Habit, drawn, keyed
from tests.stack import hotline

NETWORK = "63510"


@dataclass(frozen=True, slots=True)
class LearntSession:
    """One session's texts, and the answer to each."""

    caller: Caller
    texts: tuple[str, ...] = field(repr=False)
    answers: tuple[str, ...] = field(repr=False)
    counted: bool
    """Whether a hop behind the first one commits something: a topic that is read, an answer that is told."""

    @property
    def tells(self) -> bool:
        return self.caller.habit is Habit.TELLS

    @property
    def passed_on(self) -> int | None:
        """Which answer, counted from zero, says that a tip is passed on; None where none does."""
        words = PASSED_ON[self.caller.language]
        found = (at for at, answer in enumerate(self.answers) if words in answer)
        return next(found, None) if self.tells else None


class LearntAnswers:
    """Plays sessions on a kit of its own. A text is played once: its answer is the same for everybody.

    Who tells is always played, since her session alone may say what it says.
    """

    def __init__(self, kit: DoorKit, seed: int) -> None:
        self._kit = kit
        self._dice = random.Random(seed)
        self._numbers = count(1)
        self._answers: dict[tuple[str, str], str] = {}
        self._counted: dict[tuple[str, str], bool] = {}

    def sessions(
        self, number: int, shares: Mapping[Habit, int] = SHARES
    ) -> Iterator[LearntSession]:
        """So many, each drawn anew."""
        for caller in drawn(self._dice, number, shares):
            yield self._learnt(caller)

    def polite_ends(self) -> frozenset[str]:
        """What a caller hears whom the line cannot serve, in each language."""
        return frozenset(failure(self._kit, language) for language in CODES)

    def endless(self) -> Iterator[LearntSession]:
        """One after the other, a hundred at a time in their shares."""
        while True:
            yield from self.sessions(100)

    def _learnt(self, caller: Caller) -> LearntSession:
        known: dict[tuple[str, str], str] = {} if caller.habit is Habit.TELLS else self._answers
        played = _Played(self._kit, next(self._numbers), caller.dialled)

        def ask(text: str) -> str:
            key = (caller.dialled, text)
            if key not in known:
                known[key] = played.hop(text)
            return known[key]

        texts = tuple(keyed(caller, self._dice, ask))
        last = (caller.dialled, texts[-1])
        if last not in self._counted or played.begun:
            self._counted[last] = played.counted(texts[-1])
        answers = tuple(known[caller.dialled, text] for text in texts)
        return LearntSession(caller, texts, answers, self._counted[last])


@contextmanager
def answers_learnt(seed: int) -> Iterator[LearntAnswers]:
    """In a folder of its own, with an embedded Redis, for as long as the block. Raises StartFailed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        ours = {"HOTLINE_HOME": str(Path(folder) / "home")}
        hotline(os.environ | ours, "init", "--demo")
        settings = Settings.read(ours)
        with redis_of(settings):
            kit = build_door(settings)
            with closing(kit.database):
                yield LearntAnswers(kit, seed)


class _Played:
    """A session in this process, which begins when it is needed."""

    def __init__(self, kit: DoorKit, number: int, dialled: str) -> None:
        self._kit = kit
        self._number = number
        self._dialled = dialled
        self.begun = False

    def hop(self, text: str) -> str:
        if not self.begun:
            self.begun = True
            if text != self._dialled:
                self._take(self._dialled)
        return self._take(text)

    def counted(self, text: str) -> bool:
        """Whether anything behind the first hop was committed, once all of `text` is played."""
        self.hop(text)
        key = self._kit.pseudonyms.session(self._session)
        with self._kit.database.reading() as session:
            row = contacts.dialogue(session, key)
            return row is not None and row.heard > len(self._dialled)

    @property
    def _session(self) -> str:
        return f"ATUid_learnt{self._number:026x}"

    def _take(self, text: str) -> str:
        caller = f"+25078{self._number:07d}"
        return take_turn(self._kit, UssdHop(self._session, caller, text, NETWORK))
