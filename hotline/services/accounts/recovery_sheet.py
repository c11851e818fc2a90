"""The sheet on paper: ten codes that stand in for an authenticator, and the key that keeps the pair."""

import secrets
from dataclasses import dataclass, field

from hotline.domain.accounts.second_factor import PAPER_CODES, paper_code, plain, recovery_key
from hotline.ports import ConsoleKit
from hotline.sealing.accounts.account_keys import wrap_under_paper
from hotline.services.accounts.proving import owner, paper_digest
from hotline.store.accounts import accounts
from hotline.store.accounts.accounts import CodeKind, ConsoleAccount
from hotline.store.database import Session


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """Shown once, to be printed: nothing keeps it."""

    codes: tuple[str, ...] = field(repr=False)
    key: str = field(repr=False)


def make_sheet(
    session: Session, kit: ConsoleKit, account: ConsoleAccount, private_key: bytes
) -> RecoverySheet:
    """A new sheet; the one before is good for nothing from now on."""
    codes = tuple(paper_code(secrets.choice) for _ in range(PAPER_CODES))
    key = recovery_key(secrets.choice)
    account.recovery_key = wrap_under_paper(private_key, plain(key), account=owner(account.id))
    accounts.forget_codes(session, account.id, CodeKind.RECOVERY)
    for code in codes:
        digest = paper_digest(kit, account.id, code)
        accounts.add_code(session, account.id, CodeKind.RECOVERY, digest, None)
    return RecoverySheet(codes, key)
