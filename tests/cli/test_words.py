import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from click.testing import CliRunner

from hotline.cli.main import main
from hotline.cli.texts import faults, update
from hotline.core.catalogues import LOCALES, catalogue_path, load_phrases
from hotline.core.wording import Template
from hotline.text.errors import NotReady


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LOCALES, tmp_path / "locales"))


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
    done = CliRunner().invoke(main, ["texts", "check"])
    assert (done.exit_code, done.output) == (
        0,
        f"{len(Template)} phrases in 3 languages: all well\n",
    )


UNVERIFIED = "which is not verified: remove the number, or have it verified first"
BAD = {
    None: "not translated",
    "": "not translated",
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
        assert [*faults(locales)] == [f"fr/messages.po: {fault}: {Template.TAKEN}"]


def test_a_flow_that_says_reviewed_and_is_not_is_a_fault(locales: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LOCALES.parent / "flows", tmp_path / "flows"))
    path = folder / "help.yaml"
    path.write_text(path.read_text("utf-8").replace("{rw: draft", "{rw: reviewed"), "utf-8")

    (fault,) = faults(locales, folder)
    assert fault.startswith("help.yaml: says that rw is reviewed, and not every text of it is")


def test_an_unsure_translation_is_a_fault_and_no_phone_shows_it(locales: Path) -> None:
    change(catalogue_path(locales, "fr"), Template.TAKEN, "{ref}: merci.", fuzzy=True)

    assert [*faults(locales)] == [f"fr/messages.po: not translated: {Template.TAKEN}"]
    assert load_phrases(locales).say("fr", Template.TAKEN, ref="K7Q4").endswith("Thank you.")


def test_what_nobody_says_any_more_is_a_fault_until_the_update(locales: Path) -> None:
    change(catalogue_path(locales, "rw"), "Farewell.", "Murabeho.")
    assert [*faults(locales)] == ["rw/messages.po: no longer in the code: Farewell."]
    assert [*update(locales)]
    assert [*faults(locales)] == []
    before = {path: path.read_bytes() for path in locales.rglob("*.po*")}
    assert [*update(locales)]
    assert {path: path.read_bytes() for path in locales.rglob("*.po*")} == before


def test_a_new_language_begins_with_gaps_and_english_with_itself(tmp_path: Path) -> None:
    output = "\n".join(update(tmp_path))

    assert f"en: {len(Template)} of {len(Template)}" in output
    assert f"rw: 0 of {len(Template)}" in output
    assert any(faults(tmp_path))
    assert any(faults(tmp_path / "nowhere"))
    with pytest.raises(NotReady, match="update_texts"):
        load_phrases(tmp_path / "nowhere")


def test_no_break_spaces_of_a_word_processor_are_folded(locales: Path) -> None:
    change(catalogue_path(locales, "fr"), Template.TAKEN, "{ref}\u00a0: pris\u202f!")

    assert load_phrases(locales).say("fr", Template.TAKEN, ref="K7Q4") == "K7Q4 : pris !"
