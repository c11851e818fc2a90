"""Defines the two programmes that a phone can join, for local leaders and for trainees. Reads reports of community
sessions, counts lessons, and makes and checks certificates. Pure.

A phone joins with a district's code of eight digits, which expires. People get the code from a person who is known in
the district.

An officer passes a lesson by answering its three cases correctly in one session. After a wrong answer, the officer
reads the reason, returns to the question and answers again. An officer who passed six lessons gets a certificate, with
the month of the last lesson. The certificate is valid for two years. The officer must then take all lessons again.

The certificate's code has twelve letters and digits, and contains no name. The code is a number in base 26 with four
parts: the district, the month, a serial number, and a tag. The tag proves that the hotline made the code: only the
hotline's key can compute the tag. The last character shows if a person misread the code, so that the hotline does not
suspect forgery.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.text.identifiers import ALPHABET, TWINS, check_value
from hotline.text.places import districts
from hotline.text.quiz import RIGHT
from hotline.text.time import KIGALI

CODE_VALIDITY = timedelta(days=30)
"""An enrolment code is valid for this time, unless the admin sets another time."""
MAX_VALIDITY = timedelta(days=365)
CODE = re.compile(r"[1-9][0-9]{7}")


class Programme(StrEnum):
    """A programme that phones can join. The value is the name of the programme's flow."""

    LEADERS = "leaders"
    TRAINEES = "training"


class FlowNames(NamedTuple):
    """The names that a programme's flow uses for its flag and its two answers."""

    joined: str
    """The flag that is set if the phone is in the programme."""
    code: str
    leaves: str


FLOW_NAMES = {
    Programme.LEADERS: FlowNames("leader", "leader_code", "leader_leaves"),
    Programme.TRAINEES: FlowNames("officer", "officer_code", "officer_leaves"),
}
PROGRAMME_OF_ANSWER = {names.code: roll for roll, names in FLOW_NAMES.items()}
"""Maps the name of each answer that contains an enrolment code to the programme of this code."""
YES = "yes"
"""The answer with which a person confirms that they leave a programme."""
CODE_FLAG = "code"
"""The beginning of a flag's name. For example, the flag `code.12345678` is set if the caller typed 12345678 in this
session and this is a valid enrolment code."""


def new_code() -> str:
    """Returns a random enrolment code. About sixty of ninety million possible codes are valid, so a guessed code is
    almost never valid.
    """
    return str(10_000_000 + secrets.randbelow(90_000_000))


def is_enrolment_code(keyed: str) -> bool:
    return CODE.fullmatch(keyed) is not None


# The code below names and counts the lessons for officers. Each lesson has three cases.

ANSWER = re.compile(r"train_(?P<lesson>[a-z]+)_(?P<case>[1-3])")
LESSONS = ("smuggling", "violence", "child", "interview", "hours", "referral")
CASES_PER_LESSON = 3
LESSONS_COMPLETED = "lesson"
"""The name of the counter of completed lessons. A lesson is completed if the officer has answered the questions of all
three cases."""
CASES_RIGHT = "lesson_right"
CASES_OTHER = "lesson_other"
"""The names of two counters: one counts correct answers, and the other counts all other answers. The answer `unsure`
does not count as correct.
"""


class LessonCase(NamedTuple):
    """One of the three cases of a lesson."""

    lesson: str
    number: int

    @property
    def name(self) -> str:
        return f"train_{self.lesson}_{self.number}"


def lesson_case(name: str) -> LessonCase | None:
    """Returns the case of a lesson to which the answer with this name belongs. Returns None for an answer that belongs
    to no case."""
    found = ANSWER.fullmatch(name)
    return LessonCase(found["lesson"], int(found["case"])) if found else None


def case_counter(value: str) -> str:
    return CASES_RIGHT if value == RIGHT else CASES_OTHER


