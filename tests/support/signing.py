"""Sets up an account of the console as its pages do, and signs in with authenticator codes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from hotline.core.actors import AccountRole, Actor, Refused, SignedIn
from hotline.core.context import ConsoleKit
from hotline.duty import service_invitations
from hotline.errors import AccountRefused
from hotline.people import service_sessions, service_welcome
from hotline.people.rules_second_factor import code_at
from hotline.people.service_recovery import RecoverySheet
from hotline.people.service_sessions import Entered
from tests.support.clock import Clock

SERVER = Actor("server")
PASSWORD = "bakire-temuno-gifara"


@dataclass
class Person:
    kit: ConsoleKit
    clock: Clock
    name: str
    account_id: int = 0
    password: str = PASSWORD
    secret: str = field(default="", repr=False)
    sheet: RecoverySheet = field(default_factory=lambda: RecoverySheet((), ""))

    def code(self) -> str:
        """Returns an unused code. Turns the clock to the next one first."""
        self.clock.turn(seconds=30)
        return code_at(self.secret, self.clock())

    def takes_up(self, link: str) -> "Person":
        shown = service_welcome.choose_password(self.kit, link, self.password)
        self.secret = shown.letters.replace("-", "").upper()
        service_welcome.prove_code(self.kit, link, self.code(), shown.browser)
        self.sheet = service_welcome.paper(self.kit, link, shown.browser)
        assert service_welcome.finish(self.kit, link, shown.browser) == self.name
        return self

    def enters(self, known: str = "") -> Entered:
        entered = service_sessions.enter(self.kit, self.name, self.password, self.code(), known)
        assert isinstance(entered, Entered)
        return entered

    def is_refused(self, *, password: str = "", code: str = "", known: str = "") -> Refused:
        refused = service_sessions.enter(
            self.kit, self.name, password or self.password, code or self.code(), known
        )
        assert isinstance(refused, Refused)
        return refused

    def here(self, token: str) -> SignedIn:
        signed_in = service_sessions.look(self.kit, token)
        assert signed_in is not None
        return signed_in


def person(
    kit: ConsoleKit,
    clock: Clock,
    name: str,
    *roles: AccountRole,
    by: Actor = SERVER,
    language: str = "en",
) -> Person:
    """Invites a person and sets up their account."""
    invited = service_invitations.invite(kit, by, name, roles, language)
    return Person(kit, clock, name, invited.account_id).takes_up(invited.link)


def admins(kit: ConsoleKit, clock: Clock, names: Iterable[str]) -> list[Person]:
    """Makes these admins while the command line counts as the second person."""
    return [person(kit, clock, name, AccountRole.ADMIN) for name in names]


def refused(act: Callable[[], object]) -> str:
    """Returns the fault for which an act on an account was refused."""
    with pytest.raises(AccountRefused) as told:
        act()
    return told.value.fault
