"""Whose PINs hang on which pepper: a key moves to the newest at its owner's next right PIN."""

from hotline.ports import Kit
from hotline.sealing.members import is_under
from hotline.services.check_result import CheckResult
from hotline.store.people import responders


def under(kit: Kit, pepper: bytes) -> int:
    """How many people's keys this pepper wrapped, of those who were not removed."""
    with kit.database.reading() as session:
        return sum(is_under(wrap, pepper) for wrap in responders.pin_wraps(session))


def finding(kit: Kit, before: bytes) -> CheckResult:
    """What still hangs on the pepper before."""
    left = under(kit, before)
    if not left:
        return CheckResult("pepper", True, "no PIN needs the one before: `hotline keys end-old`")
    says = f"{left} PINs need the one before until they are keyed once more"
    return CheckResult("pepper", True, says)
