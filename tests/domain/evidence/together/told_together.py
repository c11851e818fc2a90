"""Whoever has read everything that a year published, and what is hidden of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.edition import Edition, FigureCell, months_in
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE
from hotline.domain.evidence.tables import ALL
from tests.domain.evidence.published_reader import Place
from tests.domain.evidence.random_year import PublishedYear
from tests.domain.evidence.together.lived_sessions import TOPICS
from tests.domain.evidence.together.relations import Relation, relations
from tests.domain.evidence.together.whole_reader import Name, WholeReader, beyond

READS: Mapping[int, Sequence[Edition]] = {
    INSIDE: (Edition.INSIDE, Edition.OUTSIDE),
    OUTSIDE: (Edition.OUTSIDE,),
}
"""What whoever is kept from numbers below k has before him."""


Asked = tuple[Name, Mapping[int, float], int]


@dataclass
class ToldTogether:
    """A reader: of the first versions, who is told what each later one changed, or of the newest."""

    year: PublishedYear
    k: int
    version: int

    def __post_init__(self) -> None:
        self.reader = WholeReader()
        self.known = [*relations("")]
        for month, versions in self.year.raw.items():
            self.reader.counts(month, versions[self.version])
            for one in relations(month):
                if self._knows([month], one):
                    self.reader.relates(month, one)
        for edition in READS[self.k]:
            for month, made in self.year.months[edition].items():
                for told in made if self.version == 0 else made[-1:]:
                    self.reader.reads([month], told.cells, is_own=told is made[self.version])
            for period, total in self.year.totals[edition].items():
                is_own = self.version != 0
                self.reader.reads(self._months(period), total.cells, is_own=is_own)

    def _knows(self, months: Sequence[str], one: Relation) -> bool:
        return all(self.reader.knows(months, place) for place in (*one.less, *one.more))

    def _months(self, period: str) -> list[str]:
        return [one for one in months_in(period) if one in self.year.raw]

    def asked(self) -> Iterator[Asked]:
        """All that is hidden in the edition that tells this reader the most, and each few that two counts differ by."""
        edition = READS[self.k][0]
        told: set[tuple[str, Place]] = set()
        for month, versions in self.year.months[edition].items():
            cells = versions[self.version].cells
            hidden = _hidden(cells)
            named = {(one.figure, one.row, one.column) for one in cells}
            told |= {(month, place) for place in named.difference(hidden)}
            for place in hidden:
                if place in told_once_more(cells):
                    continue
                if self.reader.knows([month], place) and not self._is_nobody([month], place):
                    yield self._asked([month], place)
            yield from self._few([month])
        for period, total in self.year.totals[edition].items():
            months = self._months(period)
            for place in _hidden(total.cells):
                # A total whose months have all been read is hidden for a change that came later: he is told that.
                if self.reader.knows(months, place) and not all(
                    (month, place) in told or self._is_nobody([month], place) for month in months
                ):
                    yield self._asked(months, place)
            yield from self._few(months)

    def _asked(self, months: Sequence[str], place: Place) -> Asked:
        name = (*months, *place, self.reader.truth(months, place))
        return name, beyond(self.reader.cells(months, place), ()), self.k

    def _few(self, months: Sequence[str]) -> Iterator[Asked]:
        for one in self.known:
            if one.counts and self._knows(months, one):
                over = self.reader.truth(months, *one.more) - self.reader.truth(months, *one.less)
                if 0 < over < self.k:
                    cells = (self.reader.cells(months, *places) for places in (one.more, one.less))
                    yield (*months, "more", *one.more, *one.less, over), beyond(*cells), self.k

    def _is_nobody(self, months: Sequence[str], place: Place) -> bool:
        """Calls by channel, where nobody wrote: two counts of them are equal, and both stand (ADR 110)."""
        figure, row, _ = place
        return row.startswith("channel:") and not self.reader.truth(
            months, (figure, "channel:sms", ALL)
        )

    def narrowed(self) -> list[tuple[Name, int]]:
        return [*self.reader.narrowed([*self.asked()])]


def told_once_more(cells: Sequence[FigureCell]) -> set[Place]:
    """Screens that are hidden for what they only happen to be as large as: their topics tell the same number."""
    topics = {one.row: one.number for one in cells if one.figure == "topic"}
    return {
        ("screen_shown", f"screen:{screen}", ALL)
        for screen, topic in TOPICS.items()
        if topics.get(f"topic:{topic}") is not None
    }


def _hidden(cells: Sequence[FigureCell]) -> list[Place]:
    """Those that are not told, or as a bound."""
    return [(one.figure, one.row, one.column) for one in cells if one.number is None or one.bound]
