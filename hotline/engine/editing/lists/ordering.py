"""The order of rows and of screens as one field more: who moves something, and who adds beside it. Pure."""

from collections.abc import Iterable, Sequence


def is_moved(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether those that stand in both stand in another order; what was added or taken out moves nothing."""
    return [one for one in before if one in after] != [one for one in after if one in before]


def merged_order(
    base: Sequence[str], hers: Sequence[str], yours: Sequence[str], kept: Iterable[str]
) -> tuple[str, ...]:
    """The kept ones as whoever moved something has them, yours where both did; each addition beside its neighbour."""
    leading, other = (
        (yours, hers) if is_moved(base, yours) or not is_moved(base, hers) else (hers, yours)
    )
    order = list(leading)
    for at, one in enumerate(other):
        if one not in order and one not in base:
            before = next((two for two in reversed(other[:at]) if two in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, one)
    there = set(kept)
    late = [one for one in (*base, *hers, *yours) if one in there and one not in order]
    return tuple(one for one in dict.fromkeys((*order, *late)) if one in there)


def is_disputed(base: Sequence[str], hers: Sequence[str], yours: Sequence[str]) -> bool:
    """Whether both moved, and not alike."""
    return is_moved(base, hers) and is_moved(base, yours) and is_moved(hers, yours)
