"""Contains the rules about responders, their enrolment, their wrong PINs, and desks. All functions are pure.

At all times, two people of the national desk and one responder in each district should be active. Callers can report
only after at least three responders' phones are enrolled. If a district has no responder, the national desk gets the
alerts about the district's tips. Callers do not notice that a district has no responder, but the hotline must tell an
admin.

After too many wrong PINs on a phone, the hotline blocks the phone. The hotline warns the coordinator of a desk if
another person may be using a responder's PIN.
"""

import csv
import io
import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hotline.core.wording import Template
from hotline.text.characters import NameFault, comparison_keys, name_fault, tidy_name
from hotline.text.errors import ImportRefused, NumberInvalid
from hotline.text.identifiers import parse_sendable
from hotline.text.languages import CODES, MessageText, message_text
from hotline.text.places import (
    ABROAD,
    NATIONAL,
    TYPED,
    UNSURE,
    Category,
    district_named,
    districts,
    is_district,
)
from hotline.text.time import KIGALI


class Level(StrEnum):
    """The levels of responders, in the order in which the hotline alerts them."""

    RESPONDER = "responder"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    NATIONAL = "national"


LEVELS = tuple(Level)


MIN_NATIONAL = 2
MIN_PHONES = 3


@dataclass(frozen=True, slots=True)
class Absence:
    """A period in which a responder is on leave."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Member:
    """A responder who is enrolled and was not removed. The fields contain what the hotline must know before it alerts
    the responder."""

    id: int
    person_id: int
    level: Level
    """The highest level that the responder has at any desk."""
    desks: frozenset[str]
    reachable: bool
    absences: tuple[Absence, ...] = ()
    has_pin: bool = False
    categories: frozenset[str] = frozenset()
    """The categories of cases that the responder may get, or an empty set if the responder may get all categories."""

    def is_active(self, at: datetime) -> bool:
        return self.reachable and not any(absence.holds(at) for absence in self.absences)

    def covers(self, desk: str) -> bool:
        return desk in self.desks


def active_national(people: Iterable[Member], at: datetime) -> int:
    """Returns the number of people of the national desk who have an active phone."""
    return len({o.person_id for o in people if o.level is Level.NATIONAL and o.is_active(at)})


def fewest_national(people: Sequence[Member], starts_at: datetime, ends_at: datetime) -> int:
    """Returns the lowest number of active people of the national desk between `starts_at` and `ends_at`."""
    begins = {
        absence.starts_at
        for one in people
        for absence in one.absences
        if starts_at <= absence.starts_at < ends_at
    }
    return min(active_national(people, at) for at in {starts_at, *begins})


def empty_districts(people: Sequence[Member], districts: Sequence[str]) -> list[str]:
    """Returns the codes of the districts in which no responder is enrolled."""
    return [code for code in districts if not any(one.covers(code) for one in people)]


def desks_without_active(
    people: Sequence[Member], districts: Sequence[str], at: datetime
) -> list[str]:
    """Returns the codes of the desks whose responders are all unreachable or on leave."""
    codes = (*districts, NATIONAL)
    desks = {code: [one for one in people if one.covers(code)] for code in codes}
    return [
        code for code, own in desks.items() if own and not any(one.is_active(at) for one in own)
    ]


def unwatched_desks(
    people: Sequence[Member],
    on_duty: Mapping[str, Collection[int]],
    staffed: Collection[str],
    shown: Collection[str],
    at: datetime,
) -> list[str]:
    """Returns the desks that no one watches. A desk is unwatched if no active phone is on duty, and no one has the
    desk's board open.

    If a desk has no roster, all people of the desk are on duty. Leaves out desks that have neither responders nor
    accounts.
    """
    phones = {
        code
        for one in people
        if one.is_active(at)
        for code in one.desks
        if code not in on_duty or one.id in on_duty[code]
    }
    desks = {code for one in people for code in one.desks} | {*staffed}
    return sorted(desks - phones - {*shown})


def desks_of(level: Level, codes: Sequence[str]) -> Mapping[str, Level]:
    """Returns the desks of a responder who has the level `level` at each of them. For the national level, the result is
    the national desk. For other levels, the result is the desks of the districts in `codes`.

    If `codes` is empty, the result is the desks of all districts.
    """
    if level is Level.NATIONAL:
        return {NATIONAL: level}
    return dict.fromkeys(codes or every_district(), level)


def highest_level(levels: Iterable[Level]) -> Level:
    """Returns the highest level in `levels`. `levels` must not be empty."""
    return max(levels, key=LEVELS.index)


def districts_of(desks: Collection[str]) -> list[str]:
    """Returns the codes of the districts among `desks`. Returns an empty list if `desks` contains all districts or no
    district.
    """
    every = every_district()
    mine = [code for code in every if code in desks]
    return [] if len(mine) == len(every) else mine


def every_district() -> list[str]:
    return sorted(district.code for district in districts())


# The code below reads files of new responders, defines the rules of enrolment, and makes the demo's responders.

OF_DISTRICTS = tuple(level for level in Level if level is not Level.NATIONAL)
COLUMNS = ("name", "msisdn", "language", "level", "districts", "categories")
MAX_LINES = 20_000
NAME_LETTERS = 80
LETTERS = {
    NameFault.MARKS: message_text("name: Type a letter with its accent as one letter, like é."),
    NameFault.SCRIPTS: message_text(
        "name: Use letters of one alphabet, digits 0 to 9 and keyboard signs only."
    ),
}


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """A row of a CSV file with new responders. `repr` leaves out the phone number."""

    line: int
    name: str
    msisdn: str = field(repr=False)
    """The phone number in E.164 format."""
    languages: tuple[str, ...]
    """The codes of the languages that the responder speaks. The hotline writes to the responder in the first of these
    languages.
    """
    desks: Mapping[str, Level]
    """The responder's desks, with the responder's level at each desk."""
    categories: tuple[Category, ...]
    """The categories of cases that the responder may get, or an empty tuple if the responder may get all categories."""
    person_id: int | None = None
    """The id of the phone's owner, or None if the owner is a new person."""

    @property
    def language(self) -> str:
        return self.languages[0]

    @property
    def level(self) -> Level:
        """Returns the highest level that the responder has at any desk."""
        return highest_level(self.desks.values())

    @property
    def districts(self) -> tuple[str, ...]:
        """Returns the NISR codes of the responder's districts. The result is empty if the responder works in all
        districts."""
        return tuple(districts_of(self.desks))


