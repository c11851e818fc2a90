"""A month as it is published: for the inside, then for the outside, first and revised. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import Edition, FigureCell, Span
from hotline.domain.evidence.publishing.audit import telling_too_much
from hotline.domain.evidence.publishing.cells import (
    Bounds,
    Place,
    ShownNumber,
    count_cells,
    keys_at,
    keys_of,
    measured,
    share_rows,
    shared,
)
from hotline.domain.evidence.publishing.gains import gains
from hotline.domain.evidence.publishing.made import Made, PublishedCount
from hotline.domain.evidence.publishing.near import (
    REPEATING,
    AlongFlows,
    KeptBack,
    without_few_more,
    without_repeats,
)
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.publishing.rules import K, dimension, may_show
from hotline.domain.evidence.publishing.together import protected, walked
from hotline.domain.evidence.raw import Measured, Raw, RawShare, RawTable, part_of
from hotline.domain.evidence.tables import ALL, numbers


def month(raw: Sequence[Raw], edition: Edition, before: PublishedBefore | None = None) -> Made:
    """What of a month's raw numbers may be read. An edition for the outside is told what the inside reads."""
    before = before or PublishedBefore()
    if edition is Edition.OUTSIDE and before.inside is None:
        raise ValueError("what is shown outside is a part of what is shown inside")
    kept = set[Place]()
    while True:
        made = _protected(raw, edition, before, kept)
        more = telling_too_much.of_month(made, before.first, _calls(raw), K[edition])
        if more & kept:
            raise ArithmeticError("what is kept back is told all the same")
        if not more:
            return made
        kept |= more


def _protected(
    raw: Sequence[Raw], edition: Edition, before: PublishedBefore, also: Collection[Place]
) -> Made:
    """Each count, then what is no table of one. `also` is kept back."""
    counted = [one for one in raw if isinstance(one, RawTable)]
    keys = {one.name: keys_at(one, also) for one in counted} if also else {}
    every = protected([one for one in counted if one.at == ALL], edition, before, keys)
    kept = KeptBack.of(every, K[edition])
    rows = [one for one in counted if one.at != ALL]
    measures = [
        replace(one, of=0) if (one.figure, one.row, ALL) in also else one
        for one in raw
        if isinstance(one, Measured)
    ]
    measures = without_repeats(measures, kept, K[edition])
    along = AlongFlows.of(kept, measures, K[edition])
    screens = walked(rows, edition, before, kept, along, keys)
    counts = {one.name: one for one in (*every, *screens)}
    cells = [cell for one in counts.values() for cell in _told(one, edition, before.inside)]
    if before.first is not None:
        measures = without_few_more(measures, before.first.cells, K[edition])
    return Made(with_measured(cells, measures, edition, Span.MONTH), counts)


def _calls(raw: Sequence[Raw]) -> dict[Place, int]:
    """Measures that count calls: of each flow."""
    return {
        (one.figure, one.row, ALL): one.number
        for one in raw
        if isinstance(one, Measured) and dimension(one.row) == REPEATING
    }


def with_measured(
    cells: Sequence[FigureCell], measures: Sequence[Measured], edition: Edition, span: Span
) -> list[FigureCell]:
    """And what is no count, where that is made of enough, and what follows from what is shown."""
    found: Mapping[Place, FigureCell] = {(one.figure, one.row, one.column): one for one in cells}
    return [
        *cells,
        *gains(cells),
        *(
            measured(one, found, K[edition])
            for one in measures
            if may_show(one.figure, frozenset({dimension(one.row) or ALL}), edition, span)
        ),
    ]


def shown_numbers(count: PublishedCount) -> dict[Key, ShownNumber]:
    return {
        key: ShownNumber(number, is_exact=True)
        for published in count.tables.values()
        for key, number in published.numbers.items()
        if number is not None
    }


def _told(count: PublishedCount, edition: Edition, inside: Made | None) -> Iterator[FigureCell]:
    """Where the whole of a screen is hidden, nothing finer is listed: there are many."""
    shown, keys = shown_numbers(count), [*keys_of(count)]
    if count.at != ALL and (ALL, ALL) not in shown:
        keys = [key for key in keys if not any(dimension(name) for name in key)]
    yield from count_cells(count, keys, shown, enough=K[edition])
    for figure, share in count.shares.items():
        for row in share_rows(share, keys):
            yield shared(figure, share, row, shown, bounds_of(count, share, row, edition, inside))


def bounds_of(
    count: PublishedCount, share: RawShare, row: str, edition: Edition, inside: Made | None = None
) -> Bounds:
    """What is told of a row's parts: all, or that few are of one of them. Outside no more than inside."""
    shown = shown_numbers(count)
    holds, lacks = ((part_of(name, row), ALL) for name in (share.holds, share.lacks))
    if (row, ALL) not in shown:
        return Bounds()
    if holds in shown and lacks in shown:
        return Bounds(shown[holds].least, shown[lacks].least)
    counted = true_numbers(count)
    k, most = K[edition], shown[row, ALL].least - K[edition]
    few = counted[holds] < k, counted[lacks] < k
    found = Bounds(most if few[1] else 0, most if few[0] else 0) if few[0] != few[1] else Bounds()
    if edition is Edition.OUTSIDE and inside is not None:
        told = bounds_of(inside.counts[count.name], share, row, Edition.INSIDE)
        return Bounds(
            found.holds if told.holds >= found.holds else 0,
            found.lacks if told.lacks >= found.lacks else 0,
        ).capped(most)
    return found.capped(most)


def true_numbers(count: PublishedCount) -> dict[Key, int]:
    """Raw."""
    found: dict[Key, int] = {}
    for published in count.tables.values():
        found |= numbers(published.table)
    return found
