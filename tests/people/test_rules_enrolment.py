"""Tests a file of responders: accepted if every row is good, or refused with every wrong line and its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.people.rules import COLUMNS, EnrolmentRow, Level, demo_responders, read_responders
from hotline.text.errors import ImportRefused
from hotline.text.places import Category

HEADER = ",".join(COLUMNS)
GOOD = "Gasabo 1,+250788000001,rw,responder,Gasabo,"


def file(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def refusals(text: str) -> tuple[str, ...]:
    with pytest.raises(ImportRefused) as told:
        read_responders(text)
    return told.value.problems


def test_valid_row_is_read() -> None:
    row = "Gasabo 1, 0788 000 001 ,fr,deputy,gasabo; Nyarugenge,child_work;labour"

    assert read_responders(file(row)) == [
        EnrolmentRow(
            line=2,
            name="Gasabo 1",
            msisdn="+250788000001",
            languages=("fr",),
            desks={"11": Level.DEPUTY, "12": Level.DEPUTY},
            categories=(Category.LABOUR, Category.CHILD_WORK),
        )
    ]


def test_row_has_several_languages_and_levels_by_district() -> None:
    (row,) = read_responders(file("Gasabo 1,0788000001,rw;en,responder,Gasabo=deputy;Nyarugenge,"))

    assert row.languages == ("rw", "en")
    assert row.desks == {"11": Level.RESPONDER, "12": Level.DEPUTY}
    assert (row.language, row.level, row.districts) == ("rw", Level.DEPUTY, ("11", "12"))


def test_empty_districts_and_categories_mean_all() -> None:
    (row,) = read_responders(file("Desk 1,0788000001,en,national,,"))

    assert (row.districts, row.categories) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + file(GOOD),
        file(GOOD).replace("\n", "\r\n"),
        file(GOOD).replace(",", ";"),
        file(GOOD) + "\n,,,,,\n\n",
        file('"Gasabo 1","+250788000001","rw","responder","Gasabo",""'),
        HEADER.upper() + "\n" + GOOD,
        "categories,districts,level,language,msisdn,name\n,Gasabo,responder,rw,0788000001,Gasabo 1",
    ],
    ids=["BOM", "CRLF", "semicolons", "empty lines", "quotes", "capitals", "another order"],
)
def test_spreadsheet_file_is_read(text: str) -> None:
    (row,) = read_responders(text)

    assert (row.name, row.msisdn, row.districts) == ("Gasabo 1", "+250788000001", ("12",))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",0788000001,rw,responder,,", "line 2: name:"),
        ("G\x07,0788000001,rw,responder,,", "line 2: name:"),
        ("G,+25078800001,rw,responder,,", "line 2: msisdn: this is not a Rwandan phone number"),
        ("G,+254712345678,rw,responder,,", "line 2: msisdn:"),
        ("G,,rw,responder,,", "line 2: msisdn:"),
        ("G,0788000001,sw,responder,,", "line 2: language: Enter one or more of rw, en, fr"),
        ("G,0788000001,rw,boss,,", "line 2: level: Enter one of responder, deputy"),
        ("G,0788000001,rw,responder,Gasbo,", "line 2: districts: There is no district 'Gasbo'"),
        ("G,0788000001,rw,responder,12,", "line 2: districts: There is no district (not shown)"),
        (
            "G,0788000001,rw,responder,,slavery",
            "line 2: categories: There is no category 'slavery'",
        ),
        ("G,0788000001,rw,responder,", "line 2: This row has 5 cells, but needs 6."),
        ('G,"0788000001,rw,responder,,', "line 2: "),
    ],
)
def test_invalid_row_is_refused_with_line_and_reason(row: str, reason: str) -> None:
    (told,) = refusals(file(row))

    assert told.startswith(reason)


def test_all_faults_are_listed_in_order_of_lines() -> None:
    found = refusals(file(GOOD, "G,1,xx,boss,Nowhere,nothing", GOOD, "too,short"))

    assert [line.split(": ")[0:2] for line in found] == [
        ["line 3", "language"],
        ["line 3", "level"],
        ["line 3", "msisdn"],
        ["line 3", "districts"],
        ["line 3", "categories"],
        ["line 4", "name"],
        ["line 4", "msisdn"],
        ["line 5", "This row has 2 cells, but needs 6."],
    ]


def test_duplicate_number_is_refused_in_each_format() -> None:
    found = refusals(file(GOOD, "Gasabo 2,0788 000 001,rw,responder,Gasabo,"))

    assert found == ("line 3: msisdn: Line 2 has the same phone number. Remove one line.",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: The column name is missing."),
        ("name,language,level,districts,categories\n", "line 1: The column msisdn is missing."),
        (HEADER + ",name\n", "line 1: The column name is there twice."),
        (HEADER + ",mobile\n", "line 1: The column 'mobile' is not known."),
        (HEADER + "\n", "line 1: The file has no rows. Add at least one person."),
    ],
)
def test_file_without_columns_is_refused(text: str, reason: str) -> None:
    assert any(one.startswith(reason) for one in refusals(text))


def test_refusals_and_repr_show_no_number() -> None:
    other = file("+250788000001,Gasabo 1,rw,+250788000001,+250788000001,+250788000001")
    assert "788" not in f"{refusals(GOOD)} {refusals(other)} {read_responders(file(GOOD))!r}"


cells = st.sampled_from(
    [*COLUMNS, *Level, *Category, "rw", "0788000001", "Gasabo", *';,"\n\r\x00\ufeff']
)


@given(st.one_of(st.text(), st.lists(cells).map(",".join), st.lists(cells).map("".join)))
def test_any_file_is_read_or_refused_by_line(text: str) -> None:
    for whole in (text, file(text)):
        try:
            told = [row.line for row in read_responders(whole)]
        except ImportRefused as refused:
            told = [line.startswith("line ") for line in refused.problems]
        assert all(told)
        assert told


def test_demo_enrols_two_per_district_and_a_national_desk() -> None:
    people = read_responders(demo_responders())

    assert len(people) == 62
    by_district = [row.districts for row in people if row.level is Level.RESPONDER]
    assert len(set(by_district)) == 30
    assert all(by_district.count(one) == 2 for one in by_district)
    assert [row.level for row in people if not row.districts] == [Level.NATIONAL] * 2
    assert demo_responders() == demo_responders()
