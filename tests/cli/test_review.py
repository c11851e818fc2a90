"""`hotline words review`: a sheet out, two people's agreement back in."""

import csv
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from hotline.adapters.catalogues import LOCALES, load_phrases
from hotline.adapters.console_words import console_catalogue_path
from hotline.cli.words.flows import FLOWS
from hotline.cli.words.words import words
from hotline.domain.wording import Template
from hotline.engine.document.source import dump, parse
from hotline.services.words import reading_aids
from hotline.text.languages import CODES
from tests.engine.books import make_document, t

LESSON = "learn.one.say.text"
TAKEN = "locales.TAKEN"
SAVING = {"rw": "Turabika", "fr": "Enregistrement", "en": "Saving"}
"""The one phrase of the desk's console. A shipped one says a thousand, and each is a row to write and to read."""


class Desk:
    """A folder of flows and catalogues, and somebody who types."""

    def __init__(self, root: Path, kind: str = "csv", **changed: Any) -> None:
        self.folder, self.locales = root / "flows", root / "locales"
        self.file = root / f"sheet.{kind}"
        self.folder.mkdir()
        for name, flow in make_document(**changed)["flows"].items():
            text = f"# Kept.\n{dump(flow)}"
            (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        (self.folder / "entries.yaml").write_text('"11": learn\n"90": cases\n')
        shutil.copy(LOCALES.parent / "flows" / "numbers.csv", self.folder)
        shutil.copytree(LOCALES, self.locales)
        for language in CODES:
            said = f'msgid "Saving"\nmsgstr "{SAVING[language]}"\n'
            console_catalogue_path(self.locales, language).write_text(said, encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        ours = ["--folder", str(self.folder), "--locales", str(self.locales)]
        return CliRunner().invoke(words, ["review", *arguments, *ours])

    def states(self) -> dict[str, str]:
        return {row["place"]: row["state"] for row in json.loads(self.run("list", "--json").stdout)}

    def export(self) -> None:
        assert self.run("export", str(self.file)).exit_code == 0

    def take(self, reader: str, **changes: str) -> Result:
        """Agree to the texts at these places (`__` is a dot), with these words; "" leaves them as they are."""
        edit = _edit_workbook if self.file.suffix == ".xlsx" else _edit_csv
        edit(self.file, {place.replace("__", "."): said for place, said in changes.items()})
        return self.run("import", str(self.file), "--reader", reader)

    def lesson(self) -> str:
        learn = parse((self.folder / "learn.yaml").read_text(encoding="utf-8"))
        return str(learn["nodes"]["one"]["say"]["text"]["rw"])


def _edit_csv(file: Path, changes: Mapping[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    for row in rows:
        said = changes.get(row["place"])
        if said is not None:
            row |= {"agreed": "yes", "rw": said or row["rw"]}
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(sheet.getvalue(), encoding="utf-8-sig")


def _edit_workbook(file: Path, changes: Mapping[str, str]) -> None:
    book = load_workbook(file)
    head, *rows = book.worksheets[0].iter_rows()
    columns = {str(cell.value): number for number, cell in enumerate(head)}
    for row in rows:
        said = changes.get(str(row[columns["place"]].value))
        if said is not None:
            row[columns["agreed"]].value = "yes"
            row[columns["rw"]].value = said or row[columns["rw"]].value
    book.save(file)


@pytest.fixture(params=["csv", "xlsx"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    return Desk(tmp_path, request.param)


@pytest.mark.row("A5")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_two_people_make_a_text_reviewed(tmp_path: Path, kind: str) -> None:
    desk = Desk(tmp_path, kind)
    desk.export()
    first = desk.take("One Reader", learn__one__say__text="Isomo rya mbere")
    assert (first.exit_code, desk.states()[LESSON]) == (0, "read")
    assert "1 taken, 1 of them with new words, 0 refused" in first.output
    assert desk.lesson() == "Isomo rya mbere"
    assert (desk.folder / "learn.yaml").read_text().startswith("# Kept.\nflow: learn\n")

    desk.export()
    desk.take("one  reader", learn__one__say__text="")
    assert desk.states()[LESSON] == "read"
    desk.take("Another", learn__one__say__text="")
    assert desk.states()[LESSON] == "reviewed"


@pytest.mark.row("A5")
def test_a_sheet_that_took_its_time_undoes_nothing(desk: Desk) -> None:
    desk.export()
    old = desk.file.read_bytes()
    desk.take("One Reader", learn__one__say__text="Isomo")
    desk.file.write_bytes(old)
    late = desk.take("Another", learn__one__say__text="Ikindi", learn__two__say__text="Isomo")

    assert late.exit_code == 1
    assert f"{LESSON}: the text or its English changed since the sheet was made" in late.stderr
    assert desk.lesson() == "Isomo"
    assert desk.states()["learn.two.say.text"] == "read"


@pytest.mark.parametrize(
    ("place", "said", "reason"),
    [
        (LESSON, "Isomo rya mb\u00eare", "holds \u00ea"),
        (LESSON, "ijambo " * 90, "screens of 156 septets"),
        (LESSON, "Hamagara 3677", "names 3677, which nobody signed"),
        (LESSON, "Abapolisi", 'says "polisi"'),
        (
            "tell.saved.menu.text",
            "Byabitswe mu ibanga",
            'says "ibanga" on a screen of the report',
        ),
        ("tell.last.finish.text", "Ubufasha buraza", 'says "ubufasha buraza" on the last'),
        (TAKEN, "Murakoze.", "needs exactly these placeholders: ref"),
        (TAKEN, "{ref}: abapolisi", 'says "polisi"'),
    ],
)
def test_words_that_cannot_be_shown_are_refused_by_name(
    desk: Desk, place: str, said: str, reason: str
) -> None:
    desk.export()
    refused = desk.take(
        "One Reader", **{place.replace(".", "__"): said, "learn__two__say__text": ""}
    )

    assert (refused.exit_code, desk.states()[place]) == (1, "draft")
    assert f", {place}: " in refused.stderr
    assert reason in refused.stderr
    assert desk.states()["learn.two.say.text"] == "read", "the others are taken"


def test_last_screens_change_together_or_not_at_all(tmp_path: Path) -> None:
    lesson = {
        "one": {"say": {"text": t("x"), "goes": "end"}},
        "end": {"finish": {"text": t("Goodbye")}},
    }
    desk = Desk(tmp_path, learn=lesson)
    desk.export()
    for alone in ("learn__end__finish__text", "tell__last__finish__text"):
        refused = desk.take("One Reader", **{alone: "Murabeho", "learn__one__say__text": "Isomo"})
        assert refused.exit_code == 1
        assert "can be told from the others" in refused.stderr
        assert desk.states()["learn.one.say.text"] == "read"
        desk.file.unlink()
        desk.export()

    both = dict.fromkeys(("learn__end__finish__text", "tell__last__finish__text"), "Murabeho")
    assert desk.take("One Reader", **both).exit_code == 0


def test_a_phrase_of_the_code_goes_into_its_catalogue(desk: Desk) -> None:
    desk.export()
    assert desk.take("One Reader", locales__TAKEN="{ref}: urabifashe.").exit_code == 0
    said = load_phrases(desk.locales).say("rw", Template.TAKEN, ref="K7Q4")
    assert (said, desk.states()[TAKEN]) == ("K7Q4: urabifashe.", "read")


def test_a_file_says_reviewed_while_all_of_it_is(desk: Desk) -> None:
    def head() -> str:
        learn = parse((desk.folder / "learn.yaml").read_text(encoding="utf-8"))
        return str(learn["review"]["rw"])

    desk.export()
    both = {"learn__one__say__text": "", "learn__two__say__text": ""}
    desk.take("One Reader", **both)
    assert head() == "draft"
    desk.take("Another", **both)
    assert head() == "reviewed"

    path = desk.folder / "learn.yaml"
    path.write_text(path.read_text().replace("Second lesson rw", "Isomo"))
    assert desk.states()["learn.two.say.text"] == "stale"
    desk.export()
    desk.take("One Reader", learn__two__say__text="")
    assert head() == "draft"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"agreed": "perhaps"}, "write yes into `agreed`, or leave it empty"),
        ({"agreed": "yes", "rw": " "}, "has no words"),
        ({"agreed": "yes", "place": "learn.gone.say.text"}, "no such text"),
    ],
)
def test_a_row_that_is_wrong_says_why(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    desk = Desk(tmp_path)
    desk.export()
    head, row, *_ = csv.reader(io.StringIO(desk.file.read_text(encoding="utf-8-sig")))
    wrong = {**dict(zip(head, row, strict=True)), **cells}
    desk.file.write_text(",".join(head) + "\n" + ",".join(wrong[name] for name in head) + "\n")
    refused = desk.run("import", str(desk.file), "--reader", "One Reader")
    assert refused.exit_code == 1
    assert "line 2, " in refused.stderr
    assert reason in refused.stderr


def test_the_sheet_shows_place_letters_left_and_doubts() -> None:
    shipped = CliRunner().invoke(words, ["review", "export", "-"])
    rows = {row["place"]: row for row in csv.DictReader(io.StringIO(shipped.stdout))}
    assert rows["report.last.finish.text"]["rw"] == "Murakoze. Murabeho."
    assert rows["report.last.finish.text"]["letters left"] == str(150 - len("Murakoze. Murabeho."))
    assert "B: simbizi (I don't know)" in rows["report.danger.menu.choices.2.label"]["doubts"]
    assert "HAGARIKA" in rows["report.saved.menu.text"]["question"]
    assert all(int(row["letters left"]) >= 0 for row in rows.values())


def test_each_question_of_a_careful_reader_is_of_a_text_that_is_there() -> None:
    listed = CliRunner().invoke(words, ["review", "list", "--json"])
    places = {row["place"] for row in json.loads(listed.stdout)}
    assert {place for place, _ in reading_aids.read_questions(FLOWS)} <= places


@pytest.mark.parametrize(
    "name",
    ["more", "back", "home", "invalid", "invalid_short", "closed"],
)
def test_the_engine_s_own_words_are_read_too_and_changed_by_nobody_else(
    desk: Desk, name: str
) -> None:
    desk.export()
    place = f"engine__{name}"
    assert desk.take("One Reader", **{place: ""}).exit_code == 0
    assert desk.states()[f"engine.{name}"] == "read"

    desk.export()
    refused = desk.take("Another", **{place: "Ikindi"})
    assert refused.exit_code == 1
    assert f"engine.{name}: 'Ikindi' is for the programmer" in refused.stderr
    assert desk.states()[f"engine.{name}"] == "read"


def test_a_formula_in_a_workbook_is_refused_by_its_cell(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "xlsx")
    desk.export()
    refused = desk.take("One Reader", learn__one__say__text="=1+1")
    assert refused.exit_code == 1
    assert "is a formula" in str(refused.exception)
    assert desk.states()[LESSON] == "draft"


@pytest.mark.parametrize("raw", [b"PK", b"PK\x03\x04 nothing", b"\xff\xfe\x00"])
def test_what_is_no_sheet_is_refused_and_changes_nothing(tmp_path: Path, raw: bytes) -> None:
    desk = Desk(tmp_path, "xlsx")
    desk.file.write_bytes(raw)
    refused = desk.run("import", str(desk.file), "--reader", "One Reader")
    assert refused.exit_code == 1
    assert ".xlsx" in refused.output + str(refused.exception)
    assert desk.states()[LESSON] == "draft"
