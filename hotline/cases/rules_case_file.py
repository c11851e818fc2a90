"""Writes the case file for a prosecutor or court, and decides what the file leaves out. Pure.

Without an order of a court or prosecutor, the file contains nothing that the caller said. Without an order, the file
also hides the minute of the call. The file gives only the day of each alert, because the exact time would reveal the
time of the call. The file never contains a phone number, a receipt, a reference or the name of a responder.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.text.identifiers import without_revealing
from hotline.text.languages import phrase
from hotline.text.time import KIGALI
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    FILE_TOLD,
    INTEREST,
    NO,
    QUESTIONS,
    YES,
    MetPerson,
    ServiceAnswer,
)

Say = Callable[..., str]


class FileBasis(StrEnum):
    """The legal reason for a case file."""

    REQUEST = "request"
    """A prosecutor or court asked for the file, but there is no order."""
    PROSECUTOR = "prosecutor"
    """A prosecutor gave an order, which has a number."""
    JUDGE = "judge"


class FileStop(StrEnum):
    """The reason why the hotline refuses to make a case file."""

    NOT_HERE = "not_here"
    NO_PERSON = "no_person"
    NOT_TOLD = "not_told"
    SAYS_NO = "says_no"
    NO_POLICE = "no_police"
    CHILD = "child"
    NO_ORDER = "no_order"
    PENDING = "pending"


ORDER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 ./-]{0,39}", re.ASCII)
"""The format of an order's number, such as `RP 00123/2026/TGI`. A number has at least one digit, and its letters are
capital letters."""
SPACES = re.compile(r"[ .-]")
LONG = re.compile(r"\d{9}")
MSISDN = re.compile(r"(?:\b|250|0)7[2389]\d{7}")


def is_order_valid(basis: FileBasis, number: str) -> bool:
    """Returns True if the number of the order is valid. If there is no order, the number must be empty."""
    if basis is FileBasis.REQUEST:
        return not number
    return ORDER.fullmatch(number) is not None and not _is_callable(number)


def _is_callable(number: str) -> bool:
    """Returns True if the number of an order could be a phone number. In `RP 00123/2026/TGI`, slashes divide the
    digits, so this number could not be a phone number."""
    digits = SPACES.sub("", number)
    return bool(LONG.search(digits) or MSISDN.search(digits.replace("/", "")))


def refuses_police(person: MetPerson) -> bool:
    """Returns True if the person has ever refused the help of the police, even if an officer corrected this later."""
    offers = {one.entry.id: one.entry.reported.codes for one in person.timeline}
    answers = ((one.entry.reported.referral, one.entry.reported.codes) for one in person.timeline)
    return any(
        codes.get("answer") == ServiceAnswer.PERSON_REFUSED
        and offers.get(offer or 0, {}).get("service") == "police"
        for offer, codes in answers
    )


def refusal_of(people: Sequence[MetPerson], n: int | None) -> FileStop | None:
    """Returns the reason why a file must not contain the coded answers of the person with the number `n`. Returns None
    if there is no such reason.

    Also returns None if `n` is None, because the file then contains no coded answers.
    """
    person = next((one for one in people if one.n == n), None)
    if n is None:
        return None
    if person is None:
        return FileStop.NO_PERSON
    if refuses_police(person):
        return FileStop.NO_POLICE
    if not person.file_answers:
        return FileStop.NOT_TOLD
    if person.file_answers[FILE_TOLD] == NO:
        return FileStop.SAYS_NO
    return FileStop.CHILD if person.is_child and person.file_answers.get(INTEREST) != YES else None


LEFT_OUT = "[...]"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MIN_NAME = 4


def names_in(of_case: Collection[str], others: Collection[str]) -> frozenset[str]:
    """Returns the texts that a file must not contain: the names of all people of the hotline. Also returns each single
    word of the names of officers who worked on the case."""
    parts = {part for name in of_case for part in name.split() if len(part) >= MIN_NAME}
    return frozenset({*of_case, *parts, *others} - {""})


def letter(index: int) -> str:
    """Returns the letter that replaces an officer's name in the file: A to Z, then A1 to Z1."""
    turn, at = divmod(index, len(LETTERS))
    return LETTERS[at] + (str(turn) if turn else "")


def scrubbed(text: str, names: Collection[str]) -> str:
    """Returns the text without its numbers, mail addresses and references, and without names of people of the
    hotline."""
    text = without_revealing(text, LEFT_OUT)
    for name in sorted(names, key=len, reverse=True):
        is_name = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        text = is_name.sub(LEFT_OUT, text)
    return text


@dataclass(frozen=True, slots=True)
class FileEvent:
    """One event that the file lists: an action of an officer, or of the hotline itself."""

    at: datetime
    sentence: str
    """The English sentence about the event, with the placeholder `{who}` for the officer."""
    who: str
    """The officer's role with a letter. Both replace the officer's name."""
    text: str = field(default="", repr=False)
    """The text of the event: a note that can still contain names and numbers, or the texts of coded answers."""
    by_clock: bool = False
    """True if the hotline itself causes this event at a fixed time after the call or after an earlier event."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The facts of a case from which a file is written. Some of these facts are only in a file with an order."""

    number: int
    filed_at: datetime
    made_at: datetime
    basis: FileBasis
    order: str
    about: Sequence[tuple[str, str]]
    """District, type and urgency of the case, each with its label."""
    events: Sequence[FileEvent]
    custody: Sequence[FileEvent]
    person: MetPerson | None = field(default=None, repr=False)
    """The person whose coded answers the file contains. None if the file contains no coded answers."""
    answers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    """The caller's answers, each with its question."""
    call: Sequence[tuple[str, str]] = field(default=(), repr=False)
    """The channel, the language and the minute of the call, with their labels."""
    names: frozenset[str] = field(default=frozenset(), repr=False)
    """The names of people and the references that the file must not contain."""