@dataclass(frozen=True, slots=True)
class RowFault:
    """An error in one line of a file that a person uploads or imports."""

    line: int
    reason: MessageText

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def read_responders(text: str) -> Sequence[EnrolmentRow]:
    """Reads a CSV file of new responders, and returns the file's rows. Raises ImportRefused with all errors in the
    file.

    The file's cells are separated by commas or semicolons, and its columns may be in any order.
    """
    rows, faults = check_rows(text)
    refuse_faults(faults)
    return rows


def check_rows(text: str) -> tuple[Sequence[EnrolmentRow], Sequence[RowFault]]:
    """Returns the rows without errors, and all errors of a CSV file. If two rows have the same name or number, returns
    both rows, and adds an error about them.
    """
    faults: list[RowFault] = []
    filled = read_cells(text, COLUMNS, faults)
    rows = [row for line, cells in filled if (row := check_row(line, cells, faults))]
    faults += _repeated(rows)
    if not rows and not faults:
        faults.append(RowFault(1, message_text("The file has no rows. Add at least one person.")))
    return rows, faults


def refuse_faults(faults: Sequence[RowFault]) -> None:
    """Raises ImportRefused with all errors in `faults`, in the order of their lines. Does nothing if `faults`
    is empty.
    """
    if faults:
        raise ImportRefused([str(fault) for fault in sorted(faults, key=lambda fault: fault.line)])


