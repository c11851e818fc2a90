"""Shows ten situations of the hotline on a handset in a browser. With `--save-pictures`, the test saves pictures of
these situations in docs/screens.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.keypad import Phone

pytestmark = pytest.mark.browser

CODE = "*384*777#"
FOLDER = Path(__file__).parents[2] / "docs" / "screens"

Keep = Callable[[Phone, str], None]


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Keep:
    """Returns a function that saves a picture of a phone, if `--save-pictures` is set."""
    asked = request.config.getoption("--save-pictures", default=False)

    def keep(phone: Phone, name: str) -> None:
        if asked:
            FOLDER.mkdir(exist_ok=True)
            phone.root.locator(".lcd").screenshot(
                path=FOLDER / f"{name}.png", animations="disabled", caret="hide"
            )

    return keep


def test_ten_screens(page: Page, keep: Keep) -> None:
    citizen, responder = Phone(page, "citizen"), Phone(page, "responder")

    citizen.dial(CODE)
    citizen.shows("Akazi gatekanye")
    keep(citizen, "01-front")
    citizen.reply("1", "Mbere yo kugenda")
    keep(citizen, "02-work-abroad")
    citizen.reply("00", "Akazi gatekanye")
    citizen.reply("4", "Uburenganzira")
    keep(citizen, "03-rights")
    citizen.reply("3", "Ibimenyetso")
    keep(citizen, "04-warning-signs")
    citizen.reply("00", "Akazi gatekanye")
    for key, shows in (("4", "Uburenganzira"), ("4", "Isuzume"), ("1", "1 ")):
        citizen.reply(key, shows)
    keep(citizen, "05-quiz")

    citizen.reply("00", "Akazi gatekanye")
    citizen.reply("5", "Hari uri mu kaga ubu?")
    keep(citizen, "06-danger")
    citizen.reply("1", "Hari umuyobozi")
    citizen.reply("2", "112")
    keep(citizen, "07-where")
    citizen.reply("1", "Akarere?")
    citizen.reply("3", "Byoherejwe.")
    keep(citizen, "08-passed-on")
    responder.shows("1 new message", within=5)
    responder.act("left")
    responder.shows("byihutirwa")
    keep(responder, "09-alert")
    for key, shows in (
        ("1", "Ni iki?"),
        ("1", "Ni nde"),
        ("3", "Abafasha bashobora kuhaza?"),
        ("3", "Byabitswe."),
    ):
        citizen.reply(key, shows)
    keep(citizen, "10-saved")
