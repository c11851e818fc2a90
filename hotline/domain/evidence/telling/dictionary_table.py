"""The dictionary of figures as a table of one language: what commands, exports and a page of the console show. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.dictionary import NEVER_COUNTED, FigureEntry
from hotline.domain.evidence.telling.labels import figure_label
from hotline.domain.evidence.telling.teller import Words, spaced
from hotline.domain.evidence.telling.words.method import DRAFT
from hotline.text.languages import CODES

TITLE: Words = (
    "Icyo buri mubare ubara",
    "What each figure counts",
    "Ce que compte chaque chiffre",
)
HEAD: Sequence[Words] = (
    ("Umubare", "Figure", "Chiffre"),
    ("Izina", "Called", "Nom"),
    ("Icyo uvuga", "Says", "Ce qu'il dit"),
    ("Ubarwa mu", "Unit", "Unité"),
    ("Ibibarwa", "Counts", "Compte"),
    ("Muri", "Of", "Parmi"),
    ("Ibitabarwamo", "Leaves out", "Laisse de côté"),
)
NEVER: Words = ("Nta mubare ubara", "No figure counts", "Aucun chiffre ne compte")


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """An entry in one language."""

    name: str
    """`refused_...` of a family."""
    key: str
    called: str
    says: str
    unit: str
    numerator: str
    denominator: str
    """The figure's name, and what it counts; empty where the figure is no part."""
    leaves_out: str

    @property
    def row(self) -> tuple[str, ...]:
        return (
            *(self.name, self.called, self.says, self.unit),
            *(self.numerator, self.denominator, self.leaves_out),
        )


def told(entry: FigureEntry, language: str) -> ToldFigure:
    return ToldFigure(
        name=f"{entry.name}_..." if entry.is_family else entry.name,
        key=entry.name,
        called=figure_label(entry.name, language),
        says=spaced(entry.says[language], language),
        unit=entry.units[language],
        numerator=spaced(entry.numerator[language], language),
        denominator=_whole(entry, language),
        leaves_out=spaced(entry.leaves_out[language], language),
    )


def _whole(entry: FigureEntry, language: str) -> str:
    if not entry.denominator:
        return ""
    return spaced(f"{entry.denominator}: {entry.part_of[language]}", language)


def head(language: str) -> Sequence[str]:
    return [words_of(one, language) for one in HEAD]


def rows(entries: Iterable[FigureEntry], language: str) -> Sequence[Sequence[str]]:
    return [told(one, language).row for one in entries]


def never(language: str) -> str:
    """What no figure counts."""
    return spaced(f"{words_of(NEVER, language)}: {NEVER_COUNTED[language]}.", language)


def says(language: str) -> str:
    """What the table is; that its words are a draft, where nobody has signed them; what no figure counts."""
    return " ".join(
        filter(None, [f"{words_of(TITLE, language)}.", never(language), DRAFT[language]])
    )


def words_of(words: Words, language: str) -> str:
    return words[CODES.index(language)]
