"""R12: an exercise in the console: marked wherever it is listed, and nobody is late in it."""

from hotline.domain.accounts.account import AccountRole
from tests.console.conftest import Desk
from tests.console.desk_tips import DISTRICT, change, lets_in, man, tell


def test_r12_an_exercise_says_so_in_every_list_and_nobody_is_late_in_it(desk: Desk) -> None:
    man(desk)
    tab = desk.tab(AccountRole.DESK, name="Desk 1")
    lets_in(desk, desk.people["Desk 1"].account_id, DISTRICT)
    tip = tell(desk, minutes=9)
    change(desk, tip, channel="drill")
    row = tab.get("/tips").text
    assert '<span class="tag warn">an exercise</span>' in row
    assert "late" not in row
    page = tab.get(f"/tips/{tip}").text
    assert "An exercise. Nobody is in danger, and nobody need go." in page
    assert "waits 9 minutes" not in tab.get("/").text
