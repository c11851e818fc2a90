"""Runs a story in the console and files a tip. After that, no file of the hotline may contain a secret in plain text.

The search looks for each secret in the same encodings as the search of the fault tests.
"""

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pyrage.x25519 import Identity

from hotline.core.actors import AccountRole
from hotline.duty import service_invitations
from hotline.operations.service_backup import take_backup
from hotline.people.rules_sign_in import STEP_SECONDS, code_at, plain_typed
from tests.browser.office import (
    Office,
    comes_to_read,
    proposes,
    publishes,
    takes_up_the_account,
    writes,
)
from tests.console.hands import Hands
from tests.faults.canary import Search, number_forms, written_forms
from tests.support.callers import QUIET_HERE, REST, told
from tests.support.signing import SERVER, Person

pytestmark = pytest.mark.browser

TITLE = "Fees abroad"
WRITTEN = {
    "rw": "Ntukishyure kugira ngo ubone akazi.",
    "en": "Never pay to get a job.",
    "fr": "Ne payez jamais pour un emploi.",
}
"""The new text in all three languages. If only the English text were new, the page would ask the editor to tick a
checkbox before submission."""
TOLD = "umucuruzi witwa kanyoni"
"""Words that only the caller of this story writes."""
LANDMARK = "3"
"""After a tip is saved, the caller presses this digit to add text."""
COOKIES = 2


@dataclass
class SeenSecrets:
    """The secrets that were typed or shown, by name."""

    of: dict[str, str] = field(default_factory=dict)
    factors: list[str] = field(default_factory=list)

    def keeps(self, whose: str, **secrets: str) -> None:
        self.of |= {f"{what} of {whose}": secret for what, secret in secrets.items()}

    def keeps_session(self, whose: str, page: Page) -> None:
        cookies = {one["name"]: one["value"] for one in page.context.cookies()}
        assert len(cookies) == COOKIES
        form_key = page.locator("[name=form_key]").first.get_attribute("value")
        assert form_key
        self.keeps(whose, form_key=form_key, **cookies)

    def keeps_paper(self, whose: str, printed: list[str]) -> None:
        for number, code in enumerate(printed):
            self.keeps(
                whose, **{f"paper {number}": code, f"bare paper {number}": plain_typed(code)}
            )

    @property
    def needles(self) -> dict[str, bytes]:
        found = {f"words of the tip as {how}": form for how, form in written_forms(TOLD).items()}
        for what, secret in self.of.items():
            found |= {f"{what} as {how}": form for how, form in written_forms(secret).items()}
        return found

    def codes(self, begin: datetime, end: datetime) -> set[str]:
        """Returns every code of the authenticator that is valid at some time between `begin` and `end`."""
        steps = int((end - begin).total_seconds()) // STEP_SECONDS + 2
        times = [begin + timedelta(seconds=STEP_SECONDS * step) for step in range(steps)]
        return {code_at(secret, at) for secret in self.factors for at in times}


@pytest.mark.row("A10")
def test_after_a_story_no_file_of_the_line_holds_a_secret_of_it(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    begin, seen = office.desk.clock(), SeenSecrets()
    caller = told(office.line, *QUIET_HERE, *REST, LANDMARK, TOLD)
    assert TOLD in office.line.read(office.line.tip).values()
    with office.hands() as hands:
        comes(office, hands, seen, "Editor 7", AccountRole.EDITOR)
        hands.page.goto("/changes/new?flow=abroad")
        hands.types("Title", TITLE)
        hands.presses("Start draft")
        writes(hands, WRITTEN)
        hands.opens(TITLE)
        proposes(hands)
    with office.hands() as hands:
        comes(office, hands, seen, "Approver 7", AccountRole.APPROVER)
        comes_to_read(hands, TITLE)
        publishes(hands)

    takes_a_backup(office, tmp_path)
    log = caplog.text
    (tmp_path / "log").write_text(log, encoding="utf-8")
    search = Search((tmp_path,), seen.needles | number_forms(caller.msisdn))
    search.once()
    assert sorted(search.found) == []
    shown = seen.codes(begin, office.desk.clock())
    assert shown.isdisjoint(re.findall(r"(?<![0-9A-Za-z])\d{6}(?![0-9A-Za-z])", log))
    database = b"".join(path.read_bytes() for path in tmp_path.glob("hotline.db*"))
    assert TITLE.encode() in database, "what is no secret is found"


def comes(office: Office, hands: Hands, seen: SeenSecrets, name: str, role: AccountRole) -> None:
    """Completes an account through a link, resets its lost password with the printed sheet and signs in. The function
    records every secret that was shown."""
    context = office.desk.context
    invited = service_invitations.invite(context, SERVER, name, [role], office.language)
    person = Person(context, office.desk.clock, name, invited.account_id)
    person.password = f"gihombo-{role.value[::-1]}-tumba"
    printed = takes_up_the_account(hands, person, f"/welcome/{invited.link}")
    seen.keeps_paper(name, printed)
    seen.keeps(name, link=invited.link, password=person.password, factor=person.secret)
    seen.factors.append(person.secret)
    hands.signs_in(person)
    seen.keeps_session(f"{name}'s first session", hands.page)

    hands.presses("Sign out", within="header")
    hands.follows("Reset password")
    person.password = f"{person.password}-bikari"
    hands.types("Name", name)
    hands.types("Recovery key", printed[-1])
    hands.types("Code", printed[0])
    hands.types("New password", person.password)
    hands.presses("Save new password")
    hands.is_titled("Sign in")
    hands.signs_in(person)
    seen.keeps(name, new_password=person.password)
    seen.keeps_session(f"{name}'s second session", hands.page)


def takes_a_backup(office: Office, folder: Path) -> None:
    taken = folder / "a.age"
    take_backup(
        office.desk.context.database,
        taken,
        at=office.desk.context.now(),
        recipients=[str(Identity.generate().to_public())],
        signing_key=bytes(32),
        release="0",
        scratch=folder,
        say=print,
    )
    assert taken.stat().st_size
