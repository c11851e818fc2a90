"""A file of responders, read: every row is good, or all that is wrong is told. Pure.

A fault names line, column and reason. It never repeats digits that stood in the file, in whichever column they stood:
it may end in a log.

What somebody has to prove before she is enrolled: for how long, how often she may try, and who decides. Pure.

Where somebody is to work: her desks with a level in each, and her kinds of cases. Pure.

As text it is `12=deputy,31=coordinator|labour,sex`: so it waits for a second person.

How far a person's enrolment is. Pure.

The demo's responders: invented, named by their role, two for each district and two for the nation. Pure.
"""

import csv
import io
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from hotline.domain.msisdn import sendable
from hotline.domain.people.recipients import desks_of, districts_of, highest
from hotline.domain.places.places import district_named, districts
from hotline.domain.referrals.referral import LADDER, Level
from hotline.domain.tip import Category
from hotline.errors import ImportRefused, NumberInvalid
from hotline.text.languages import CODES
from hotline.text.names import NameFault, keys_of, name_fault, tidy
from hotline.text.remark import Remark, remark

OF_DISTRICTS = tuple(level for level in Level if level is not Level.NATIONAL)
COLUMNS = ("name", "msisdn", "language", "level", "districts", "categories")
MOST_LINES = 20_000
NAME_LETTERS = 80
LETTERS = {
    NameFault.MARKS: remark("name: has loose marks over its letters: type é as one letter"),
    NameFault.SCRIPTS: remark(
        "name: needs letters of one script, digits 0 to 9, and signs that a keyboard has"
    ),
}


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One row. The number stays out of `repr`."""

    line: int
    name: str
    msisdn: str = field(repr=False)
    """E.164."""
    languages: tuple[str, ...]
    """The first is what she reads."""
    desks: Mapping[str, Level]
    """Where she acts, and at which level in each."""
    categories: tuple[Category, ...]
    """Empty means all."""

    @property
    def language(self) -> str:
        return self.languages[0]

    @property
    def level(self) -> Level:
        """The highest that she has anywhere."""
        return highest(self.desks.values())

    @property
    def districts(self) -> tuple[str, ...]:
        """NISR codes; empty means all."""
        return tuple(districts_of(self.desks))


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one line."""

    line: int
    reason: Remark

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def read_responders(text: str) -> Sequence[Enrolled]:
    """The rows of a CSV file, separated by commas or semicolons, in any order of columns. Raises ImportRefused."""
    rows, faults = judge_responders(text)
    refuse(faults)
    return rows


def judge_responders(text: str) -> tuple[Sequence[Enrolled], Sequence[RowFault]]:
    """The rows that are good in themselves, and everything that is wrong with the others."""
    faults: list[RowFault] = []
    rows = [row for line, cells in _cells(text, faults) if (row := _row(line, cells, faults))]
    faults += _repeated(rows)
    if not rows and not faults:
        faults.append(RowFault(1, remark("the file holds no rows")))
    return rows, faults


def refuse(faults: Sequence[RowFault]) -> None:
    """Raises ImportRefused with every fault in the order of lines; nothing where there is none."""
    if faults:
        raise ImportRefused([str(fault) for fault in sorted(faults, key=lambda fault: fault.line)])


