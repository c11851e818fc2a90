"""Defines the programmes that a phone can join, and makes and checks certificates. Pure.

Defines the programmes that a phone can join with a district's code: local leaders and trainees.

A code has eight digits. People who are known in their district get the code by word of mouth. A code belongs to one
district, and it expires.

Makes and checks the certificate of an officer who passed every lesson.

An officer passes a lesson by answering its three cases correctly in one session. After a wrong answer, the officer
reads the reason, goes back and answers again. Six passed lessons make a certificate, with the month of the last lesson.
It is valid for two years. After that, the officer must take the lessons again.

The code has twelve characters and contains no name. It is a number in base 26 with four parts: district, month, a
serial number, and a tag that needs the hotline's key. The last letter is a check letter. It reveals a code with a
reading error, so that no honest officer is suspected.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hotline.text.phone_numbers import check_value
from hotline.text.places import districts
from hotline.text.quiz import RIGHT
from hotline.text.revealing import ALPHABET, TWINS
from hotline.text.time import KIGALI

CODE_VALIDITY = timedelta(days=30)
"""The time for which a code is valid, unless the admin sets another time."""
MAX_VALIDITY = timedelta(days=365)
CODE = re.compile(r"[1-9][0-9]{7}")


class Programme(StrEnum):
    """A programme that phones can join. Its value is the name of its flow."""

    LEADERS = "leaders"
    TRAINEES = "training"


@dataclass(frozen=True, slots=True)
class FlowNames:
    """The names of a programme's answers and flag in its flow."""

    joined: str
    """The flag that is set if the phone is enrolled in the programme."""
    code: str
    leaves: str


FLOW_NAMES = {
    Programme.LEADERS: FlowNames("leader", "leader_code", "leader_leaves"),
    Programme.TRAINEES: FlowNames("officer", "officer_code", "officer_leaves"),
}
PROGRAMME_OF_ANSWER = {names.code: roll for roll, names in FLOW_NAMES.items()}
"""The programme of the code that the caller typed, by the name of the answer with the code."""
YES = "yes"
"""The answer with which a person confirms leaving a programme."""
CODE_FLAG = "code"
"""The prefix of a flag. `code.12345678` is set if that code, typed in this session, enrols the caller."""


def new_code() -> str:
    """Returns a random code that no one can guess. Ninety million codes are possible, and only about sixty are
    valid."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def is_enrolment_code(keyed: str) -> bool:
    return CODE.fullmatch(keyed) is not None


# Names and counts the lessons for officers. Each lesson has three cases. Pure.

ANSWER = re.compile(r"train_(?P<lesson>[a-z]+)_(?P<case>[1-3])")
LESSONS = ("smuggling", "violence", "child", "interview", "hours", "referral")
CASES_PER_LESSON = 3
LESSONS_COMPLETED = "lesson"
"""The counter of lessons in which all three cases were answered."""
CASES_RIGHT = "lesson_right"
CASES_OTHER = "lesson_other"
"""The counters of correct answers and of all other answers. The answer `unsure` does not count as correct."""


@dataclass(frozen=True, slots=True)
class LessonCase:
    """One of the three cases of a lesson."""

    lesson: str
    number: int

    @property
    def name(self) -> str:
        return f"train_{self.lesson}_{self.number}"


def lesson_case(name: str) -> LessonCase | None:
    """Returns the case to which an answer with this name belongs, or None."""
    found = ANSWER.fullmatch(name)
    return LessonCase(found["lesson"], int(found["case"])) if found else None


def case_counter(value: str) -> str:
    return CASES_RIGHT if value == RIGHT else CASES_OTHER


def whole(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if all cases of the lesson were answered."""
    return all(
        LessonCase(lesson, number).name in answers for number in range(1, CASES_PER_LESSON + 1)
    )


# Reads and counts the community sessions of local leaders, and chooses the talking point of a month. Pure.

MAX_ATTENDANCE = 5000
"""The highest possible attendance. It is more than the number of people at any village's Umuganda (community work).
A higher number is a typing error."""
TALKING_POINTS = 4
"""The number of talking points. Each month has one of them in turn."""
CROWD_FLAG = "crowd"
"""The prefix of a flag. `crowd.120` is set if 120, typed in this session, is a possible number of people."""
TALK_FLAG = "talk"
OCCASION_ANSWER = "gathering_occasion"
ATTENDANCE_ANSWER = "gathering_came"
SESSIONS_HELD = "gathering"
"""The counter of community sessions."""
ATTENDANCE = "gathered"
"""The counter of people who attended."""


