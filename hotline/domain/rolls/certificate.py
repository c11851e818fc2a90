"""What an officer has who passed every lesson: twelve signs that say a district and a month, and no name. Pure.

A lesson is passed when its three cases are answered rightly in one session, in the end: whoever was wrong reads why,
goes back, and answers anew. Six lessons make a certificate, of the month of the last. It holds for two years; after
that the lessons begin anew.

The code is a number of base 26: district, month and a serial number, and behind them what only the line's key makes of
these. The last letter is a check: one that was misread shows before anybody is called a liar.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.call_back import KIGALI
from hotline.domain.msisdn import check_of
from hotline.domain.places.places import districts
from hotline.domain.referrals.reference import ALPHABET, TWINS
from hotline.domain.rolls.quiz import RIGHT
from hotline.domain.rolls.training import CASES, LESSONS, LessonCase

CERTIFICATES = "certificates"
"""The flag of a session that may be shown one: of a phone that joined before, on a line that has the key."""
CERTIFIED = "certified"
"""The flag of whoever had passed them all when the session began."""
PASSED = "passed"
"""`passed.child` is set where that lesson was passed before the session began."""
SHOWN = "certificate"
"""The place in a text where the code stands."""

NO_DISTRICT = "00"
"""Of a responder who is of several districts, or of the nation."""
VALID_MONTHS = 24
FIRST_YEAR = 2026
LETTERS = 12

_DISTRICTS, _MONTHS, SERIALS = 100, 300, 1000
_PAYLOADS = _DISTRICTS * _MONTHS * SERIALS
_TAGS: int = len(ALPHABET) ** (LETTERS - 1) // _PAYLOADS
"""More than a hundred million: so many tries it takes to find a code that is none of ours."""

Passed = Mapping[str, datetime]
"""When the session began in which a lesson was passed, by its name."""
Digest = Callable[[str], str]
"""Hex digits that only the line's key makes of a text."""


class CertificateVerdict(StrEnum):
    """What a superior is told of a code."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class Certificate:
    district: str
    month: int
    """Since January of 2026."""
    serial: int
    """So that one code, shown by two people, is noticed. It says nothing of its owner."""

    @property
    def payload(self) -> int:
        return (self.serial * _MONTHS + self.month) * _DISTRICTS + int(self.district)

    @property
    def said(self) -> str:
        """What is signed."""
        return f"{self.district}.{self.month}.{self.serial}"


def month_of(at: datetime) -> int:
    """The month in Kigali."""
    there = at.astimezone(KIGALI)
    return (there.year - FIRST_YEAR) * 12 + there.month - 1


def month_name(month: int) -> str:
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}"


def passes(lesson: str, answers: Mapping[str, str]) -> bool:
    """Whether all its cases stand answered rightly."""
    names = (LessonCase(lesson, number).name for number in range(1, CASES + 1))
    return lesson in LESSONS and all(answers.get(name) == RIGHT for name in names)


def with_lesson(passed: Passed, lesson: str, at: datetime) -> Passed:
    """What is passed after this lesson, in a session that began at this moment. The first time counts."""
    living = still(passed, at)
    return living if lesson in living else {**living, lesson: at}


def still(passed: Passed, at: datetime) -> Passed:
    """What counts at a moment: nothing any more, where it made a certificate that has expired."""
    return {} if whole(passed) and _expired(month_of(max(passed.values())), at) else passed


def whole(passed: Passed) -> bool:
    return passed.keys() >= set(LESSONS)


def code_of(certificate: Certificate, digest: Digest) -> str:
    """`K7Q4 M2XP 9RWD`."""
    number = _tag(certificate, digest) * _PAYLOADS + certificate.payload
    values = [number // len(ALPHABET) ** place % len(ALPHABET) for place in range(LETTERS - 1)]
    values.append(check_of(values, len(ALPHABET)))
    letters = "".join(ALPHABET[value] for value in values)
    return f"{letters[:4]} {letters[4:8]} {letters[8:]}"


def read(typed: str) -> str | None:
    """The code that somebody meant, in one piece; None where it cannot be one, or a letter of it was misread."""
    meant = "".join(typed.upper().replace("-", " ").split()).translate(TWINS)
    if len(meant) != LETTERS or not set(meant) <= set(ALPHABET):
        return None
    *values, check = map(ALPHABET.index, meant)
    return meant if check_of(values, len(ALPHABET)) == check else None


def opened(meant: str, digest: Digest) -> Certificate | None:
    """What a code says; None where no key of ours made it."""
    values = map(ALPHABET.index, meant[:-1])
    number = sum(value * len(ALPHABET) ** place for place, value in enumerate(values))
    tag, payload = divmod(number, _PAYLOADS)
    rest, district = divmod(payload, _DISTRICTS)
    serial, month = divmod(rest, _MONTHS)
    found = Certificate(f"{district:02}", month, serial)
    known = {NO_DISTRICT, *(area.code for area in districts())}
    return found if found.district in known and tag == _tag(found, digest) else None


def verdict(found: Certificate | None, at: datetime) -> CertificateVerdict:
    if found is None:
        return CertificateVerdict.NOT_OURS
    return CertificateVerdict.EXPIRED if _expired(found.month, at) else CertificateVerdict.VALID


def _expired(month: int, at: datetime) -> bool:
    return month_of(at) > month + VALID_MONTHS


def _tag(certificate: Certificate, digest: Digest) -> int:
    return int(digest(certificate.said), 16) % _TAGS
