"""Resets a lost password, and makes the recovery sheet.

With the recovery key and a code, a person keeps the same access as before. Without the recovery key, the person needs a
new link from an admin, which makes a new key pair. A sheet contains the recovery key, and ten codes that can replace
codes of an authenticator.
"""

import secrets
from dataclasses import dataclass, field

from nacl.utils import random

from hotline.core.actors import SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.people import tables_accounts, tables_sessions
from hotline.people.encrypt_account_keys import (
    PAPER_COSTS,
    dummy_envelope,
    unwrap_by_paper,
    wrap_under_paper,
    wrap_under_password,
)
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_passwords import form_fault, is_common
from hotline.people.rules_second_factor import PAPER_CODES, paper_code, plain_typed, recovery_key
from hotline.people.service_sessions import browser_entrant as entrant_of
from hotline.people.service_sign_in import envelope_owner, log_own, paper_digest, prove
from hotline.people.tables_accounts import CodeKind, ConsoleAccount

KEY_BYTES = 32


def reset_password(
    context: ConsoleContext,
    name: str,
    recovery_key: str,
    code: str,
    password: str,
    known: str = "",
    *,
    network: str = "",
) -> SignInRefused | None:
    """Replaces a lost password, and ends every session of the account. Raises AccountRefused.

    It takes the same time for a name without an account.
    """
    wrong = form_fault(password, name)
    if wrong is not None:
        raise refusal(wrong)
    wrapped = b""

    def opens(account: ConsoleAccount | None) -> bytes | None:
        nonlocal wrapped
        held = account.recovery_key if account is not None else None
        bound = envelope_owner(account.id) if account is not None else ""
        envelope = held or dummy_envelope(PAPER_COSTS)
        private_key = unwrap_by_paper(envelope, plain_typed(recovery_key), account=bound)
        # Checks the new password only if the recovery key is right.
        # The check is slow, and strangers can send this form.
        if private_key is not None and is_common(password, name):
            raise refusal(AccountFault.COMMON_PASSWORD)
        kept = private_key or random(KEY_BYTES)
        wrapped = wrap_under_password(kept, password, account=bound, costs=context.proofs.costs)
        return private_key

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.wrapped_key = wrapped
        tables_sessions.end_sessions_of(session, account.id)
        log_own(session, context, account, "account_password_recovered")

    entrant = entrant_of(context, name, known, network)
    return prove(context, name, code, opens, change, entrant=entrant)


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """The codes and the key of a recovery sheet. The console shows the sheet once, for printing, and never stores
    it.
    """

    codes: tuple[str, ...] = field(repr=False)
    key: str = field(repr=False)


def make_sheet(
    session: Session, context: ConsoleContext, account: ConsoleAccount, private_key: bytes
) -> RecoverySheet:
    """Returns a new recovery sheet. The earlier sheet does not work any more."""
    codes = tuple(paper_code(secrets.choice) for _ in range(PAPER_CODES))
    key = recovery_key(secrets.choice)
    account.recovery_key = wrap_under_paper(
        private_key, plain_typed(key), account=envelope_owner(account.id)
    )
    tables_accounts.delete_codes(session, account.id, CodeKind.RECOVERY)
    for code in codes:
        digest = paper_digest(context, account.id, code)
        tables_accounts.add_code(session, account.id, CodeKind.RECOVERY, digest, None)
    return RecoverySheet(codes, key)
