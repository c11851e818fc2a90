"""Tests that the choices of a screen are read, below and after one another."""

from hotline.emulator.server import choices


def test_choices_stand_under_and_behind_one_another() -> None:
    screen = "Ikibazo?\n1 Akazi ko mu rugo\n5 Ikibazo\n7 English 8 Francais\n0 Subira inyuma\n00 Ahabanza"
    assert choices(screen) == {
        "Akazi ko mu rugo": "1",
        "Ikibazo": "5",
        "English": "7",
        "Francais": "8",
    }
