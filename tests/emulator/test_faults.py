from hotline.emulator.line import FaultKind, Faults, GatewayFault, Point

ONE, OTHER = "+250788000001", "+250788000002"


def drawn(faults: Faults, count: int, msisdn: str = ONE) -> list[bool]:
    return [bool(faults.draw(Point.SEND, msisdn)) for _ in range(count)]


def test_faults_occur_always_a_few_times_or_later() -> None:
    faults = Faults()
    faults.set([GatewayFault(FaultKind.HTML, times=2, skip=1)])
    assert drawn(faults, 5) == [False, True, True, False, False]
    assert faults.struck == {"html": 2}


def test_fault_affects_only_its_number() -> None:
    faults = Faults()
    faults.set([GatewayFault(FaultKind.HTML, msisdn=OTHER)])
    assert drawn(faults, 1) == [False]
    assert drawn(faults, 1, OTHER) == [True]


def test_chance_repeats_with_its_seed() -> None:
    rule = GatewayFault(FaultKind.HTML, probability=0.4)
    one, same, another = Faults(1), Faults(1), Faults(2)
    for faults in (one, same, another):
        faults.set([rule])
    first = drawn(one, 50)
    assert first == drawn(same, 50) != drawn(another, 50)
    assert 8 <= sum(first) <= 32


def test_send_has_one_fault_and_other_points_have_all() -> None:
    faults = Faults()
    faults.set(
        [
            GatewayFault(kind)
            for kind in (
                FaultKind.HTML,
                FaultKind.DRIP,
                FaultKind.DUPLICATE_HOP,
                FaultKind.MISSING_PLUS,
            )
        ]
    )
    assert list(faults.draw(Point.SEND, ONE)) == [FaultKind.HTML]
    assert list(faults.draw(Point.HOP, ONE)) == [FaultKind.DUPLICATE_HOP, FaultKind.MISSING_PLUS]
    assert faults.draw(Point.END, ONE) == {}
