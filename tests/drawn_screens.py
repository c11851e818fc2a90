"""The screens of an invented report, drawn so that they agree: each is shown to whoever answered the one before it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random

from hotline.domain.evidence.tables import ALL

Number = tuple[str, str, str, int]
"""Figure, row, column and what was counted."""
SCREENS = ("danger", "official", "province", "district", "sector", "kind", "who", "visit", "saved")


class DrawnScreens:
    def __init__(self, random: Random, shown: int) -> None:
        self._random = random
        self._walked: dict[str, tuple[int, int]] = {}
        """By screen: how often it was shown, and answered."""
        for node in SCREENS:
            answered = shown * random.randint(88, 97) // 100
            self._walked[node] = shown, answered
            shown = answered

    def numbers(self, languages: Iterable[str]) -> Iterator[Number]:
        rows = [f"language:{one}" for one in languages]
        for node, (shown, answered) in self._walked.items():
            screen = f"screen:report/{node}"
            yield "screen_shown", screen, ALL, shown
            yield "screen_answered", screen, ALL, answered
            for figure, row, count in self._parts(shown, answered, rows):
                yield figure, screen, row, count

    def over_revisions(self, month: str) -> Iterator[Number]:
        """Of the report's screens: weeks, one of them cut in two, within two revisions. After `numbers`."""
        rows = {
            f"week:{month}-{day}": f"revision:{revision}"
            for day, revision in (("01", 11), ("08/11", 11), ("08/12", 12), ("15", 12), ("22", 12))
        }
        for node, (shown, answered) in self._walked.items():
            of: Counter[tuple[str, str]] = Counter()
            for figure, week, count in self._parts(shown, answered, rows):
                yield figure, f"screen:report/{node}", week, count
                of[figure, rows[week]] += count
            for (figure, revision), count in of.items():
                yield figure, f"screen:report/{node}", revision, count

    def _parts(
        self, shown: int, answered: int, names: Iterable[str]
    ) -> Iterator[tuple[str, str, int]]:
        """A screen in parts, of which each is answered more or less often."""
        parts = shared_out(shown, {name: self._random.uniform(0.2, 1.8) for name in names})
        stopped = shared_out(
            shown - answered,
            {name: number * self._random.uniform(0.3, 1.7) for name, number in parts.items()},
        )
        for name, number in parts.items():
            yield "screen_shown", name, number
            yield "screen_answered", name, number - stopped[name]


def shared_out(whole: int, parts: Mapping[str, float]) -> dict[str, int]:
    shares = {name: int(whole * part / sum(parts.values())) for name, part in parts.items()}
    shares[next(iter(shares))] += whole - sum(shares.values())
    return shares