class Occasion(StrEnum):
    """The occasion of a community session, with the values of the flow's menu."""

    UMUGANDA = "umuganda"
    CHURCH = "church"
    SCHOOL = "school"
    VILLAGE = "village"
    OTHER = "other"


OCCASION_WORDS = {occasion.upper(): occasion for occasion in Occasion} | {
    word: occasion
    for occasion, words in {
        Occasion.UMUGANDA: "MUGANDA",
        Occasion.CHURCH: "KILIZIYA INSENGERO URUSENGERO RUSENGERO UMUSIGITI MUSIGITI EGLISE MOSQUE MOSQUEE",
        Occasion.SCHOOL: "ISHURI AMASHURI ECOLE",
        Occasion.VILLAGE: "INTEKO NTEKO INAMA NAMA UMUDUGUDU MUDUGUDU REUNION MEETING",
        Occasion.OTHER: "IBINDI AHANDI AUTRE",
    }.items()
    for word in words.split()
}
COMPANION_WORDS = """
ABANTU BARI HAJE TWARI MU MURI NA KU WA BY SMS PEOPLE PERSONS CAME WE WERE AT IN THE ATTENDED
PERSONNES GENS ETAIENT NOUS ETIONS A AU LA LE L DANS VENUS SEANCE SESSION
"""
"""Words that may come with a number and an occasion, and do not change the meaning."""
JOIN_WORDS = frozenset({"UMUYOBOZI", "LEADER", "LEADERS", "RESPONSABLE"})


@dataclass(frozen=True, slots=True)
class SessionReport:
    """One community session: its occasion and the number of people who attended."""

    occasion: Occasion
    came: int


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A request to join the programme of local leaders."""

    code: str


def parse_attendance(keyed: str) -> int | None:
    """Returns the number of people who attended. Returns None if the number is not possible."""
    came = int(keyed) if re.fullmatch(r"[0-9]{1,6}", keyed) else 0
    return came if 1 <= came <= MAX_ATTENDANCE else None


def session_report(came: str, occasion: str) -> SessionReport | None:
    """Returns the community session that a leader typed. Returns None if its numbers are not possible."""
    number = parse_attendance(came)
    if number is None or occasion not in set(Occasion):
        return None
    return SessionReport(Occasion(occasion), number)


def talking_point_of(day: date) -> int:
    """Returns the number of the talking point for a month, from 1."""
    return day.month % TALKING_POINTS + 1


def parse_sms(text: str) -> SessionReport | EnrolmentRequest | None:
    """Reads a community session or a request to join from an SMS. Returns None for any other SMS. It never raises an
    error.

    Examples: `45 UMUGANDA`, `umuganda45`, `inteko: abantu 120`, `UMUYOBOZI 12345678`. Only a number, an occasion and
    small words are accepted, so a responder's answer is never mistaken for a report.
    """
    plain = unicodedata.normalize("NFKD", text[:200])
    words = re.findall(r"[A-Z]+|[0-9]+", "".join(filter(str.isascii, plain)).upper())
    pieces = [word for word in words if word not in COMPANION_WORDS.split()]
    if len(pieces) != 2:
        return None
    digits, word = sorted(pieces)
    if word in JOIN_WORDS and is_enrolment_code(digits):
        return EnrolmentRequest(digits)
    came = parse_attendance(digits)
    if word in OCCASION_WORDS and came is not None:
        return SessionReport(OCCASION_WORDS[word], came)
    return None


def add_report(
    written: Sequence[str], day: date, report: SessionReport
) -> tuple[list[str], int, int]:
    """Returns a leader's sessions of one day including this one, and the changes for the two counters.

    A new number for the same occasion replaces the old number. So a repeated report adds nothing, and a leader can
    correct a number. Only the sessions of one day are stored.
    """
    today = [entry.split() for entry in written if entry.startswith(f"{day} ")]
    before = {occasion: int(came) for _, occasion, came in today}
    after = before | {report.occasion.value: report.came}
    rows = [f"{day} {occasion} {came}" for occasion, came in after.items()]
    return rows, len(after) - len(before), report.came - before.get(report.occasion, 0)


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