def whole(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if the officer answered all three cases of the lesson."""
    return all(name in answers for name in _cases(lesson))


def _cases(lesson: str) -> Sequence[str]:
    return [LessonCase(lesson, number).name for number in range(1, CASES_PER_LESSON + 1)]


# The code below reads and counts the community sessions of local leaders, and chooses the month's talking point.

MAX_ATTENDANCE = 5000
"""The highest attendance that a leader can report. No village has so many people at its Umuganda (community work), so a
higher number is a typing error."""
TALKING_POINTS = 4
"""The number of talking points: texts for community sessions. Each month has one of the talking points, in turn."""
CROWD_FLAG = "crowd"
"""The beginning of a flag's name. For example, the flag `crowd.120` is set if the leader typed 120 in this session and
this attendance is possible."""
TALK_FLAG = "talk"
OCCASION_ANSWER = "gathering_occasion"
ATTENDANCE_ANSWER = "gathering_came"
SESSIONS_HELD = "gathering"
"""The name of the counter of community sessions."""
ATTENDANCE = "gathered"
"""The name of the counter of people who attended."""


class Occasion(StrEnum):
    """The occasion of a community session. The values are also the values of a menu in the leaders' flow."""

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
"""Words that a leader may write in the SMS besides the number and the occasion. These words do not change the meaning
of the SMS."""
JOIN_WORDS = frozenset({"UMUYOBOZI", "LEADER", "LEADERS", "RESPONSABLE"})


class SessionReport(NamedTuple):
    """One community session: its occasion and the number of people who attended."""

    occasion: Occasion
    came: int


def parse_attendance(keyed: str) -> int | None:
    """Returns the number of people who attended a session, from the digits that a leader typed. Returns None if the
    number is not possible."""
    came = int(keyed) if re.fullmatch(r"[0-9]{1,6}", keyed) else 0
    return came if 1 <= came <= MAX_ATTENDANCE else None


def session_report(came: str, occasion: str) -> SessionReport | None:
    """Returns the report of a community session, from the attendance and the occasion that a leader typed. Returns None
    if the attendance or the occasion is not possible."""
    number = parse_attendance(came)
    if number is None or occasion not in set(Occasion):
        return None
    return SessionReport(Occasion(occasion), number)


def talking_point_of(day: date) -> int:
    """Returns the number of the talking point for the month of this day. The first number is 1."""
    return day.month % TALKING_POINTS + 1


def parse_sms(text: str) -> SessionReport | str | None:
    """Reads an SMS from a local leader: a report of a community session, or a request to join the programme. Returns
    the report, or the enrolment code of the request. Returns None for any other SMS. Never raises an error.

    Examples: `45 UMUGANDA`, `umuganda45`, `inteko: abantu 120`, `UMUYOBOZI 12345678`. A report may contain only a
    number, an occasion and words from `COMPANION_WORDS`. So the hotline never takes a responder's answer for a report.
    """
    plain = unicodedata.normalize("NFKD", text[:200])
    words: list[str] = re.findall(r"[A-Z]+|[0-9]+", "".join(filter(str.isascii, plain)).upper())
    pieces = [word for word in words if word not in COMPANION_WORDS.split()]
    if len(pieces) != 2:
        return None
    digits, word = sorted(pieces)
    if word in JOIN_WORDS and is_enrolment_code(digits):
        return digits
    came = parse_attendance(digits)
    if word in OCCASION_WORDS and came is not None:
        return SessionReport(OCCASION_WORDS[word], came)
    return None


def add_report(
    written: Sequence[str], day: date, report: SessionReport
) -> tuple[list[str], int, int]:
    """Adds a report to a leader's reports of one day, and returns all reports of this day. Also returns two numbers,
    which the calling function adds to the counters of sessions and of people.

    A new number for the same occasion replaces the old number. So a repeated report adds nothing, and a leader can
    correct a number. Leaves out the reports of earlier days.
    """
    today = [entry.split() for entry in written if entry.startswith(f"{day} ")]
    before = {occasion: int(came) for _, occasion, came in today}
    after = before | {report.occasion.value: report.came}
    rows = [f"{day} {occasion} {came}" for occasion, came in after.items()]
    return rows, len(after) - len(before), report.came - before.get(report.occasion, 0)


CERTIFICATES = "certificates"
"""A flag that is set if the hotline counts the person's lessons in this session, and has the key for certificates. The
session may then show a certificate.
"""
CERTIFIED = "certified"
"""A flag that is set if the officer had passed all lessons before the session began."""
PASSED = "passed"
"""The beginning of a flag's name. For example, the flag `passed.child` is set if the officer had passed the lesson
`child` before the session began."""
SHOWN = "certificate"
"""The name of the placeholder for the certificate's code in a flow's text."""

NO_DISTRICT = "00"
"""The code that replaces the district of a person who does not belong to exactly one district."""
VALID_MONTHS = 24
FIRST_YEAR = 2026
CODE_LENGTH = 12

_DISTRICTS, _MONTHS, SERIALS = 100, 300, 1000
_PAYLOADS = _DISTRICTS * _MONTHS * SERIALS
_TAGS: int = len(ALPHABET) ** (CODE_LENGTH - 1) // _PAYLOADS
"""The number of possible tags (check values) for one certificate: more than a hundred million. A forger without the
hotline's key would need about this many attempts.
"""

Passed = Mapping[str, datetime]
"""Maps the name of each lesson that an officer has passed to the time when the session of the lesson began."""
Digest = Callable[[str], str]
"""A function that makes hexadecimal digits from a text and the hotline's key."""


class CertificateVerdict(StrEnum):
    """The result of checking a certificate's code."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_OURS = "not ours"


class Certificate(NamedTuple):
    """The facts that a certificate's code contains."""

    district: str
    month: int
    """The number of months since January 2026."""
    serial: int
    """A number that is different for most phones, but from which no one can find the phone's owner. If two people show
    the same code, one of them has probably copied the other person's certificate."""

    @property
    def payload(self) -> int:
        return (self.serial * _MONTHS + self.month) * _DISTRICTS + int(self.district)

    @property
    def signed_text(self) -> str:
        """Returns the certificate's facts as text, from which the hotline's key computes the tag."""
        return f"{self.district}.{self.month}.{self.serial}"


def month_index(at: datetime) -> int:
    """Returns the month in Kigali as a number of months since January 2026."""
    there = at.astimezone(KIGALI)
    return (there.year - FIRST_YEAR) * 12 + there.month - 1


def month_name(month: int) -> str:
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}"


def is_passed(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if the officer answered all cases of the lesson correctly."""
    return lesson in LESSONS and all(answers.get(name) == RIGHT for name in _cases(lesson))


def add_lesson(passed: Passed, lesson: str, at: datetime) -> Passed:
    """Returns the lessons in `passed` and this lesson. A lesson that the officer had already passed keeps its earlier
    time.
    """
    current = current_lessons(passed, at)
    return current if lesson in current else {**current, lesson: at}


def current_lessons(passed: Passed, at: datetime) -> Passed:
    """Returns the passed lessons that still count for a certificate at this time. If the certificate has expired, no
    earlier lesson counts."""
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
    """Returns a typed code without spaces, in upper-case letters. Returns None if no certificate can have this code,
    for example because a letter was misread."""
    meant = "".join(typed.upper().replace("-", " ").split()).translate(TWINS)
    if len(meant) != CODE_LENGTH or not set(meant) <= set(ALPHABET):
        return None
    *values, check = map(ALPHABET.index, meant)
    return meant if check_value(values, len(ALPHABET)) == check else None


def decode(meant: str, digest: Digest) -> Certificate | None:
    """Returns the facts that a certificate's code contains. Returns None if the code was not made with the hotline's
    key."""
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
