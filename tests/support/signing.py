"""Sets up an account of the console as its pages do, and signs in with authenticator codes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from hotline.core.actors import AccountRole, Actor, SignedIn, SignInRefused, account_name_key
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_invitations
from hotline.people import service_own_account, service_sessions
from hotline.people.rules_sign_in import code_at
from hotline.people.service_own_account import RecoverySheet
from hotline.people.service_sessions import NewSession
from hotline.text.errors import AccountRefused
from tests.support.clock import Clock

SERVER = Actor("server")
PASSWORD = "bakire-temuno-gifara"


@dataclass
class Person:
    context: ConsoleContext
    clock: Clock
    name: str
    account_id: int = 0
    password: str = PASSWORD
    secret: str = field(default="", repr=False)
    sheet: RecoverySheet = field(default_factory=lambda: RecoverySheet((), ""))

    @property
    def actor(self) -> Actor:
        return Actor(self.name, self.account_id)

    def signs_in(self) -> SignedIn:
        return self.enters().signed_in

    def code(self) -> str:
        """Moves the clock 30 seconds forward, and returns the authenticator code of the new time, which is still
        unused."""
        self.clock.turn(seconds=30)
        return code_at(self.secret, self.clock())

    def takes_up(self, link: str) -> "Person":
        shown = service_own_account.choose_password(self.context, link, self.password)
        self.secret = shown.letters.replace("-", "").upper()
        service_own_account.prove_code(self.context, link, self.code(), shown.browser)
        self.sheet = service_own_account.new_sheet(self.context, link, shown.browser)
        label = service_own_account.finish(self.context, link, shown.browser)
        assert account_name_key(label) == account_name_key(self.name), "the name to sign in with"
        return self

    def enters(self, known: str = "") -> NewSession:
        entered = service_sessions.sign_in(
            self.context, self.name, self.password, self.code(), known
        )
        assert isinstance(entered, NewSession)
        return entered

    def is_refused(self, *, password: str = "", code: str = "", known: str = "") -> SignInRefused:
        refused = service_sessions.sign_in(
            self.context, self.name, password or self.password, code or self.code(), known
        )
        assert isinstance(refused, SignInRefused)
        return refused

    def here(self, token: str) -> SignedIn:
        signed_in = service_sessions.find_session(self.context, token)
        assert signed_in is not None
        return signed_in


def person(
    context: ConsoleContext,
    clock: Clock,
    name: str,
    *roles: AccountRole,
    by: Actor = SERVER,
    language: str = "en",
) -> Person:
    """Invites a person and sets up their account."""
    invited = service_invitations.invite(context, by, name, roles, language)
    return Person(context, clock, name, invited.account_id).takes_up(invited.link)


def admins(context: ConsoleContext, clock: Clock, names: Iterable[str]) -> list[Person]:
    """Creates an admin for each of these names. The command line approves each admin as the second person."""
    return [person(context, clock, name, AccountRole.ADMIN) for name in names]


def refused(act: Callable[[], object]) -> str:
    """Returns the reason why a command on an account was refused."""
    with pytest.raises(AccountRefused) as told:
        act()
    return told.value.fault
