"""What is sampled turns with the seed, and each option has its day."""

from tests.sampling import by_turns, in_turns, long, pick, seed

DAYS = [{"HOTLINE_TEST_SEED": str(day)} for day in range(40)]


def test_a_seed_repeats_and_every_option_has_its_day() -> None:
    picked = [pick(("fr", "en"), "the tour", day) for day in DAYS]
    assert picked == [pick(("fr", "en"), "the tour", day) for day in DAYS]
    assert set(picked) == {"fr", "en"}
    assert picked != [pick(("fr", "en"), "the fault run", day) for day in DAYS]


def test_the_date_is_the_seed_where_none_is_given() -> None:
    assert seed({}) == seed({"HOTLINE_TEST_SEED": ""}) > 700_000
    assert seed({"HOTLINE_TEST_SEED": "7"}) == 7


def test_long_is_asked_for() -> None:
    assert long({"HOTLINE_TEST_LONG": "yes"})
    assert not long({})


def test_by_turns_one_option_is_left_for_today_and_none_is_dropped() -> None:
    params = by_turns(("fr", "en"), "the tour")
    assert [one.values for one in params] == [("fr",), ("en",)]
    (today,) = [one.values[0] for one in params if not one.marks]
    assert today == pick(("fr", "en"), "the tour")
    assert [mark.name for one in params for mark in one.marks] == ["long"]


def test_in_turns_every_option_has_one_of_so_many_days() -> None:
    params = in_turns(["a", ("b", 1), "c"], "a family", 2)
    assert [one.values for one in params] == [("a",), ("b", 1), ("c",)]
    turns = [mark.args for one in params for mark in one.marks]
    assert turns == [("a family", number, 2) for number in (0, 1, 0)]
