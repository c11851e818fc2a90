"""Finds gaps in the enrolled people, for the doctor and the monitor: places whose tips would reach too few people."""

from collections.abc import Sequence
from datetime import datetime

from hotline.core.check_result import CheckResult
from hotline.people.rules import (
    NATIONAL_LEAST,
    PHONES_LEAST,
    Member,
    all_away,
    national_living,
    nobody_enrolled,
)
from hotline.text.codes import NATIONAL
from hotline.text.places import districts, place_name

SHOWN = 5
"""Maximum number of names in one line. Programs read all of them."""
BRING = (
    "the page People, or `hotline people import FILE.csv`; `hotline people list` says who is away"
)


def findings(people: Sequence[Member], at: datetime) -> tuple[CheckResult, ...]:
    codes = [district.code for district in districts()]
    return (
        _national(people, at),
        _phones(people, at),
        _gaps(
            "districts",
            nobody_enrolled(people, codes),
            "every district has an enrolled responder",
            "no one is enrolled for {}: only the national desk is alerted of their tips",
            "the page People, or `hotline people import FILE.csv`",
        ),
        _gaps(
            "desks",
            all_away(people, codes, at),
            "every desk with people has one who can be alerted",
            "all people are on leave or cannot be reached at {}",
            BRING,
        ),
    )


def _national(people: Sequence[Member], at: datetime) -> CheckResult:
    count = national_living(people, at)
    if count >= NATIONAL_LEAST:
        return CheckResult("national desk", True, f"{count} people can be alerted")
    says = "only one person can be alerted" if count else "no one can be alerted"
    return CheckResult(
        "national desk",
        False,
        f"{says}: at least {NATIONAL_LEAST} are needed at every hour",
        f"add a person to the national desk: {BRING}",
        level=NATIONAL_LEAST - count,
    )


def _phones(people: Sequence[Member], at: datetime) -> CheckResult:
    """Checks whether enough people can be alerted to open the hotline.

    The monitor raises no alarm for it, because the national desk's own check does.
    """
    living, national = sum(one.lives(at) for one in people), national_living(people, at)
    says = f"{living} can be told, {national} of them at the national desk"
    if living >= PHONES_LEAST and national >= NATIONAL_LEAST:
        return CheckResult("phones", True, says)
    return CheckResult(
        "phones",
        False,
        f"the line is not open: {says}; {PHONES_LEAST} are the least, {NATIONAL_LEAST} of them national",
        BRING,
    )


def _gaps(name: str, codes: Sequence[str], well: str, wrong: str, todo: str) -> CheckResult:
    """Builds a result about places. `wrong` has one gap for text such as `2 districts (Gasabo, Huye)`."""
    if not codes:
        return CheckResult(name, True, well)
    names = tuple(NATIONAL if code == NATIONAL else place_name(code, "en") for code in codes)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    what = name if len(names) > 1 else name.removesuffix("s")
    counted = f"{len(names)} {what} ({', '.join(names[:SHOWN])}{more})"
    return CheckResult(name, False, wrong.format(counted), todo, names=names)
