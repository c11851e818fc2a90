"""A password that was lost: the key on paper and a code keep the pair, and with it what it reads.

Without the key on paper, only an admin's new link helps, and that makes a new pair.

The sheet on paper: ten codes that stand in for an authenticator, and the key that keeps the pair.
"""

import secrets
from dataclasses import dataclass, field

from nacl.utils import random

from hotline.domain.accounts.account import Refused
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.passwords import form_fault, is_common
from hotline.domain.accounts.second_factor import PAPER_CODES, paper_code, plain, recovery_key
from hotline.ports import ConsoleKit
from hotline.sealing.accounts.account_keys import (
    PAPER_COSTS,
    nobodys_envelope,
    open_by_paper,
    wrap_under_paper,
    wrap_under_password,
)
from hotline.services.accounts.proving import log_own, owner, paper_digest, prove
from hotline.services.accounts.sessions import entrant as entrant_of
from hotline.store.accounts import accounts, sessions
from hotline.store.accounts.accounts import CodeKind, ConsoleAccount
from hotline.store.database import Session

KEY_BYTES = 32


def reset_password(
    kit: ConsoleKit,
    name: str,
    recovery_key: str,
    code: str,
    password: str,
    known: str = "",
    *,
    network: str = "",
) -> Refused | None:
    """Put a new password in the place of one that was lost; every session ends. Raises AccountRefused.

    A name without an account costs the same stretch as one that has an account.
    """
    wrong = form_fault(password, name)
    if wrong is not None:
        raise refusal(wrong)
    wrapped = b""

    def opens(account: ConsoleAccount | None) -> bytes | None:
        nonlocal wrapped
        held = account.recovery_key if account is not None else None
        bound = owner(account.id) if account is not None else ""
        envelope = held or nobodys_envelope(PAPER_COSTS)
        private_key = open_by_paper(envelope, plain(recovery_key), account=bound)
        # Weighed for the right key alone: it is dear, and strangers come here.
        if private_key is not None and is_common(password, name):
            raise refusal(AccountFault.COMMON_PASSWORD)
        kept = private_key or random(KEY_BYTES)
        wrapped = wrap_under_password(kept, password, account=bound, costs=kit.proofs.costs)
        return private_key

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.wrapped_key = wrapped
        sessions.end_of(session, account.id)
        log_own(session, kit, account, "account_password_recovered")

    entrant = entrant_of(kit, name, known, network)
    return prove(kit, name, code, opens, change, entrant=entrant)


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """Shown once, to be printed: nothing keeps it."""

    codes: tuple[str, ...] = field(repr=False)
    key: str = field(repr=False)


def make_sheet(
    session: Session, kit: ConsoleKit, account: ConsoleAccount, private_key: bytes
) -> RecoverySheet:
    """Returns a new sheet; the one before is good for nothing from now on."""
    codes = tuple(paper_code(secrets.choice) for _ in range(PAPER_CODES))
    key = recovery_key(secrets.choice)
    account.recovery_key = wrap_under_paper(private_key, plain(key), account=owner(account.id))
    accounts.forget_codes(session, account.id, CodeKind.RECOVERY)
    for code in codes:
        digest = paper_digest(kit, account.id, code)
        accounts.add_code(session, account.id, CodeKind.RECOVERY, digest, None)
    return RecoverySheet(codes, key)
