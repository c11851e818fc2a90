"""Tests that the choices of a screen are read, below and after one another."""

from hotline.emulator.server import choices


def test_choices_are_read_from_lines_and_columns() -> None:
    screen = "Ikibazo?\n1 Akazi ko mu rugo\n5 Ikibazo\n7 English 8 Francais\n0 Subira inyuma\n00 Ahabanza"
    assert choices(screen) == {
        "Akazi ko mu rugo": "1",
        "Ikibazo": "5",
        "English": "7",
        "Francais": "8",
    }
