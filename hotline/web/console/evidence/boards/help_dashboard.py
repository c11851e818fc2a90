"""Help: what was found in whom, and the way from signs to thirty days on."""

from collections.abc import Iterator, Sequence

from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.help_chapters import WAY
from hotline.domain.evidence.telling.teller import Words, told_of
from hotline.domain.evidence.telling.words import helping, line
from hotline.web.console.evidence.dashboard_block import BlockColumn, BlockRow, DashboardBlock
from hotline.web.console.evidence.dashboard_teller import DashboardTeller
from hotline.web.console.who import phrase

SCREENED = ("screened_possible", "screened_not_indicated", "screened_unclear")
DETERMINED = ("determined_actual", "determined_not")
REFUSED = ("refused_no_room", "refused_not_our_kind", "refused_person_refused", "refused_refused")
THIRTY = ("thirty_helped", "thirty_safe", "thirty_left", "thirty_danger", "thirty_unknown")


def blocks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    yield from _found(told)
    yield from _way(told)
    yield from _steps_by(told, "form", helping.BY_FORM, helping.FORM)
    yield from _steps_by(told, "who", helping.BY_WHO, helping.WHO)
    yield from _refused(told)
    yield from _thirty(told)
    words = told.teller.words
    yield from _identified_by(told, "from", words(helping.FROM), words(helping.COUNTRY))
    of_provinces = told.phrase(phrase("Identified, by province"))
    yield from _identified_by(told, "province", of_provinces, words(line.PROVINCE))


def _listed(
    told: DashboardTeller,
    name: str,
    words: tuple[Words, Words],
    figures: Sequence[str],
    sentences: Sequence[str],
) -> Iterator[DashboardBlock]:
    """Figures of the nation, one a row. `words`: the title, and what stands above the labels."""
    rows = told.rows_of(figures)
    if rows:
        title, first = map(told.teller.words, words)
        yield DashboardBlock(
            told.table(name, title, first, rows, told.now_and_before()),
            sentences,
            told.bars(title, rows),
            told.meanings(figures[0]),
        )


def _found(told: DashboardTeller) -> Iterator[DashboardBlock]:
    sentence = told.teller.sentence
    said = told_of(sentence(helping.MET), sentence(helping.FOUND), sentence(helping.SITUATIONS))
    yield from _listed(told, "screened", (helping.RESULTS, helping.RESULT), SCREENED, said)
    said = told_of(sentence(helping.DETERMINED))
    yield from _listed(told, "determined", (helping.BODIES, helping.SAID), DETERMINED, said)


def _way(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, teller = told.rows_of(WAY), told.teller
    if rows:
        title = teller.words(helping.STAIRCASE)
        first = told.phrase(phrase("Step"))
        yield DashboardBlock(
            told.table("way", title, first, rows, told.now_and_before()),
            told_of(
                teller.sentence(helping.WAY_TO_HELP),
                teller.sentence(helping.ARRIVED),
                teller.sentence(helping.DAYS),
            ),
            told.staircase(title, rows),
            told.meanings(*WAY),
        )


def _steps_by(
    told: DashboardTeller, by: str, title_words: Words, first: Words
) -> Iterator[DashboardBlock]:
    """Each value a row, each step a column. The drawing is of those who were identified."""
    published, teller = told.teller.published, told.teller
    values = list(dict.fromkeys(one for step in WAY for one in published.columns(step, by)))
    if not values:
        return
    values.sort(key=lambda one: -(published.number(WAY[0], ALL, one) or 0))
    title = teller.words(title_words)
    rows = [BlockRow(teller.named(one), column=one) for one in values]
    columns = [BlockColumn(teller.label(step), step) for step in WAY]
    yield DashboardBlock(
        told.table(by, title, teller.words(first), rows, columns),
        [told.phrase(phrase("The drawing shows who was identified; the table shows each step."))],
        told.bars(title, rows, WAY[0]),
    )


def _refused(told: DashboardTeller) -> Iterator[DashboardBlock]:
    said = told_of(told.teller.sentence(helping.OFFERS))
    yield from _listed(told, "refused", (helping.REFUSED, helping.WHY), REFUSED, said)


def _thirty(told: DashboardTeller) -> Iterator[DashboardBlock]:
    said = told_of(told.teller.sentence(helping.ARRIVED))
    yield from _listed(told, "thirty", (helping.THIRTY, helping.HOW), THIRTY, said)


def _identified_by(
    told: DashboardTeller, by: str, title: str, first: str
) -> Iterator[DashboardBlock]:
    rows = told.rows(["identified"], by)
    if rows:
        columns = told.columns("identified", beside=True)
        yield DashboardBlock(
            told.table(by, title, first, rows, columns),
            told_of(told.teller.sentence(helping.FOUND)),
            told.bars(title, rows, "identified"),
        )
