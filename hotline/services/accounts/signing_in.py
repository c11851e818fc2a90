"""Signing in: a name, a password and a code on one page. The answer to all that is wrong is one and the same."""

from dataclasses import replace

from hotline.domain.accounts.account import Actor, Refused
from hotline.ports import ConsoleKit
from hotline.services.accounts import known_browsers, sessions
from hotline.services.accounts.proving import by_password, prove
from hotline.services.accounts.sessions import Entered
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.database import Session
from hotline.store.desk import audit


def enter(
    kit: ConsoleKit, name: str, password: str, code: str, known: str = "", *, network: str = ""
) -> Entered | Refused:
    """Opens a session; `code` is an authenticator's, or one of those on paper.

    `known` is `Entered.known` of an earlier sign-in by this browser. `network` limits strangers.
    """

    def begin(session: Session, account: ConsoleAccount, private_key: bytes) -> Entered:
        entered = sessions.begin(session, kit, account, private_key)
        actor = audit.by_actor(Actor(account.shown, account.id))
        audit.append(session, at=kit.now(), actor=actor, action="account_entered")
        return replace(entered, known=known_browsers.mark(kit, name, known))

    entrant = known_browsers.entrant(kit, name, known, network)
    return prove(kit, name, code, by_password(kit, password), begin, entrant=entrant)
