"""Checks what the line depends on, for the doctor and the watch process: Redis, disk, backups, a second channel."""

from contextlib import suppress
from math import inf

from hotline.core.check_result import CheckResult, checked, warning
from hotline.core.context import LookingKit
from hotline.errors import StoreUnavailable
from hotline.keys import tables_canaries

DAILY = 26 * 3600.0
"""Seconds after which a daily task counts as missed."""
GIB = 1 << 30
DISK_LOW, DISK_FULL = 2 * GIB, GIB // 2


def findings(kit: LookingKit) -> tuple[CheckResult, ...]:
    """Returns the checks of Redis, disk and backups. It asks other programs, so no transaction may be open."""
    instruments = kit.watch.instruments
    return (
        checked(
            "redis",
            instruments.redis_fault(),
            "answers, and writes",
            "`hotline run` starts the embedded one. Alerts go out without it, later",
        ),
        _disk(instruments.disk_free()),
        _backup(instruments.backup_age()),
    )


def second_channel(kit: LookingKit) -> CheckResult:
    """Checks that alarms have a second channel. Only this channel reaches on-call contacts if SMS itself is at fault.

    Only `watch` may have the settings for it. At its start it records if it has them.
    """
    if kit.watch.other.is_there() or _has_second_channel(kit):
        return CheckResult("second channel", True, "alarms are sent by mail or command too")
    return warning(
        "second channel",
        "alarms are sent by SMS alone: nobody is notified when SMS itself is at fault",
        "set HOTLINE_ALARM_MAIL or HOTLINE_ALARM_COMMAND for `watch`; then `hotline oncall test`",
    )


def _has_second_channel(kit: LookingKit) -> bool:
    with suppress(StoreUnavailable), kit.database.reading() as session:
        return tables_canaries.has_second_channel(session)
    return False


def _disk(free: int | None) -> CheckResult:
    if free is None:
        return warning("disk", "cannot be measured", "is HOTLINE_HOME there?")
    says = f"{free / GIB:.1f} GiB may still be written"
    if free >= DISK_LOW:
        return CheckResult("disk", True, says)
    level = 1 if free >= DISK_FULL else 2
    return CheckResult("disk", False, says, "make room: a full disk ends reports", level)


def _backup(age: float | None) -> CheckResult:
    if age is None:
        return warning(
            "backup",
            "no folder of backups is watched (HOTLINE_BACKUPS)",
            "`hotline backup key`, then `hotline backup` each hour, and HOTLINE_BACKUPS",
        )
    if age <= DAILY:
        return CheckResult("backup", True, f"the newest is {age / 3600:.0f} hours old")
    says = "there is none" if age == inf else f"the newest is {age / 3600:.0f} hours old"
    return CheckResult("backup", False, says, "`hotline backup`; see why nothing made one")