TITLE = phrase("Case file")
HIDES = (
    phrase(
        "This file shows no phone number and no receipt. A letter, such as A, replaces each officer's name."
    ),
    phrase(
        "A case file contains notes on one person at most. "
        "It contains no notes on a person who refused a case file or refused help from the police."
    ),
)
WITHOUT_ORDER = phrase(
    "Without an order of a prosecutor or judge, a case file contains nothing that the caller said. For an event near "
    "the time of the call, the file gives the day and hour, but no minutes. For an alert, the file gives only the day."
)
NEAR_THE_CALL = timedelta(hours=1)
"""If an event comes within this time after the call, a file without an order gives only the hour of the event."""


def document(facts: FileFacts, say: Say, bases: Mapping[str, str]) -> dict[str, object]:
    """Returns the content of the case file, for the template that prints the file. `bases` contains the text for each
    `FileBasis`."""
    has_order = facts.basis is not FileBasis.REQUEST
    clean = facts.names
    head = [
        (say(phrase("Legal basis")), " ".join((say(bases[facts.basis]), facts.order)).strip()),
        (say(phrase("Made")), f"{facts.made_at.astimezone(KIGALI):%Y-%m-%d}"),
        *facts.about,
    ]
    if not has_order:
        head.append(
            (say(phrase("Day of the call")), f"{facts.filed_at.astimezone(KIGALI):%Y-%m-%d}")
        )
    sections = [(phrase("Legal basis and facts of the case"), head)]
    if has_order:
        answers = [(scrubbed(one, clean), scrubbed(two, clean)) for one, two in facts.answers]
        sections.append((phrase("The call"), [*facts.call, *answers]))
    steps = _rows(facts, facts.events, say)
    sections.append((phrase("Steps and observations of officers"), steps))
    if facts.person is not None:
        rows = [*_of_person(facts.person, say)]
        sections.append((phrase("Signs of trafficking and official decisions"), rows))
    sections.append((phrase("Access to the case"), _rows(facts, facts.custody, say)))
    return {
        "title": f"{say(TITLE)} {facts.number}",
        "notes": [say(one) for one in (*HIDES, *(() if has_order else (WITHOUT_ORDER,)))],
        "sections": [{"title": say(title), "rows": rows} for title, rows in sections],
    }


def _rows(facts: FileFacts, events: Sequence[FileEvent], say: Say) -> list[tuple[str, str]]:
    """Returns the events with their times, in order. If the file gives only the day of an event, lists the event before
    the other events of this day. Events of the same day with the same text appear only once. Otherwise, the order or
    the number of events would reveal the time of the call."""
    rows: list[tuple[str, str]] = []
    for one in sorted(events, key=lambda one: _day(one.at) if _by_day(facts, one) else one.at):
        said = say(one.sentence, who=one.who)
        row = _time(facts, one), f"{said} {scrubbed(one.text, facts.names)}".strip()
        if row not in rows or not _by_day(facts, one):
            rows.append(row)
    return rows


def _by_day(facts: FileFacts, one: FileEvent) -> bool:
    return facts.basis is FileBasis.REQUEST and one.by_clock


def _day(at: datetime) -> datetime:
    return at.astimezone(KIGALI).replace(hour=0, minute=0, second=0, microsecond=0)


def _time(facts: FileFacts, one: FileEvent) -> str:
    """Returns the time of an event, as the file prints it. Without an order, the file gives only the day of an alert.
    Without an order, the file gives only the hour of other events near the time of the call."""
    local = one.at.astimezone(KIGALI)
    if _by_day(facts, one):
        return f"{local:%Y-%m-%d}"
    hour = local.replace(minute=0, second=0, microsecond=0)
    is_near = facts.basis is FileBasis.REQUEST and hour <= facts.filed_at + NEAR_THE_CALL
    return f"{local:%Y-%m-%d %H} h" if is_near else f"{local:%Y-%m-%d %H:%M}"


IN_FILE = (LoggedEvent.SCREENED, LoggedEvent.DETERMINATION)
"""The kinds of forms whose answers the file contains: the observations of officers, and decisions of a court or the
police."""
NOT_IN_FILE = (INTEREST, "again", "nationality", "state")


def _of_person(person: MetPerson, say: Say) -> Iterator[tuple[str, str]]:
    for line in person.timeline:
        entry = line.entry
        if entry.kind not in IN_FILE or line.corrected_by is not None:
            continue
        day = f"{entry.at.astimezone(KIGALI):%Y-%m-%d}"
        for name, code in entry.reported.codes.items():
            if name not in NOT_IN_FILE:
                asked = QUESTIONS[name]
                yield day, f"{say(asked.asks)} {say(asked.values[code])}"
