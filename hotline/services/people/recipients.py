"""What the doctor and the watchman find of people: who is missing where a tip should find somebody."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.people.recipients import (
    NATIONAL_LEAST,
    PHONES_LEAST,
    Member,
    all_away,
    national_living,
    nobody_enrolled,
)
from hotline.domain.places.places import districts, place_name
from hotline.domain.tip import NATIONAL
from hotline.services.check_result import CheckResult

SHOWN = 5
"""Names in one line; a program reads them all."""
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
            "somebody is enrolled for every district",
            "nobody is enrolled for {}: the national desk hears of their tips alone",
            "the page People, or `hotline people import FILE.csv`",
        ),
        _gaps(
            "desks",
            all_away(people, codes, at),
            "every desk that has people has one who can be told",
            "everybody is on leave or cannot be reached at {}",
            BRING,
        ),
    )


def _national(people: Sequence[Member], at: datetime) -> CheckResult:
    count = national_living(people, at)
    if count >= NATIONAL_LEAST:
        return CheckResult("national desk", True, f"{count} people can be told")
    says = "one person alone can be told" if count else "nobody can be told"
    return CheckResult(
        "national desk",
        False,
        f"{says}: {NATIONAL_LEAST} are the least at every hour",
        f"bring somebody to level national: {BRING}",
        level=NATIONAL_LEAST - count,
    )


def _phones(people: Sequence[Member], at: datetime) -> CheckResult:
    """Whether a line may be called open. The watchman wakes nobody for it: the national desk's own alarm does."""
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
    """`wrong` has a place for `2 districts (Gasabo, Huye)`, and no more names than a line holds."""
    if not codes:
        return CheckResult(name, True, well)
    names = tuple(NATIONAL if code == NATIONAL else place_name(code, "en") for code in codes)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    what = name if len(names) > 1 else name.removesuffix("s")
    counted = f"{len(names)} {what} ({', '.join(names[:SHOWN])}{more})"
    return CheckResult(name, False, wrong.format(counted), todo, names=names)
