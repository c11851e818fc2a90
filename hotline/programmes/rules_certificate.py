"""Makes and checks the certificate of an officer who passed every lesson. Pure.

An officer passes a lesson by answering its three cases correctly in one session. After a wrong answer, the officer
reads the reason, goes back and answers again. Six passed lessons make a certificate, with the month of the last lesson.
It is valid for two years. After that, the officer must take the lessons again.

The code has twelve characters and contains no name. It is a number in base 26 with four parts: district, month, a
serial number, and a tag that needs the hotline's key. The last letter is a check letter. It reveals a code with a
reading error, so that no honest officer is suspected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.programmes.rules import CASES_PER_LESSON, LESSONS, LessonCase
from hotline.text.phone_numbers import check_value
from hotline.text.places import districts
from hotline.text.quiz import RIGHT
from hotline.text.revealing import ALPHABET, TWINS
from hotline.text.time import KIGALI

CERTIFICATES = "certificates"
"""The flag that a session has if it may show a certificate. The phone is enrolled, and the hotline has the key."""
CERTIFIED = "certified"
"""The flag for an officer who had passed all lessons before the session began."""
PASSED = "passed"
"""The prefix of a flag. `passed.child` is set if that lesson was passed before the session began."""
SHOWN = "certificate"
"""The placeholder for the certificate's code in a text."""

NO_DISTRICT = "00"
"""The value for a responder with several districts, or of the national desk."""
VALID_MONTHS = 24
FIRST_YEAR = 2026
CODE_LENGTH = 12

_DISTRICTS, _MONTHS, SERIALS = 100, 300, 1000
_PAYLOADS = _DISTRICTS * _MONTHS * SERIALS
_TAGS: int = len(ALPHABET) ** (CODE_LENGTH - 1) // _PAYLOADS
"""The number of possible tags for the same content: more than a hundred million. A forger would need about that many
attempts."""

Passed = Mapping[str, datetime]
"""The start of the session in which each lesson was passed, by the lesson's name."""
Digest = Callable[[str], str]
"""A function that returns hexadecimal digits for a text. Only the hotline's key can make them."""


class CertificateVerdict(StrEnum):
    """The result of checking a certificate's code."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The content of a certificate's code."""

    district: str
    month: int
    """The number of months since January 2026."""
    serial: int
    """If two people show the same code, this number reveals it. It says nothing about the owner."""

    @property
    def payload(self) -> int:
        return (self.serial * _MONTHS + self.month) * _DISTRICTS + int(self.district)

    @property
    def signed_text(self) -> str:
        """Returns the text that is signed with the key."""
        return f"{self.district}.{self.month}.{self.serial}"


def month_index(at: datetime) -> int:
    """Returns the month in Kigali as a number of months since January 2026."""
    there = at.astimezone(KIGALI)
    return (there.year - FIRST_YEAR) * 12 + there.month - 1


def month_name(month: int) -> str:
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}"


def is_passed(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if all cases of the lesson are answered correctly."""
    names = (LessonCase(lesson, number).name for number in range(1, CASES_PER_LESSON + 1))
    return lesson in LESSONS and all(answers.get(name) == RIGHT for name in names)


def add_lesson(passed: Passed, lesson: str, at: datetime) -> Passed:
    """Returns the passed lessons including this one. If a lesson was passed before, its first time is kept."""
    current = current_lessons(passed, at)
    return current if lesson in current else {**current, lesson: at}


def current_lessons(passed: Passed, at: datetime) -> Passed:
    """Returns the lessons that count at a given time. There are none if their certificate has expired."""
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
    """Returns a typed code in its normal form, without spaces. Returns None if it cannot be a code, or if a letter
    was misread."""
    meant = "".join(typed.upper().replace("-", " ").split()).translate(TWINS)
    if len(meant) != CODE_LENGTH or not set(meant) <= set(ALPHABET):
        return None
    *values, check = map(ALPHABET.index, meant)
    return meant if check_value(values, len(ALPHABET)) == check else None


def decode(meant: str, digest: Digest) -> Certificate | None:
    """Returns the content of a code. Returns None if the hotline's key did not make it."""
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
