"""Sets up an account of the console as its pages do, and signs in with authenticator codes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from hotline.core.actors import AccountRole, Actor, SignedIn, SignInRefused, account_name_key
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_invitations, service_removal
from hotline.duty.service_invitations import Invited
from hotline.people import service_own_account, service_sessions
from hotline.people.rules_sign_in import code_at
from hotline.people.service_own_account import RecoverySheet
from hotline.people.service_sessions import NewSession
from hotline.text.errors import AccountRefused
from hotline.web.service_approvals import PendingApproval
from tests.support import deciding
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

    # The methods below do what an admin does with the accounts of other people.

    def colleague(self, name: str, *roles: AccountRole) -> "Person":
        """Sets up the account of another person, as the operator of the server does."""
        return person(self.context, self.clock, name, *roles)

    def invites(self, name: str, *roles: AccountRole) -> Invited:
        return service_invitations.invite(self.context, self.actor, name, roles)

    def asks_link(self, one: "Person", reason: str = "lost both") -> Invited:
        return service_invitations.request_link(self.context, self.actor, one.account_id, reason)

    def suspends(self, one: "Person", reason: str = "stolen phone") -> None:
        service_invitations.suspend(self.context, self.actor, one.account_id, reason)

    def lifts(self, one: "Person") -> None:
        service_invitations.lift_suspension(self.context, self.actor, one.account_id)

    def ends(self, one: "Person", reason: str = "left") -> bool:
        """Returns False if the end of the account waits for another admin."""
        return service_removal.end_account(self.context, self.actor, one.account_id, reason)

    def gives(
        self, one: "Person", *roles: AccountRole, reason: str = "other work"
    ) -> frozenset[AccountRole]:
        """Replaces the roles of an account. Returns the roles that wait for another admin."""
        return service_invitations.set_roles(
            self.context, self.actor, one.account_id, roles, reason
        )

    def waits(self, kind: str) -> list[PendingApproval]:
        """Returns the pending approvals of one kind that this person can see."""
        return deciding.waits(self.context, self.signs_in(), kind)

    def decides(self, kind: str, *, approve: bool = True) -> None:
        """Approves or refuses the only pending approval of the given kind."""
        deciding.decides(self.context, self.signs_in(), kind, approve=approve)


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
