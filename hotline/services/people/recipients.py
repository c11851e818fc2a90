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
        _districts(nobody_enrolled(people, codes)),
        _desks(all_away(people, codes, at)),
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


def _districts(codes: Sequence[str]) -> CheckResult:
    if not codes:
        return CheckResult("districts", True, "somebody is enrolled for every district")
    names = _names(codes)
    return CheckResult(
        "districts",
        False,
        f"nobody is enrolled for {_counted(names, 'district')}: the national desk hears of their tips alone",
        "the page People, or `hotline people import FILE.csv`",
        names=names,
    )


def _desks(codes: Sequence[str]) -> CheckResult:
    if not codes:
        return CheckResult("desks", True, "every desk that has people has one who can be told")
    names = _names(codes)
    return CheckResult(
        "desks",
        False,
        f"everybody is on leave or cannot be reached at {_counted(names, 'desk')}",
        BRING,
        names=names,
    )


def _names(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(NATIONAL if code == NATIONAL else place_name(code, "en") for code in codes)


def _counted(names: Sequence[str], what: str) -> str:
    """`2 districts (Gasabo, Huye)`, and no more names than a line holds."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    ending = "s" if len(names) > 1 else ""
    return f"{len(names)} {what}{ending} ({', '.join(names[:SHOWN])}{more})"
