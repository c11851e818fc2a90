"""Defines the programmes that a phone joins with a district's code: local leaders and trainees. Pure.

A code has eight digits. People who are known in their district get it by word of mouth. It identifies the district, and
it expires.
"""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hotline.text.quiz import RIGHT

CODE_VALIDITY = timedelta(days=30)
"""Time for which a code is valid, unless the admin sets another."""
MAX_VALIDITY = timedelta(days=365)
CODE = re.compile(r"[1-9][0-9]{7}")


class Programme(StrEnum):
    """One programme. Its value is the name of its flow."""

    LEADERS = "leaders"
    TRAINEES = "training"


@dataclass(frozen=True, slots=True)
class FlowNames:
    """The names of a programme's answers and flag in its flow."""

    joined: str
    """The flag of a phone that is enrolled in the programme."""
    code: str
    leaves: str


FLOW_NAMES = {
    Programme.LEADERS: FlowNames("leader", "leader_code", "leader_leaves"),
    Programme.TRAINEES: FlowNames("officer", "officer_code", "officer_leaves"),
}
PROGRAMME_OF_ANSWER = {names.code: roll for roll, names in FLOW_NAMES.items()}
"""The programme for which a code is keyed, by the answer that holds the code."""
YES = "yes"
"""The answer of a person who confirms that they leave."""
CODE_FLAG = "code"
"""`code.12345678` is set if that code, keyed in this session, enrols the caller."""


def new_code() -> str:
    """Returns a random code out of ninety million, so that no one can guess one of about sixty."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def is_enrolment_code(keyed: str) -> bool:
    return CODE.fullmatch(keyed) is not None


# Names and counts the lessons for officers, which have three cases each. Pure.

ANSWER = re.compile(r"train_(?P<lesson>[a-z]+)_(?P<case>[1-3])")
LESSONS = ("smuggling", "violence", "child", "interview", "hours", "referral")
CASES_PER_LESSON = 3
LESSONS_COMPLETED = "lesson"
"""The counter of lessons whose three cases were answered."""
CASES_RIGHT = "lesson_right"
CASES_OTHER = "lesson_other"
"""The counters of right answers and of all others. An answer `unsure` is not right."""


@dataclass(frozen=True, slots=True)
class LessonCase:
    """One of the cases of a lesson."""

    lesson: str
    number: int

    @property
    def name(self) -> str:
        return f"train_{self.lesson}_{self.number}"


def lesson_case(name: str) -> LessonCase | None:
    """Returns the case that an answer of this name belongs to, or None."""
    found = ANSWER.fullmatch(name)
    return LessonCase(found["lesson"], int(found["case"])) if found else None


def case_counter(value: str) -> str:
    return CASES_RIGHT if value == RIGHT else CASES_OTHER


def whole(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if all cases of the lesson were answered."""
    return all(
        LessonCase(lesson, number).name in answers for number in range(1, CASES_PER_LESSON + 1)
    )


# Reads and counts the community sessions of local leaders, and picks the talking point of a month. Pure.

MAX_ATTENDANCE = 5000
"""More people than come to any village's Umuganda. A higher number is a typing error."""
TALKING_POINTS = 4
"""Number of talking points. They take turns, one a month."""
CROWD_FLAG = "crowd"
"""`parse_attendance.120` is set if 120, keyed in this session, is a credible number."""
TALK_FLAG = "talk"
OCCASION_ANSWER = "gathering_occasion"
ATTENDANCE_ANSWER = "gathering_came"
SESSIONS_HELD = "gathering"
"""The counter of sessions held."""
ATTENDANCE = "gathered"
"""The counter of people who came."""


class Occasion(StrEnum):
    """The occasion of a session, with the values of the flow's menu."""

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
"""Words that may come with a number and an occasion, and change nothing."""
JOIN_WORDS = frozenset({"UMUYOBOZI", "LEADER", "LEADERS", "RESPONSABLE"})


@dataclass(frozen=True, slots=True)
class SessionReport:
    """One community session: its occasion and the number of people who came."""

    occasion: Occasion
    came: int


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A request to join the programme of local leaders."""

    code: str


def parse_attendance(keyed: str) -> int | None:
    """Returns the number of people who came. Returns None if it is not credible."""
    came = int(keyed) if re.fullmatch(r"[0-9]{1,6}", keyed) else 0
    return came if 1 <= came <= MAX_ATTENDANCE else None


def session_report(came: str, occasion: str) -> SessionReport | None:
    """Returns the session that a leader keyed. Returns None if it is not credible."""
    number = parse_attendance(came)
    if number is None or occasion not in set(Occasion):
        return None
    return SessionReport(Occasion(occasion), number)


def talking_point_of(day: date) -> int:
    """Returns the number of the month's talking point, from 1."""
    return day.month % TALKING_POINTS + 1


def parse_sms(text: str) -> SessionReport | EnrolmentRequest | None:
    """Reads a session or a request to join from an SMS. Returns None for everything else. Total.

    Examples: `45 UMUGANDA`, `umuganda45`, `inteko: abantu 120`, `UMUYOBOZI 12345678`. Only a number, a word and filler
    words match, so a responder's answer never does.
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
    """Returns a leader's sessions of one day with this one, and the numbers that it adds to the two counters.

    A new number for an occasion replaces the last one. So a repeated report adds nothing, and a leader can correct a
    number. Only one day is remembered.
    """
    today = [entry.split() for entry in written if entry.startswith(f"{day} ")]
    before = {occasion: int(came) for _, occasion, came in today}
    after = before | {report.occasion.value: report.came}
    rows = [f"{day} {occasion} {came}" for occasion, came in after.items()]
    return rows, len(after) - len(before), report.came - before.get(report.occasion, 0)
