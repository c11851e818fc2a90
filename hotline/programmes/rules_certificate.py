"""Makes and checks the certificate of an officer who passed every lesson. Pure.

A lesson is passed once its three cases are answered rightly in one session. After a wrong answer the officer reads why,
goes back and answers again. Six lessons make a certificate, of the month of the last. It is valid for two years. Then
the lessons begin again.

The code has twelve characters and contains no name. It is a number of base 26: district, month, a serial number, and a
tag that only the line's key makes of these. The last letter is a check letter. It reveals a misread code, so that no
honest officer is suspected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.alerts.rules_assignment import ALPHABET, TWINS
from hotline.programmes.rules import CASES_PER_LESSON, LESSONS, LessonCase
from hotline.text.phone_numbers import check_value
from hotline.text.places import districts
from hotline.text.quiz import RIGHT
from hotline.text.time import KIGALI

CERTIFICATES = "certificates"
"""The flag of a session that may show a certificate: its phone is enrolled, and the line has the key."""
CERTIFIED = "certified"
"""The flag of an officer who had passed all lessons when the session began."""
PASSED = "passed"
"""`passed.child` is set if that lesson was passed before the session began."""
SHOWN = "certificate"
"""The placeholder for the code in a text."""

NO_DISTRICT = "00"
"""The district of a responder with several districts, or of the national desk."""
VALID_MONTHS = 24
FIRST_YEAR = 2026
CODE_LENGTH = 12

_DISTRICTS, _MONTHS, SERIALS = 100, 300, 1000
_PAYLOADS = _DISTRICTS * _MONTHS * SERIALS
_TAGS: int = len(ALPHABET) ** (CODE_LENGTH - 1) // _PAYLOADS
"""Tags for each content: more than a hundred million. A forged code takes as many attempts."""

Passed = Mapping[str, datetime]
"""Start of the session in which each lesson was passed, by the lesson's name."""
Digest = Callable[[str], str]
"""A function that returns hex digits of a text, which only the line's key can make."""


class CertificateVerdict(StrEnum):
    """The answer to a superior who checks a code."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The content of one certificate's code."""

    district: str
    month: int
    """Months since January 2026."""
    serial: int
    """Reveals one code that two people show. It says nothing of its owner."""

    @property
    def payload(self) -> int:
        return (self.serial * _MONTHS + self.month) * _DISTRICTS + int(self.district)

    @property
    def signed_text(self) -> str:
        """Returns the text that the key signs."""
        return f"{self.district}.{self.month}.{self.serial}"


def month_index(at: datetime) -> int:
    """Returns the month in Kigali, in months since January 2026."""
    there = at.astimezone(KIGALI)
    return (there.year - FIRST_YEAR) * 12 + there.month - 1


def month_name(month: int) -> str:
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}"


def is_passed(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if all cases of the lesson are answered rightly."""
    names = (LessonCase(lesson, number).name for number in range(1, CASES_PER_LESSON + 1))
    return lesson in LESSONS and all(answers.get(name) == RIGHT for name in names)


def add_lesson(passed: Passed, lesson: str, at: datetime) -> Passed:
    """Returns the passed lessons with this one. A lesson that was passed before keeps its first time."""
    current = current_lessons(passed, at)
    return current if lesson in current else {**current, lesson: at}


def current_lessons(passed: Passed, at: datetime) -> Passed:
    """Returns the lessons that count at a moment: none if they made a certificate that has expired."""
    return (
        {}
        if has_every_lesson(passed) and _expired(month_index(max(passed.values())), at)
        else passed
    )


def has_every_lesson(passed: Passed) -> bool:
    return passed.keys() >= set(LESSONS)


def encode(certificate: Certificate, digest: Digest) -> str:
    """Returns the certificate's code, such as `K7Q4 M2XP 9RWD`."""
    number = _tag(certificate, digest) * _PAYLOADS + certificate.payload
    values = [number // len(ALPHABET) ** place % len(ALPHABET) for place in range(CODE_LENGTH - 1)]
    values.append(check_value(values, len(ALPHABET)))
    letters = "".join(ALPHABET[value] for value in values)
    return f"{letters[:4]} {letters[4:8]} {letters[8:]}"


def normalise_code(typed: str) -> str | None:
    """Returns the code that was meant, without spaces. Returns None if it is no code or a letter was misread."""
    meant = "".join(typed.upper().replace("-", " ").split()).translate(TWINS)
    if len(meant) != CODE_LENGTH or not set(meant) <= set(ALPHABET):
        return None
    *values, check = map(ALPHABET.index, meant)
    return meant if check_value(values, len(ALPHABET)) == check else None


def decode(meant: str, digest: Digest) -> Certificate | None:
    """Returns the content of a code. Returns None if the line's key did not make it."""
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
    return month_index(at) > month + VALID_MONTHS


def _tag(certificate: Certificate, digest: Digest) -> int:
    return int(digest(certificate.signed_text), 16) % _TAGS
