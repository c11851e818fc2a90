"""Finds districts and other places where a tip would alert too few people. The command `hotline doctor` and the
monitoring process use this module."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hotline.alarms.rules import CheckResult
from hotline.people.rules import (
    MIN_NATIONAL,
    MIN_PHONES,
    Member,
    active_national,
    desks_without_active,
    empty_districts,
    unwatched_desks,
)
from hotline.text.places import NATIONAL, districts, place_name

SHOWN = 5
"""The largest number of place names in one line of text. The field `names` of a check result contains all place names,
for programs that read the result."""
BRING = (
    "the page People, or `hotline people import FILE.csv`; `hotline people list` says who is away"
)


def check_recipients(people: Sequence[Member], at: datetime) -> tuple[CheckResult, ...]:
    codes = [district.code for district in districts()]
    return (
        _national(people, at),
        _phones(people, at),
        _gaps(
            "districts",
            empty_districts(people, codes),
            "every district has an enrolled responder",
            "no one is enrolled for {}: only the national desk is alerted of their tips",
            "the page People, or `hotline people import FILE.csv`",
        ),
        _gaps(
            "desks",
            desks_without_active(people, codes, at),
            "every desk with people has one who can be alerted",
            "all people are on leave or cannot be reached at {}",
            BRING,
        ),
    )


def check_boards(
    people: Sequence[Member],
    on_duty: Mapping[str, Collection[int]],
    staffed: Collection[str],
    open_boards: Collection[str],
    at: datetime,
) -> CheckResult:
    """Checks that each desk has an open board (its console page of open cases), or a phone on duty that can be
    reached."""
    return _gaps(
        "boards",
        unwatched_desks(people, on_duty, staffed, open_boards, at),
        "every desk has an open board or a phone on duty",
        "no board is open, and no phone on duty can be reached, at {}",
        "telephone the people of the desk: one of them opens the board or ends a leave",
        noun="desks",
    )


def _national(people: Sequence[Member], at: datetime) -> CheckResult:
    count = active_national(people, at)
    if count >= MIN_NATIONAL:
        return CheckResult("national desk", True, f"{count} people can be alerted")
    text = "only one person can be alerted" if count else "no one can be alerted"
    return CheckResult(
        "national desk",
        False,
        f"{text}: at least {MIN_NATIONAL} are needed at every hour",
        f"add a person to the national desk: {BRING}",
        level=MIN_NATIONAL - count,
    )


def _phones(people: Sequence[Member], at: datetime) -> CheckResult:
    """Checks if enough people can be alerted. If too few people can be alerted, the hotline does not open to callers.

    The monitor raises no alarm from this check, because the check of the national desk already raises one.
    """
    active, national = sum(member.is_active(at) for member in people), active_national(people, at)
    text = f"{active} can be alerted, {national} of them at the national desk"
    if active >= MIN_PHONES and national >= MIN_NATIONAL:
        return CheckResult("phones", True, text)
    return CheckResult(
        "phones",
        False,
        f"the hotline is not open: {text}; {MIN_PHONES} are the least, {MIN_NATIONAL} of them national",
        BRING,
    )


def _gaps(
    name: str, codes: Sequence[str], well: str, wrong: str, todo: str, noun: str = ""
) -> CheckResult:
    """Makes the result of a check that looks for places with a problem. `codes` are the places with the problem, and
    `wrong` is a sentence with one placeholder for these places. A text such as `2 districts (Gasabo, Huye)` replaces
    the placeholder.
    """
    if not codes:
        return CheckResult(name, True, well)
    names = tuple(NATIONAL if code == NATIONAL else place_name(code, "en") for code in codes)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    noun = noun or name
    what = noun if len(names) > 1 else noun.removesuffix("s")
    counted = f"{len(names)} {what} ({', '.join(names[:SHOWN])}{more})"
    return CheckResult(name, False, wrong.format(counted), todo, names=names)
