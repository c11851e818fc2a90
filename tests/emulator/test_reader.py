"""Tests that a simulated caller who reads the screens finds a label on any page of a screen."""

from dataclasses import dataclass, field

import pytest

from hotline.emulator.server import choices
from tests.faults.reading import LabelMissing, choose


@dataclass
class Pages:
    """A menu of several pages that records the pressed keys."""

    pages: list[str]
    pressed: list[str] = field(default_factory=list)

    @property
    def screen(self) -> str:
        return self.pages[0]

    def reply(self, text: str) -> None:
        self.pressed.append(text)
        if text == "9":
            self.pages.pop(0)


def test_choices_stand_under_and_behind_one_another() -> None:
    screen = "Ikibazo?\n1 Akazi ko mu rugo\n5 Ikibazo\n7 English 8 Francais\n0 Subira inyuma\n00 Ahabanza"
    assert choices(screen) == {
        "Akazi ko mu rugo": "1",
        "Ikibazo": "5",
        "English": "7",
        "Francais": "8",
    }


def test_more_is_pressed_until_the_label_is_there() -> None:
    menu = Pages(["Akarere?\n1 Gasabo\n9 Komeza", "1 Kicukiro\n2 Nyarugenge"])
    choose(menu, "Nyarugenge")
    assert menu.pressed == ["9", "2"]


def test_a_label_that_is_nowhere_is_said_so() -> None:
    with pytest.raises(LabelMissing):
        choose(Pages(["Akarere?\n1 Gasabo\n9 Komeza", "1 Kicukiro"]), "Huye")
