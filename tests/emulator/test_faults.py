import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.emulator.faults import Fault, Faults, Kind, Point
from hotline.errors import SettingsInvalid

ONE, OTHER = "+250788000001", "+250788000002"


def drawn(faults: Faults, count: int, msisdn: str = ONE) -> list[bool]:
    return [bool(faults.draw(Point.SEND, msisdn)) for _ in range(count)]


def test_always_some_times_and_later() -> None:
    faults = Faults()
    faults.set([Fault(Kind.HTML, times=2, skip=1)])
    assert drawn(faults, 5) == [False, True, True, False, False]
    assert faults.struck == {"html": 2}


def test_one_of_so_many() -> None:
    faults = Faults()
    faults.set([Fault(Kind.SILENT, every=2), Fault(Kind.SLOW)])
    kinds = [next(iter(faults.draw(Point.SEND, ONE))) for _ in range(4)]
    assert kinds == [Kind.SILENT, Kind.SLOW] * 2


def test_only_one_number() -> None:
    faults = Faults()
    faults.set([Fault(Kind.HTML, msisdn=OTHER)])
    assert drawn(faults, 1) == [False]
    assert drawn(faults, 1, OTHER) == [True]


def test_chance_repeats_with_its_seed() -> None:
    rule = Fault(Kind.HTML, probability=0.4)
    one, same, another = Faults(1), Faults(1), Faults(2)
    for faults in (one, same, another):
        faults.set([rule])
    first = drawn(one, 50)
    assert first == drawn(same, 50) != drawn(another, 50)
    assert 8 <= sum(first) <= 32


def test_at_the_send_the_first_alone_and_elsewhere_all() -> None:
    faults = Faults()
    faults.set(
        [Fault(kind) for kind in (Kind.HTML, Kind.DRIP, Kind.DUPLICATE_HOP, Kind.MISSING_PLUS)]
    )
    assert list(faults.draw(Point.SEND, ONE)) == [Kind.HTML]
    assert list(faults.draw(Point.HOP, ONE)) == [Kind.DUPLICATE_HOP, Kind.MISSING_PLUS]
    assert faults.draw(Point.END, ONE) == {}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_strikes_at_one_point(kind: Kind) -> None:
    faults = Faults()
    faults.set([Fault(kind)])
    assert [point for point in Point if faults.draw(point, ONE)] == [Fault(kind).point]


@given(
    st.dictionaries(
        st.sampled_from(["kind", "probability", "times", "seconds", "colour"]),
        st.one_of(st.none(), st.text("ab", max_size=3), st.integers(), st.sampled_from(list(Kind))),
    )
)
def test_a_rule_is_read_or_refused(document: dict[str, object]) -> None:
    try:
        fault = Fault.read(document)
    except SettingsInvalid:
        return
    assert Fault.read(fault.shown()) == fault
