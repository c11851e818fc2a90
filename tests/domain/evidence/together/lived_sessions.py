"""The sessions of an invented month: where each went, what was read in it, and whether a report came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from hotline.domain.reach.screens import Stand
from hotline.domain.rolls.quiz import QuizOutcome

FRONT, WELCOME, FIRST, HOMES = "front", "front/welcome", "report/danger", "homes/first"
ASKED = (FIRST, "report/official", "report/province", "report/district", "report/more")
SAVED = "report/saved"
TOPICS: Mapping[str, str] = {
    "learn/wages": "wages",
    "learn/abroad": "abroad",
    "homes/law": "law",
    "homes/rest": "rest",
}
"""By screen, the topic that is read on it."""
ENTRIES: Mapping[str, str] = {"": WELCOME, "11": HOMES}
"""By entry, the screen that a dial of it shows first."""
LIST = "learn/list"
SCREENS = (WELCOME, *ASKED, SAVED, LIST, HOMES, *TOPICS)
QUESTIONS = (WELCOME, *ASKED, LIST)
FLOWS = (FRONT, "report", "learn", "homes")
THINGS = ("fee", "passport")


@dataclass
class LivedSession:
    """One dialogue. By SMS it has no screens."""

    day: str
    language: str
    channel: str
    entry: str
    network: str
    stands: list[Stand] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    quiz: dict[str, QuizOutcome] = field(default_factory=dict)
    is_filed: bool = False
    """Whether a tip came of it."""
    is_left_before: bool = False
    """Whether a report was begun in it and left before a district was told."""

    @property
    def is_saved(self) -> bool:
        return any(one.screen == SAVED for one in self.stands)


def some(chance: Random, values: Sequence[str], rate: float = 0.9) -> str:
    """The first are common, the last rare."""
    return values[min(len(values) - 1, int(chance.expovariate(rate)))]


def session(chance: Random, month: str) -> LivedSession:
    channel = "sms" if chance.random() < 0.06 else "ussd"
    entry = some(chance, [*ENTRIES], 2) if channel == "ussd" else ""
    found = LivedSession(
        day=f"{month}-{chance.randint(1, 28):02}",
        language=some(chance, ("rw", "en", "fr"), 1.5),
        channel=channel,
        entry=entry,
        network=some(chance, ("63510", "63513", "63514", "99", ""), 1.2),
    )
    if channel == "sms":
        found.is_filed = chance.random() < 0.7
        return found
    walk = [ENTRIES[entry]]
    if not entry:
        wish = chance.choice(("report", "learn", "learn", "quiz", "none", "both"))
        walk += _read(chance) if wish in ("learn", "both") else []
        walk += [HOMES] if wish == "learn" and chance.random() < 0.1 else []
        walk += _reported(chance) if wish in ("report", "both") else []
        if wish == "quiz":
            found.quiz = {
                thing: chance.choice([*QuizOutcome]) for thing in THINGS[: chance.randint(1, 2)]
            }
    else:
        walk += ["homes/law", "homes/rest"][: chance.randint(0, 2)]
        walk += _reported(chance) if chance.random() < 0.2 else []
    found.topics = [TOPICS[one] for one in dict.fromkeys(walk) if one in TOPICS]
    found.stands = _stands(walk, found.language, is_over=walk[-1] in (SAVED, *TOPICS))
    found.is_filed = "report/more" in walk
    found.is_left_before = not found.is_filed and "report/official" in walk
    return found


def _read(chance: Random) -> list[str]:
    pages = [one for one in TOPICS if one.startswith("learn/")]
    return [LIST, *pages[: chance.randint(0, len(pages))]]


def _reported(chance: Random) -> list[str]:
    found: list[str] = []
    for screen in (*ASKED, SAVED):
        found.append(screen)
        if chance.random() < 0.07:
            break
    return found


def _stands(walk: Sequence[str], language: str, *, is_over: bool) -> list[Stand]:
    """Whoever went on answered, where the screen asks anything."""
    return [
        Stand(
            upto=place,
            screen=screen,
            language=language,
            answered=place > 0 and walk[place - 1] in QUESTIONS,
            ends=is_over and place == len(walk) - 1,
            reports=screen.startswith("report/"),
        )
        for place, screen in enumerate(walk)
    ]
