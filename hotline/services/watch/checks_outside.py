"""What the doctor and the watchman find beside the line: what it leans on, and what somebody should have done."""

from math import inf

from hotline.ports import LookingKit
from hotline.services.check_result import CheckResult

DAILY = 26 * 3600.0
"""Seconds: what is done once a day was not done."""
GIB = 1 << 30
DISK_LOW, DISK_FULL = 2 * GIB, GIB // 2


def findings(kit: LookingKit) -> tuple[CheckResult, ...]:
    """How that stands which the line leans on. Asks other programs: never while a transaction is open."""
    instruments = kit.watch.instruments
    return (
        _redis(instruments.redis_answers()),
        _disk(instruments.disk_free()),
        _backup(instruments.backup_age()),
    )


def _redis(answers: bool) -> CheckResult:
    if answers:
        return CheckResult("redis", True, "answers, and writes")
    return CheckResult(
        "redis",
        False,
        "does not answer, or does not write",
        "`hotline run` starts it; is its disk or memory full? Alerts go out without it, later",
    )


def _disk(free: int | None) -> CheckResult:
    if free is None:
        return CheckResult("disk", True, "nobody can say how full it is")
    says = f"{free / GIB:.1f} GiB may still be written"
    if free >= DISK_LOW:
        return CheckResult("disk", True, says)
    level = 1 if free >= DISK_FULL else 2
    return CheckResult("disk", False, says, "make room: a full disk ends reports", level)


def _backup(age: float | None) -> CheckResult:
    if age is None:
        return CheckResult("backup", True, "no folder of backups is watched (HOTLINE_BACKUPS)")
    if age <= DAILY:
        return CheckResult("backup", True, f"the newest is {age / 3600:.0f} hours old")
    says = "there is none" if age == inf else f"the newest is {age / 3600:.0f} hours old"
    return CheckResult("backup", False, says, "`hotline backup`; see why nothing made one")