def read_cells(
    text: str, columns: Sequence[str], faults: list[RowFault]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yields the line number and the cells of each complete row in a CSV file, with the cells by column name. For a row
    with too few or too many cells, adds an error to `faults` instead."""
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        faults += _header_faults(header, columns)
        if faults:
            return
        for cells in reader:
            if reader.line_num > MAX_LINES:
                most = message_text(
                    "A file can hold at most {count} lines. Split the file.", count=MAX_LINES
                )
                faults.append(RowFault(reader.line_num, most))
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                counts = {"count": len(cells), "wanted": len(header)}
                counted = message_text("This row has {count} cells, but needs {wanted}.", **counts)
                faults.append(RowFault(reader.line_num, counted))
                continue
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error:
        faults.append(RowFault(reader.line_num, message_text("This line is not valid CSV.")))


def _header_faults(header: Sequence[str], columns: Sequence[str]) -> Iterator[RowFault]:
    found = Counter(header)
    for name in columns:
        if found[name] > 1:
            yield RowFault(
                1,
                message_text("The column {column} is there twice. Remove one column.", column=name),
            )
        elif not found[name]:
            yield RowFault(1, message_text("The column {column} is missing. Add it.", column=name))
    for name in found.keys() - set(columns):
        yield RowFault(
            1, message_text("The column {column} is not known. Remove it.", column=_quoted(name))
        )


def check_row(line: int, cells: Mapping[str, str], faults: list[RowFault]) -> EnrolmentRow | None:
    """Returns the person that the cells of one row describe. If a cell is wrong, adds the errors to `faults`
    and returns None."""
    wrong: list[MessageText] = []
    name = tidy_name(cells["name"])
    if not 1 <= len(name) <= NAME_LETTERS or not name.isprintable():
        wrong.append(
            message_text(
                "name: Enter a name of 1 to {count} printable letters.", count=NAME_LETTERS
            )
        )
    elif fault := name_fault(name):
        wrong.append(LETTERS[fault])
    languages = tuple(dict.fromkeys(_several(cells["language"])))
    if not languages or any(one not in CODES for one in languages):
        wrong.append(
            message_text("language: Enter one or more of {codes}.", codes=", ".join(CODES))
        )
    if cells["level"] not in set(Level):
        wrong.append(message_text("level: Enter one of {levels}.", levels=", ".join(Level)))
    msisdn = ""
    try:
        msisdn = parse_sendable(cells["msisdn"])
    except NumberInvalid as refused:
        wrong.append(message_text("msisdn: {why}", why=message_text(str(refused))))
    desks = _desks(cells["level"], cells["districts"], wrong)
    named, known = _several(cells["categories"]), {one.value: one for one in Category}
    wrong += [
        message_text(
            "categories: There is no category {category}. Check the spelling.",
            category=_quoted(one),
        )
        for one in named
        if one not in known
    ]
    faults += [RowFault(line, reason) for reason in wrong]
    categories = tuple(category for one, category in known.items() if one in named)
    return None if wrong else EnrolmentRow(line, name, msisdn, languages, desks, categories)


def _desks(level: str, cell: str, wrong: list[MessageText]) -> Mapping[str, Level]:
    """Returns the desks of the districts that a cell names, each with the responder's level. An empty cell means the
    desks of all districts.

    The cell `Gasabo;Huye` means the desks of both districts, with the level of the row. The cell `Gasabo=deputy` means
    the desk of Gasabo with the level "deputy".
    """
    named: dict[str, Level] = {}
    usual = Level(level) if level in set(Level) else Level.RESPONDER
    for one in _several(cell):
        name, has_level, own = (part.strip() for part in one.partition("="))
        code = district_named(name)
        if code is None:
            wrong.append(
                message_text(
                    "districts: There is no district {district}. Check the spelling.",
                    district=_quoted(name),
                )
            )
        elif has_level and own not in OF_DISTRICTS:
            levels = ", ".join(OF_DISTRICTS)
            wrong.append(
                message_text("districts: After the = sign, enter one of {levels}.", levels=levels)
            )
        else:
            named[code] = Level(own) if has_level else usual
    return dict(sorted(named.items())) if "=" in cell else desks_of(usual, sorted(named))


def _several(cell: str) -> Sequence[str]:
    return [name.strip() for name in cell.split(";") if name.strip()]


def _repeated(rows: Sequence[EnrolmentRow]) -> Iterator[RowFault]:
    numbers: dict[str, int] = {}
    names: dict[tuple[int, str], int] = {}
    for row in rows:
        keys = [*enumerate(comparison_keys(row.name))]
        there = next((names[key] for key in keys if key in names), None)
        if there is not None:
            alike = message_text(
                "name: The name on line {line} looks like this name. Change one name.", line=there
            )
            yield RowFault(row.line, alike)
        names = dict.fromkeys(keys, row.line) | names
        there = numbers.setdefault(row.msisdn, row.line)
        if there != row.line:
            yield RowFault(
                row.line,
                message_text(
                    "msisdn: Line {line} has the same phone number. Remove one line.", line=there
                ),
            )


def _quoted(word: str) -> str:
    """Returns a mistyped word in quotes for an error message. Returns "(not shown)" if the word contains a digit,
    because the word could be a phone number.
    """
    if any(letter.isnumeric() for letter in word) or not word.isprintable():
        return "(not shown)"
    return repr(word[:40])


CODE_VALIDITY = timedelta(hours=48)
"""The time for which the code in the enrolment SMS is valid. A person who enters the code proves that they have the
phone.
"""
START_PIN_VALIDITY = timedelta(days=14)
"""The time for which a start PIN is valid. A person who enters the start PIN proves who they are, because only the
right person gets the PIN on paper.
"""
DECIDED_WITHIN = timedelta(days=7)
"""The time within which a second admin must decide about an enrolment, after the responder has entered the code and the
start PIN. If the admin does not decide in time, the responder must start the enrolment again.
"""
OLD_NUMBER_KEPT = timedelta(days=7)
"""After a change of number, the hotline keeps the old number for this time, to report the change there by SMS.
"""
MAX_ATTEMPTS = 3
CODE_DIGITS = 6
START_DIGITS = 8


def new_digits(count: int) -> str:
    """Returns a text of `count` random digits. The first digit is never zero, because people may not type a leading
    zero.
    """
    first = 10 ** (count - 1)
    return str(first + secrets.randbelow(9 * first))


def may_decide(proved_at: datetime | None, at: datetime) -> bool:
    """Returns True if a second admin may decide about the enrolment now."""
    return proved_at is not None and at < proved_at + DECIDED_WITHIN


@dataclass(frozen=True, slots=True)
class RequestedPosting:
    desks: Mapping[str, Level]
    categories: tuple[Category, ...] = ()
    """The categories of cases that the responder gets, or an empty tuple if the responder gets all categories."""

    def __str__(self) -> str:
        places = ",".join(f"{code}={level}" for code, level in sorted(self.desks.items()))
        return f"{places}|{','.join(self.categories)}"


def read_posting(text: str) -> RequestedPosting:
    """Reads a requested change of a responder's desks, levels and categories from text that `RequestedPosting.__str__`
    wrote. Raises ValueError for any other text.
    """
    places, _, kinds = text.partition("|")
    pairs = (one.split("=") for one in places.split(",") if one)
    return RequestedPosting(
        {code: Level(level) for code, level in pairs},
        tuple(Category(one) for one in kinds.split(",") if one),
    )


def gains_rights(before: Mapping[str, Level], after: Mapping[str, Level]) -> bool:
    """Returns True if a change gives the responder a new desk, or a higher level at a desk."""
    return any(
        code not in before or LEVELS.index(level) > LEVELS.index(before[code])
        for code, level in after.items()
    )


def without_gains(before: Mapping[str, Level], after: Mapping[str, Level]) -> Mapping[str, Level]:
    """Returns the part of a change that needs no approval. It contains the desks in both `before` and `after`, each
    with the lower level.
    """
    return {
        code: min(level, before[code], key=LEVELS.index)
        for code, level in after.items()
        if code in before
    }


class EnrolmentState(StrEnum):
    """The state of a responder's enrolment.

    An enrolment begins in the state `PROVING`, then has the state `WAITING`, and then `ACTIVE`. A responder in the
    state `REMOVED` can be enrolled again.
    """

    PROVING = "proving"
    """The responder must still prove that they have the phone. The hotline sent a code to the phone, and the responder
    gets a start PIN on paper."""
    WAITING = "waiting"
    """The responder entered the code and the start PIN on the phone, and chose a PIN. A second admin must now approve
    or refuse the enrolment.
    """
    ACTIVE = "active"
    REMOVED = "left"


UNPROVED = frozenset({EnrolmentState.PROVING, EnrolmentState.WAITING})
"""The states in which a responder is not fully enrolled and gets no alerts. If a removed responder is enrolled again,
the state is first `PROVING` and then `WAITING`.
"""


class EnrolmentKind(StrEnum):
    """One kind of enrolment. Each kind proves different facts about the responder."""

    ENROL = "enrol"
    """The enrolment proves that the responder has this phone. During the enrolment, the responder chooses a PIN. A
    responder who forgot the PIN also needs an enrolment of this kind.
    """
    NUMBER = "number"
    """The enrolment proves that the responder has a new phone number. The responder keeps the key and the PIN."""


PREFIX = "+25078810"
"""The first digits of the phone numbers of the demo's responders. The numbers have a valid form, so that the hotline
accepts them. The demo sends no real SMS to these numbers.
"""
EACH = 2
ON_CALL = ("Admin 1", f"{PREFIX}9901", "en")
"""The name, number and language of the demo's on-call contact, who also has an account in the demo's console."""
CALL_BACK_NUMBER = "0788109902"
"""The number from which the demo's national desk calls callers back."""
NATIONAL_NUMBER = "0788109903"
"""The number that responders call to reach the demo's national desk."""
WITH_PINS = ("Gasabo 1", "Gasabo 2", "National desk 1")
"""The demo's responders who have a PIN, so that they can read cases by phone."""


def demo_numbers(confirmed_on: date) -> list[dict[str, str]]:
    """Returns rows of `numbers.csv` for the two numbers of the demo's national desk, marked as verified."""
    services = {CALL_BACK_NUMBER: "National desk calls back", NATIONAL_NUMBER: "National desk"}
    return [
        {
            "number": number,
            "service": f"{service} (demo, sample data)",
            "status": "verified",
            "evidence": "sample number of the demo: it rings no one",
            "confirmed_by": "the demo, for this machine alone",
            "confirmed_on": confirmed_on.isoformat(),
            "note": "",
        }
        for number, service in services.items()
    ]


def demo_responders() -> str:
    """Returns a CSV file with the demo's responders for `hotline people import`.

    Each phone number contains the district and the person: +25078810 12 01 is the number of person 01 in district 12.
    """
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


CODE = re.compile(r"[a-z][a-z0-9-]{2,23}")
DESK_NAME_LETTERS = 60


class DeskKind(StrEnum):
    DISTRICT = "district"
    NATIONAL = "national"
    SERVICE = "service"
    """A service desk gets service referrals, but never tips or alerts."""
    BORDER = "border"
    """A border desk works at a border post, and can stop a journey out of the country."""
    PROTECTION = "protection"
    """A protection desk works for a refugee camp. The hotline alerts a protection desk together with the desk of its
    district.
    """
    OVERSIGHT = "oversight"
    """An oversight desk does not belong to the ministry, and gets the complaints about the national desk."""


ADDED_KINDS = (DeskKind.SERVICE, DeskKind.BORDER, DeskKind.PROTECTION, DeskKind.OVERSIGHT)
"""The kinds of desks that people can add; `hotline init` makes the desks of the other kinds."""
APART = message_text("a person of an oversight desk (for complaints) cannot belong to another desk")
"""The error if a person would belong to an oversight desk and to another desk. A person of both desks could read
complaints about the other desk.
"""
OVERSEEN_DESK = message_text(
    "the national desk may not decide about people of an oversight desk, which handles complaints about "
    "the national desk: ask an admin or a person of the oversight desk"
)
READING_KINDS = frozenset(DeskKind) - {DeskKind.SERVICE}
"""The kinds of desks that can decrypt tips."""


def kind_of(code: str) -> DeskKind:
    """Returns the kind of a desk that `hotline init` made, from the desk's code."""
    return DeskKind.NATIONAL if code == NATIONAL else DeskKind.DISTRICT


def is_code(code: str) -> bool:
    """Returns True if people may add a desk with this code. The code must not be the code of a place, or of a desk that
    `hotline init` makes.
    """
    taken = code in {NATIONAL, ABROAD, UNSURE, TYPED} or is_district(code)
    return bool(CODE.fullmatch(code)) and not taken


RESPONDER, ACCOUNT = "r", "account"


def of_responder(responder_id: int) -> str:
    return f"{RESPONDER}{responder_id}"


def of_account(account_id: int) -> str:
    return f"{ACCOUNT}:{account_id}"


def responder_of(member: str) -> int | None:
    """Returns the responder's id, or None if the member of a desk is an account."""
    number = member.removeprefix(RESPONDER)
    return int(number) if number != member and number.isdecimal() else None


def account_of(named: str) -> int | None:
    """Returns the account's id from a text that names a member of a desk, or that names an actor in the audit log.
    Returns None if the text names no account.
    """
    kind, _, rest = named.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == ACCOUNT and number.isdecimal() else None


MAX_IN_A_ROW = 3
"""After this number of wrong PINs in a row, the hotline blocks the phone for the time `SHORT_BLOCK`."""
MAX_IN_A_DAY = 6
"""After this number of wrong PINs within the time `DAY`, the hotline blocks the phone until `BLOCK_ENDS`. After a right
PIN, the hotline counts wrong PINs from zero again.
"""
SHORT_BLOCK, DAY = timedelta(minutes=10), timedelta(hours=24)
BLOCK_ENDS = time(6)
"""The time of day in Kigali at which a long block ends."""


def blocked_until(wrong: Sequence[datetime]) -> datetime | None:
    """Returns the time until which a phone is blocked because of wrong PINs. Returns None if the phone is not blocked.

    `wrong` contains the times of the wrong PINs since the last right PIN, oldest first. After a long block (until the
    morning), the hotline counts wrong PINs from zero again.
    """
    until, in_a_row, today = None, 0, list[datetime]()
    for at in wrong:
        until, in_a_row = None, in_a_row + 1
        today = [*(one for one in today if at - one < DAY), at]
        if len(today) >= MAX_IN_A_DAY:
            until, in_a_row, today = _morning_after(at), 0, []
        elif in_a_row >= MAX_IN_A_ROW:
            until, in_a_row = at + SHORT_BLOCK, 0
    return until


def is_long_block(at: datetime, until: datetime) -> bool:
    """Returns True if a phone is blocked for a long time, from `at` to `until`. Colleagues must then take over the
    responder's cases.
    """
    return until - at > SHORT_BLOCK or until == _morning_after(at)


def _morning_after(at: datetime) -> datetime:
    local = at.astimezone(KIGALI)
    morning = datetime.combine(local.date(), BLOCK_ENDS, KIGALI)
    if morning <= local:
        morning += timedelta(days=1)
    return max(morning, at + SHORT_BLOCK)


MANY_CASES = 10
"""If a phone opens more than this number of cases within the time `MANY_WITHIN`, the hotline warns the coordinator of
the responder's desk."""
MANY_WITHIN = timedelta(hours=1)
NIGHT_BEGINS, NIGHT_ENDS, REPORTED_AT = time(22), time(6), time(7)
"""The times of day in Kigali at which the night begins, the night ends, and coordinators get an SMS about the night.
The SMS warns about all phones on which someone read cases during the night.
"""
SHOWN_FOR = timedelta(days=7)
"""The time for which a coordinator can read a warning about a responder's PIN."""
KEPT_FOR = timedelta(days=90)


class PinWarning(StrEnum):
    """The reason for warning a coordinator about a responder's PIN. After the warning, the coordinator should ask the
    responder if they used the phone."""

    WRONG = "wrong"
    """A person entered wrong PINs: three in a row, or six in a day."""
    NETWORK = "network"
    """The phone is now in another mobile network than when the responder last opened the list of cases. An attacker may
    have copied the SIM card."""
    MANY = "many"
    """The phone opened more than `MANY_CASES` cases in an hour."""
    NIGHT = "night"
    """Someone read cases on the phone at night."""
    NOT_ME = "not_me"
    """The responder reported that another person used their phone to open the list of cases."""


WARNING_TEMPLATES: Mapping[PinWarning, Template] = {
    PinWarning.WRONG: Template.PINS_WRONG,
    PinWarning.NETWORK: Template.PIN_NETWORK,
    PinWarning.MANY: Template.PIN_MANY,
    PinWarning.NIGHT: Template.PIN_NIGHT,
    PinWarning.NOT_ME: Template.PIN_NOT_ME,
}
"""The SMS to a coordinator for each kind of warning, without the name of the responder."""
SHOWN_TEMPLATES: Mapping[PinWarning, Template] = {
    PinWarning.WRONG: Template.WARNING_WRONG,
    PinWarning.NETWORK: Template.WARNING_NETWORK,
    PinWarning.MANY: Template.WARNING_MANY,
    PinWarning.NIGHT: Template.WARNING_NIGHT,
    PinWarning.NOT_ME: Template.WARNING_NOT_ME,
}
"""The screen that a coordinator sees for each kind of warning, after entering a PIN. The screen shows the name of the
responder."""


def is_night(at: datetime) -> bool:
    """Returns True if the time of day is between `NIGHT_BEGINS` and `NIGHT_ENDS` in Kigali."""
    local = at.astimezone(KIGALI).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def night_began(at: datetime) -> datetime:
    """Returns the time, at or before `at`, at which the last night began."""
    local = at.astimezone(KIGALI)
    begins = datetime.combine(local.date(), NIGHT_BEGINS, KIGALI)
    return begins if begins <= local else begins - timedelta(days=1)


def last_report_before(at: datetime) -> datetime:
    """Returns the time, at or before `at`, at which the last morning SMS about PIN warnings was due. The SMS that was
    due at this time reports all earlier warnings.
    """
    local = at.astimezone(KIGALI)
    morning = datetime.combine(local.date(), REPORTED_AT, KIGALI)
    return morning if morning <= local else morning - timedelta(days=1)
