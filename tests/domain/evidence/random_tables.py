"""Random tables of small counts, as months of a small country have them."""

from hypothesis import strategies as st

from hotline.domain.evidence.tables import CountTable

COUNTS = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 11, 15, 40])


@st.composite
def tables(
    draw: st.DrawFn, *, rows: int = 5, columns: int = 4, provinces: int = 3, least: int = 0
) -> CountTable:
    """Up to so many rows and columns; rows lie within provinces or directly in the whole."""
    names = [f"r{n}" for n in range(draw(st.integers(max(1, least), rows)))]
    across = [f"c{n}" for n in range(draw(st.integers(least, columns)))]
    above = st.sampled_from(["", *(f"p{n}" for n in range(provinces))])
    within = {name: draw(above) for name in names}
    counts = {(row, column): draw(COUNTS) for row in names for column in across or ["all"]}
    return CountTable(counts, names, across, {row: one for row, one in within.items() if one})
