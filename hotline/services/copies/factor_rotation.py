"""Second factors move from the key before to the newest, while people sign in."""

from hotline.errors import SealBroken
from hotline.ports import Kit
from hotline.sealing.accounts.factor_sealer import FactorSealer
from hotline.services.accounts.proving import owner
from hotline.store.accounts import accounts


def reseal(kit: Kit, factors: FactorSealer) -> int:
    """How many secrets of authenticators were sealed anew: all of them, or none. Safe to repeat.

    Raises SealBroken where one opens with neither key: then the key before must stay.
    """
    moved = 0
    with kit.database.writing() as session:
        for account in accounts.with_factor(session):
            sealed, bound = account.totp, owner(account.id)
            if sealed is None or factors.is_newest(sealed, account=bound):
                continue
            try:
                secret = factors.open(sealed, account=bound)
            except SealBroken:
                raise SealBroken(
                    f"the second factor of {account.shown} opens with neither key: put the right one back, or"
                    " give that account a new link by `hotline accounts invite`"
                ) from None
            account.totp = factors.seal(secret, account=bound)
            moved += 1
    return moved
