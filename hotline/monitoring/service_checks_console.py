"""Checks the console for the doctor: the admins, the key of the second factors, and failed sign-ins."""

from datetime import datetime

from hotline.core.actors import AccountState
from hotline.core.check_result import CheckResult
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.duty.service_account_changes import FEWEST_ADMINS
from hotline.duty.service_invitations import admins_who_enter
from hotline.errors import SealBroken, StoreUnavailable
from hotline.keys.factor_sealer import FactorSealer
from hotline.people import tables_accounts, tables_sessions
from hotline.people.rules_second_factor import FAILED_IN_ALL, FAILED_OF_ONE, FORGET_AFTER
from hotline.people.service_sign_in import owner
from hotline.people.tables_accounts import ConsoleAccount

SIGN_INS = "failed sign ins"
ADMINS = "console admins"
FACTORS = "console second factors"
NAMED = 5
"""Accounts that one line names."""


def findings(kit: Kit, factors: FactorSealer | None, *, pretended: bool) -> tuple[CheckResult, ...]:
    """Returns the checks of admins and second factors. `factors`: None if the key is on another machine.

    Empty if the database does not answer, which another check reports.
    """
    try:
        admins = admins_who_enter(kit, pretended=pretended)
        with kit.database.reading() as session:
            everybody = tables_accounts.everybody(session)
    except StoreUnavailable:
        return ()
    held = [one for one in everybody if one.totp and one.state != AccountState.ENDED]
    return _admins(admins), _factors(factors, held)


def sign_ins(session: Session, at: datetime) -> CheckResult:
    """Checks if strangers try passwords. It names no account, because the audit log does."""
    found = tables_sessions.failures(session, at - FORGET_AFTER)
    says = f"{found.in_all} failed within an hour, {found.of_one} of them for one name"
    if found.of_one < FAILED_OF_ONE and found.in_all < FAILED_IN_ALL:
        return CheckResult(SIGN_INS, True, says)
    todo = "`hotline audit list` names the accounts: ask their people, and see who sends"
    return CheckResult(SIGN_INS, False, says, todo)


def _admins(count: int) -> CheckResult:
    if count >= FEWEST_ADMINS:
        return CheckResult(ADMINS, True, f"{count} can sign in")
    says = (
        "none can sign in"
        if not count
        else "one alone can sign in: nobody approves what she asks for, and who leaves locks everybody out"
    )
    todo = "`hotline accounts invite NAME --role admin`, and the person opens the link within 15 minutes"
    return CheckResult(ADMINS, False, says, todo)


def _factors(factors: FactorSealer | None, held: list[ConsoleAccount]) -> CheckResult:
    if factors is None:
        return CheckResult(FACTORS, True, "the key of `pages` is not on this machine")
    shut = tuple(one.shown for one in held if not _opens(factors, one))
    if not shut:
        return CheckResult(FACTORS, True, f"the key opens those of {len(held)} accounts")
    more = f" and {len(shut) - NAMED} more" if len(shut) > NAMED else ""
    says = f"the key opens no code of {', '.join(shut[:NAMED])}{more}: they cannot sign in"
    todo = "put pages/totp.key back (`hotline keys import`); if it is lost, `hotline accounts invite NAME` for each"
    return CheckResult(FACTORS, False, says, todo, names=shut)


def _opens(factors: FactorSealer, account: ConsoleAccount) -> bool:
    try:
        factors.open(account.totp or b"", account=owner(account.id))
    except SealBroken:
        return False
    return True