def _cells(text: str, faults: list[RowFault]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and cells by column, of every row that has all its columns."""
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        faults += _header_faults(header)
        if faults:
            return
        for cells in reader:
            if reader.line_num > MOST_LINES:
                most = remark("a file holds at most {count} lines", count=MOST_LINES)
                faults.append(RowFault(reader.line_num, most))
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                counts = {"count": len(cells), "wanted": len(header)}
                counted = remark("has {count} cells where {wanted} are wanted", **counts)
                faults.append(RowFault(reader.line_num, counted))
                continue
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error:
        faults.append(RowFault(reader.line_num, remark("is not CSV")))


def _header_faults(header: Sequence[str]) -> Iterator[RowFault]:
    found = Counter(header)
    for name in COLUMNS:
        if found[name] > 1:
            yield RowFault(1, remark("two columns {column}", column=name))
        elif not found[name]:
            yield RowFault(1, remark("no column {column}", column=name))
    for name in found.keys() - set(COLUMNS):
        yield RowFault(1, remark("column {column} is not known", column=_quoted(name)))


def _row(line: int, cells: Mapping[str, str], faults: list[RowFault]) -> Enrolled | None:
    wrong: list[Remark] = []
    name = tidy(cells["name"])
    if not 1 <= len(name) <= NAME_LETTERS or not name.isprintable():
        wrong.append(remark("name: must have 1 to {count} printable letters", count=NAME_LETTERS))
    elif fault := name_fault(name):
        wrong.append(LETTERS[fault])
    languages = tuple(dict.fromkeys(_several(cells["language"])))
    if not languages or any(one not in CODES for one in languages):
        wrong.append(remark("language: must be one of {codes}", codes=", ".join(CODES)))
    if cells["level"] not in set(Level):
        wrong.append(remark("level: must be one of {levels}", levels=", ".join(Level)))
    msisdn = ""
    try:
        msisdn = sendable(cells["msisdn"])
    except NumberInvalid as refused:
        wrong.append(remark("msisdn: {why}", why=str(refused)))
    desks = _desks(cells["level"], cells["districts"], wrong)
    named, known = _several(cells["categories"]), {one.value: one for one in Category}
    strange = (_quoted(one) for one in named if one not in known)
    wrong += [remark("categories: no category {category}", category=one) for one in strange]
    faults += [RowFault(line, reason) for reason in wrong]
    categories = tuple(category for one, category in known.items() if one in named)
    return None if wrong else Enrolled(line, name, msisdn, languages, desks, categories)


def _desks(level: str, cell: str, wrong: list[Remark]) -> Mapping[str, Level]:
    """`Gasabo;Huye` at the row's level; `Gasabo=deputy` at one of its own. None means every district."""
    named: dict[str, Level] = {}
    usual = Level(level) if level in set(Level) else Level.RESPONDER
    for one in _several(cell):
        name, has_level, own = (part.strip() for part in one.partition("="))
        code = district_named(name)
        if code is None:
            wrong.append(remark("districts: no district {district}", district=_quoted(name)))
        elif has_level and own not in OF_DISTRICTS:
            levels = ", ".join(OF_DISTRICTS)
            wrong.append(remark("districts: a level there is one of {levels}", levels=levels))
        else:
            named[code] = Level(own) if has_level else usual
    return dict(sorted(named.items())) if "=" in cell else desks_of(usual, sorted(named))


def _several(cell: str) -> Sequence[str]:
    return [name.strip() for name in cell.split(";") if name.strip()]


def _repeated(rows: Sequence[Enrolled]) -> Iterator[RowFault]:
    numbers: dict[str, int] = {}
    names: dict[tuple[int, str], int] = {}
    for row in rows:
        keys = [*enumerate(keys_of(row.name))]
        there = next((names[key] for key in keys if key in names), None)
        if there is not None:
            alike = remark("name: the name on line {line} looks the same", line=there)
            yield RowFault(row.line, alike)
        names = dict.fromkeys(keys, row.line) | names
        there = numbers.setdefault(row.msisdn, row.line)
        if there != row.line:
            yield RowFault(row.line, remark("msisdn: stands on line {line} already", line=there))


def _quoted(word: str) -> str:
    """A word that somebody mistyped; anything with a digit in it is not shown."""
    if any(letter.isnumeric() for letter in word) or not word.isprintable():
        return "(not shown)"
    return repr(word[:40])


CODE_LIVES = timedelta(hours=48)
"""The code went by SMS: it proves the phone."""
START_LIVES = timedelta(days=14)
"""The start PIN is on paper: it proves the person."""
DECIDED_WITHIN = timedelta(days=7)
"""Of what was proved. Then it lapses."""
OLD_NUMBER_KEPT = timedelta(days=7)
"""For telling it that it was changed."""
TRIES = 3
CODE_DIGITS = 6
START_DIGITS = 8


def new_digits(count: int) -> str:
    """By chance; the first is no zero, so that nobody loses it on the way."""
    first = 10 ** (count - 1)
    return str(first + secrets.randbelow(9 * first))


def may_decide(proved_at: datetime | None, at: datetime) -> bool:
    """Whether a second admin may decide on it at this moment."""
    return proved_at is not None and at < proved_at + DECIDED_WITHIN


@dataclass(frozen=True, slots=True)
class WantedPosting:
    desks: Mapping[str, Level]
    categories: tuple[Category, ...] = ()
    """Empty means all."""

    def __str__(self) -> str:
        places = ",".join(f"{code}={level}" for code, level in sorted(self.desks.items()))
        return f"{places}|{','.join(self.categories)}"


def read_posting(text: str) -> WantedPosting:
    """What `str` wrote. Raises ValueError."""
    places, _, kinds = text.partition("|")
    pairs = (one.split("=") for one in places.split(",") if one)
    return WantedPosting(
        {code: Level(level) for code, level in pairs},
        tuple(Category(one) for one in kinds.split(",") if one),
    )


def goes_up(before: Mapping[str, Level], after: Mapping[str, Level]) -> bool:
    """Whether it makes her more than she was: a desk that is new to her, or a higher level in one."""
    return any(
        code not in before or LADDER.index(level) > LADDER.index(before[code])
        for code, level in after.items()
    )


def without_more(before: Mapping[str, Level], after: Mapping[str, Level]) -> Mapping[str, Level]:
    """What one person may do of it at once: what is left where nothing is more than it was."""
    return {
        code: min(level, before[code], key=LADDER.index)
        for code, level in after.items()
        if code in before
    }


class EnrolmentState(StrEnum):
    """Legal steps: proving -> waiting -> active -> left, and from left back to active."""

    PROVING = "proving"
    """Written down: a code went to the phone, a start PIN to the person."""
    WAITING = "waiting"
    """Both were keyed on that phone, and she chose a PIN: a second admin decides."""
    ACTIVE = "active"
    LEFT = "left"


UNPROVED = frozenset({EnrolmentState.PROVING, EnrolmentState.WAITING})
"""Who is told of nothing yet. One of them who goes has to prove everything anew when she comes back."""


class EnrolmentKind(StrEnum):
    ENROL = "enrol"
    """A person's own phone and PIN; again where she forgot the PIN."""
    NUMBER = "number"
    """A new number; key and PIN stay."""


PREFIX = "+25078810"
"""Of a valid shape, so that everything that checks numbers is checked; no SMS of a demo leaves the machine."""
EACH = 2
ON_CALL = ("On call 1", f"{PREFIX}9901", "en")
"""Name, number and language of whom an alarm reaches."""
CALL_BACK_NUMBER = "0788109902"
"""What the national desk calls from."""
NATIONAL_NUMBER = "0788109903"
"""What responders ring at the national desk."""
WITH_PINS = ("Gasabo 1", "Gasabo 2", "National desk 1")
"""Who reads cases behind a PIN."""


def demo_numbers(confirmed_on: date) -> list[dict[str, str]]:
    """Rows of `numbers.csv` for the demo's two numbers, as a desk of a real line would sign them."""
    services = {CALL_BACK_NUMBER: "National desk calls back", NATIONAL_NUMBER: "National desk"}
    return [
        {
            "number": number,
            "service": f"{service} (demo, invented)",
            "status": "verified",
            "evidence": "invented for the demo: it rings nobody",
            "confirmed_by": "the demo, for this machine alone",
            "confirmed_on": confirmed_on.isoformat(),
            "note": "",
        }
        for number, service in services.items()
    ]


def demo_responders() -> str:
    """A file as `hotline people import` reads it. The number tells district and person: +25078810 12 01."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    for area in districts():
        for n in range(1, EACH + 1):
            number = f"{PREFIX}{area.code}{n:02}"
            rows.writerow((f"{area.name} {n}", number, "rw", Level.RESPONDER, area.name, ""))
    for n, language in enumerate(("en", "fr"), 1):
        rows.writerow((f"National desk {n}", f"{PREFIX}00{n:02}", language, Level.NATIONAL, "", ""))
    return file.getvalue()
