"""What rooms hand over to be published: parts beside their rests, so that each adds up to its whole."""

from hotline.domain.evidence.raw import in_parts, nation, part_of, share, staircase
from hotline.domain.evidence.tables import ALL, numbers


def test_each_step_lies_within_the_step_before_it() -> None:
    told = staircase(20, [("saved", 15), ("filed", 9)])
    assert {row: number for (row, _), number in numbers(told).items()} == {
        ALL: 20,
        "saved": 15,
        "not saved": 5,
        "filed": 9,
        "not filed": 6,
    }


def test_a_share_is_made_of_a_row_in_two_parts() -> None:
    found = share("in_time", "tips_told", {"urgency:red": (7, 9), "urgency:other": (20, 40)})
    assert (found.figure, [*found.shares]) == ("tips_told", ["in_time"])
    counted = numbers(found.tables[1])
    assert numbers(found.tables[0])["urgency:red", ALL] == 9
    assert (counted[ALL, ALL], counted["urgency:red", ALL]) == (49, 9)
    assert counted[part_of(found.shares["in_time"].lacks, "urgency:red"), ALL] == 2
    alone = share("in_time", "tips_told", {ALL: (7, 9)}).tables[0]
    assert numbers(alone)[ALL, ALL] == 9


def test_a_whole_has_its_parts_and_whatever_is_none_of_them() -> None:
    found = in_parts("offers", {"refused_no_room": 3, "refused_other": 4}, rest=9)
    assert numbers(found.tables[0])[ALL, ALL] == 16
    assert found.figures == {"refused_no_room", "refused_other"}
    assert numbers(nation("complaint", 4).tables[0]) == {(ALL, ALL): 4}
