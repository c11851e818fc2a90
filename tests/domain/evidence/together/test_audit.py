"""What no single table sees: a solver in the line finds what an edition would tell of another count, and takes it back.

Each is as small as it can be; whole years are read in `test_told_together.py`.
"""

from collections.abc import Mapping
from random import Random

import pytest

from hotline.domain.evidence.edition import Edition
from hotline.domain.evidence.publishing.audit.solver import FAR, Solver
from hotline.domain.evidence.publishing.audit.sums import KnownSum, added
from hotline.domain.evidence.publishing.case_counts import in_provinces
from hotline.domain.evidence.publishing.made import Made
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.protecting import TOLD_NATIONALLY
from hotline.domain.evidence.raw import Measured, Raw, RawTable, by_row, nation
from tests.domain.evidence.random_year import published
from tests.domain.evidence.reader import Solver as OtherSolver
from tests.domain.evidence.together.lived_tips import CODES, NATIONS

TOPICS = ("topic:umuganda", "topic:village", "topic:school")
TEN = [2, 3, 5]
"""Three numbers, which are ten together."""


def cells(edition: Made) -> Mapping[tuple[str, str], int | None]:
    """Exact numbers; None is hidden, or told as a bound."""
    return {
        (one.figure, one.row): None if one.bound else one.number
        for one in edition.cells
        if one.column == "all"
    }


@pytest.mark.parametrize(
    ("known", "told", "widths"),
    [
        ([], set(), [FAR + 2, FAR + 3, FAR + 5]),
        ([KnownSum(added([0, 1, 2]))], set(), [10, 10, 10]),
        ([KnownSum(added([0, 1, 2]))], {2}, [5, 5, 0]),
        ([KnownSum(added([0, 1, 2])), KnownSum(added([1], [0]), 1, FAR)], {2}, [2, 2, 0]),
        ([KnownSum(added([0, 1, 2]), 0, 4), KnownSum(added([0]), 2, 1)], {1, 2}, [1, 0, 0]),
    ],
    ids=["nothing", "a sum", "a sum and a part", "no less than another", "a bound"],
)
def test_a_number_is_as_wide_as_what_is_known_leaves_it(
    known: list[KnownSum], told: set[int], widths: list[float]
) -> None:
    solver = Solver(TEN, told, known)
    for number, width in enumerate(widths):
        asked = [added([number])]
        assert [one.sum for one in solver.narrow(asked, width + 1)] == [0]
        assert [*solver.narrow(asked, width)] == []


def test_it_names_what_tells_a_number() -> None:
    known = [KnownSum(added([0, 1])), KnownSum(added([1, 2])), KnownSum(added([3]), 1, 1)]
    (one,) = Solver([2, 3, 5, 8], {2}, known).narrow([added([0])], 5)
    assert ({*one.told}, {*one.known}) == ({2}, {0, 1})


def test_it_finds_what_another_reader_finds(request: pytest.FixtureRequest) -> None:
    """Of random numbers and sums of neighbours; the other one keeps the numbers themselves, not how far they moved."""
    chance = Random(request.config.option.hypothesis_seed)
    for _ in range(20):
        true = [chance.randint(0, 9) for _ in range(8)]
        sums = [range(at, min(8, at + chance.randint(1, 4))) for at in chance.sample(range(8), 5)]
        other = OtherSolver()
        for one in sums:
            other.learns([*one], sum(true[at] for at in one))
        solver = Solver(true, (), [KnownSum(added(one)) for one in sums])
        narrow = {one.sum for one in solver.narrow([added([at]) for at in range(8)], 5)}
        assert narrow == {at for at in range(8) if other.width([at]) < 5}


def test_it_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A command may be asked for JSON."""
    assert [*Solver(TEN, (), []).narrow([added([0])], 5)] == []
    assert capfd.readouterr() == ("", "")


def by_district(figure: str, found: Mapping[str, int]) -> RawTable:
    rows = {f"district:{one}": found.get(one, 0) for one in (*CODES, *NATIONS)}
    nationally = dict.fromkeys((f"district:{one}" for one in NATIONS), TOLD_NATIONALLY)
    return RawTable(figure, [by_row(rows, {**in_provinces(rows), **nationally})])


def test_persons_of_a_province_that_bound_its_tips_are_kept_back() -> None:
    """No number of the south is told but six persons, so it has a tip at least, and the nation's desk four at most."""
    tips = {"11": 20, "21": 22, "41": 23, "51": 16, "31": 3, "35": 1, "37": 1}
    persons = {"11": 3, "21": 7, "41": 8, "51": 3, "31": 4, "35": 2}
    raw: list[Raw] = [by_district("tip", tips), by_district("identified", persons)]
    found = cells(month(raw, Edition.INSIDE))
    provinces = {
        of: [found[of, f"province:{one}"] for one in (*"12453", "national")]
        for of in ("tip", "identified")
    }
    assert provinces["tip"] == [20, 22, 23, 16, None, None]
    assert provinces["identified"] == [None, 7, 8, None, None, None]


def test_topics_are_read_once_a_call() -> None:
    """There are four topics, so for ten readings three to seven calls came by an entry."""
    by_entry = {"entry:": 18, "entry:11": 7, "entry:12": 0, "entry:other": 0}
    read_by = {"entry:": 10, "entry:11": 10, "entry:12": 0, "entry:other": 0}
    topics = {
        "topic:wages": 7,
        "topic:law": 6,
        "topic:abroad": 4,
        "topic:rest": 3,
        "topic:other": 0,
    }
    counts: list[Raw] = [
        RawTable("session", [by_row(by_entry)]),
        RawTable("topic", [by_row(read_by), by_row(topics)]),
    ]
    found = cells(month(counts, Edition.INSIDE))
    assert None in (found["session", "entry:"], found["topic", "entry:11"])


def test_a_flow_between_its_topic_and_all_calls_is_told_by_neither() -> None:
    """Six of eight calls read a topic: six to eight began its flow."""
    topics = {"topic:wages": 6, "topic:law": 8, "topic:rest": 5, "topic:other": 0}
    raw: list[Raw] = [
        nation("ussd_session", 8),
        RawTable("topic", [by_row(topics)]),
        Measured("flow_begun", "flow:learn", 6, 6),
    ]
    found = cells(month(raw, Edition.INSIDE))
    assert (found["ussd_session", "all"], found["topic", "topic:law"]) == (8, 8)
    assert (found["flow_begun", "flow:learn"], found["topic", "topic:wages"]) == (None, None)


def test_a_total_of_gatherings_is_not_told_beside_how_many_came() -> None:
    """Outside no month tells of the school; both totals would: eleven gatherings, and who came to them."""
    months = {
        "2026-11": ((2, 12, 9), (4, 13, 33)),
        "2026-12": ((5, 9, 2), (19, 15, 10)),
    }
    raw: dict[str, list[list[Raw]]] = {}
    for name, numbers in months.items():
        counts: list[Raw] = [
            RawTable(
                figure,
                [by_row(dict(zip(TOPICS, some, strict=True)))],
                alike="gathering",
            )
            for figure, some in zip(("gathering", "gathered"), numbers, strict=True)
        ]
        raw[name] = [counts, counts]
    year = published(raw)
    school = [("gathering", "topic:school"), ("gathered", "topic:school")]
    inside, outside = (cells(year.totals[edition]["2026-Q4"]) for edition in Edition)
    assert [inside[one] for one in school] == [11, 43]
    assert [outside[one] for one in school] == [None, None]
    assert [outside[figure, "all"] for figure, _ in school] == [39, 94]
