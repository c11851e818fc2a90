"""Tests how an update rewrites a transcript after the flows have changed."""

import pytest

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
