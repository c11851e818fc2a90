"""Tests how transcripts are read, run and written."""

import pytest

from hotline.flows.conversation import Place
from tests.flows.books import make_book
from tests.transcripts.transcript import read, record, rekeyed

BOOK = make_book()
TEXT = """\
flow tell   lang rw
with reporting
# hangs up after the landmark

> *dial*
! FlowEntered front
| Welcome rw
| 1 Learn rw
| 5 Problem rw
| 7 English
| 8 Francais
> 5
! FlowEntered tell
| Danger? rw
| 1 Yes rw
| 2 No rw
| Nobody asks a name rw
| 0 Subira inyuma
| 00 Ahabanza
> 2
! Answered danger=no
| Where? rw
| 1 Province 1
| 2 Province 2
| 3 Not sure rw
| 0 Subira inyuma
| 00 Ahabanza
> 3
! Answered province=unsure
| How many? rw
| 0 Subira inyuma
| 00 Ahabanza
> 2
! Answered many=2
! Completed tip
| Saved rw
| 1 Finish rw
| 2 Landmark rw
| 0 Subira inyuma
| 00 Ahabanza
> 2
| Landmark? rw
| 0 Skip rw
| 00 Ahabanza
> by the *church*
! Answered landmark=by the *church*
! Finished
| Goodbye rw
# END
"""


def test_a_transcript_is_written_as_it_was_read() -> None:
    recording = record(BOOK, read(TEXT))

    assert recording.text == TEXT
    assert recording.language == "rw"
    assert Place("tell", "last") in recording.passed
    assert Place("front", "problem") in recording.passed, "a call counts as passed"
    assert recording.screens[-1].ends


def test_only_what_is_keyed_is_the_editors() -> None:
    bare = "\n".join(line for line in TEXT.splitlines() if line[:2] not in {"! ", "| "})
    assert record(BOOK, read(bare.replace("# END", ""))).text == TEXT


@pytest.mark.parametrize(
    ("begins", "ends"), [("> 2\n| Landmark?", "> by"), ("! Answered danger=no", "! Answered prov")]
)
def test_an_update_adds_the_key_of_a_new_screen_or_a_new_menu(begins: str, ends: str) -> None:
    before = TEXT[: TEXT.index(begins)] + TEXT[TEXT.index(ends) :]
    assert record(BOOK, rekeyed(BOOK, read(before), before)).text == TEXT


def test_an_update_keeps_the_keys_of_what_no_longer_happens() -> None:
    before = TEXT.replace("many=2", "many=9")
    assert record(BOOK, rekeyed(BOOK, read(before), before)).text == TEXT


def test_an_entry_digits_dialled_ahead_and_lists_of_the_session() -> None:
    learn = record(BOOK, read("flow learn lang rw\n> *dial*11*9\n> 0\n"))
    assert "! TopicRead lesson\n| Second lesson rw" in learn.text
    cases = read("flow cases lang rw\nwith cases\nlist my_cases K7Q4 H3ND\n\n> *dial*90\n> 2\n")
    assert "| 1 K7Q4\n| 2 H3ND\n" in record(BOOK, cases).text
    assert "! Answered case=H3ND\n! Finished" in record(BOOK, cases).text
    assert "! FlowEntered tell" not in record(BOOK, read("flow tell lang rw\n> *dial*5*1")).text


def test_an_empty_key_and_a_language_are_written() -> None:
    text = record(BOOK, read("flow front lang en\n> *dial*\n>\n> 7\n")).text
    assert ">\n| Ibyo uhisemo sibyo. Kanda 1, 7, 8.\n" in text
    assert "> 7\n! LanguageChosen en\n| Welcome en\n" in text


@pytest.mark.parametrize(
    "text", ["", "flow x\n> *dial*", "flow x lang sw\n> *dial*", "flow x lang rw\n> 1"]
)
def test_what_is_no_transcript_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line|key"):
        read(text)
