import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from click.testing import CliRunner

from hotline.cli.main import main
from hotline.cli.texts import text_faults as faults
from hotline.core.catalogues import LOCALES, catalogue_path, load_phrases
from hotline.core.wording import Template
from hotline.text.errors import NotReady
from tools.update_texts import update


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LOCALES, tmp_path / "locales"))


def run(command: str, locales: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["texts", command, "--locales", str(locales)])
    return done.exit_code, done.output


def change(path: Path, phrase: str, text: str | None, *, fuzzy: bool = False) -> None:
    """Replaces the translation of one message in a catalogue. With None, it deletes the message."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    if text is None:
        catalogue.delete(phrase)
    else:
        message = catalogue.get(phrase) or catalogue.add(phrase)
        message.string = text
        message.flags |= {"fuzzy"} if fuzzy else set()
    with path.open("wb") as file:
        write_po(file, catalogue)


def test_the_projects_own_catalogues_are_whole() -> None:
    assert run("check", LOCALES) == (0, f"{len(Template)} phrases in 3 languages: all well\n")


UNVERIFIED = "which is not verified: remove the number, or have it verified first"
BAD = {
    None: "missing",
    "": "missing",
    "Merci.": "use exactly these placeholders: ref",
    "{ref} {place}: merci.": "use exactly these placeholders: ref",
    "{ref}: bien re\u00e7u.": "a basic phone cannot show ç (U+00E7): use c",
    "{ref}: " + "merci " * 30: "the text is longer than one SMS: shorten the text",
    "{ref}: la police, merci.": 'the text contains "police", which anyone who holds the phone could read:'
    ' use other words. Instead of "police", write "une autorité"',
    "{ref}: appelez le 37 77.": f"the text contains 3777, {UNVERIFIED}",
    "{ref}: appelez le 3677.": f"the text contains 3677, {UNVERIFIED}",
}


def test_a_bad_translation_is_a_fault(locales: Path) -> None:
    for text, fault in BAD.items():
        change(catalogue_path(locales, "fr"), Template.TAKEN, text)
        assert run("check", locales) == (1, f"fr: TAKEN: {fault}\n")


def test_a_flow_that_says_reviewed_and_is_not_is_a_fault(locales: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LOCALES.parent / "flows", tmp_path / "flows"))
    path = folder / "help.yaml"
    path.write_text(path.read_text("utf-8").replace("{rw: draft", "{rw: reviewed"), "utf-8")

    (fault,) = faults(locales, folder)
    assert fault.startswith("help.yaml: says that rw is reviewed, and not every text of it is")


def test_a_fuzzy_translation_is_a_fault_and_is_not_said(locales: Path) -> None:
    change(catalogue_path(locales, "fr"), Template.TAKEN, "{ref}: merci.", fuzzy=True)

    code, output = run("check", locales)

    assert (code, "fuzzy" in output) == (1, True)
    assert load_phrases(locales).say("fr", Template.TAKEN, ref="K7Q4").endswith("Thank you.")


def test_what_nobody_says_any_more_is_a_fault_until_the_update(locales: Path) -> None:
    change(catalogue_path(locales, "rw"), "Farewell.", "Murabeho.")
    assert run("check", locales) == (1, "rw: the code has no such text any more: Farewell.\n")
    assert [*update(locales)]
    assert run("check", locales)[0] == 0
    before = {path: path.read_bytes() for path in locales.rglob("*.po*")}
    assert [*update(locales)]
    assert {path: path.read_bytes() for path in locales.rglob("*.po*")} == before


def test_a_new_language_begins_with_gaps_and_english_with_itself(tmp_path: Path) -> None:
    output = "\n".join(update(tmp_path))

    assert f"en: {len(Template)} of {len(Template)}" in output
    assert f"rw: 0 of {len(Template)}" in output
    assert run("check", tmp_path)[0] == run("check", tmp_path / "nowhere")[0] == 1
    with pytest.raises(NotReady, match="update_texts"):
        load_phrases(tmp_path / "nowhere")


def test_no_break_spaces_of_a_word_processor_are_folded(locales: Path) -> None:
    change(catalogue_path(locales, "fr"), Template.TAKEN, "{ref}\u00a0: pris\u202f!")

    assert load_phrases(locales).say("fr", Template.TAKEN, ref="K7Q4") == "K7Q4 : pris !"
