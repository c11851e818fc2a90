"""Draws random stories, which are the same for the same seed. Assigns each screen of the flows to a story that can
reach this screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.compare import tales
from tests.compare.people import DISTRICTS, INVITED, LANGUAGES
from tests.compare.world import Tale

DAY = 24 * 60
MINUTES = (*range(17), 18, 20, 22, 25, 28, 31, 35, 40, 46, 50, 61, 66, 76, 91, 121, 181)
DAYS = (
    *(DAY + 7, DAY + 21, 3 * DAY + 73, 3 * DAY + 91, 4 * DAY + 95),
    *(14 * DAY + 3, 34 * DAY + 101, 34 * DAY + 122, 40 * DAY - 17),
)
GRID = (*MINUTES, *DAYS)
"""The minutes after the start of a world (a run of a hotline) at which its stories may act and its clock is moved
on."""
HOURS = ((6, 20), (12, 10), (19, 40), (4, 5), (15, 30), (7, 50), (21, 15), (9, 0))
"""The times in UTC at which worlds (runs of a hotline) start: in daytime, in the evening and at night."""
MONTHS = 4
"""The worlds begin in this number of months, because the talking point for leaders changes each month."""
EACH = 50
"""The number of stories in one world (one run of a hotline)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn story: its tale, its start, its district and its screens."""

    number: int
    tale: str
    starts: int
    district: int
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnWorld:
    number: int
    begins: datetime
    grid: tuple[int, ...]
    stories: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of story: its tale, the districts in which such a story can run, and the number of screens that one
    story covers.
    """

    tale: Tale
    where: str
    each: int
    fills: int = 0
    """The weight of this kind among the stories that are drawn at random after all screens have a story."""

    @property
    def owns(self) -> bool:
        """Returns True if the responders of the story's district take part in no other story."""
        return self.where not in ("free", "month")


KINDS = {
    "reads": Kind(tales.reads, "free", 4, 2),
    "learns": Kind(tales.learns, "free", 5, 1),
    "speaks": Kind(tales.speaks, "month", 12),
    "certified": Kind(tales.certified, "free", 4),
    "complains": Kind(tales.complains, "free", 4),
    "writes": Kind(tales.writes, "free", 0, 3),
    "tells": Kind(tales.tells, "case", 2, 8),
    "answers": Kind(tales.answers, "case", 0, 5),
    "asks_after": Kind(tales.asks_after, "case", 4, 1),
    "dials": Kind(tales.dials, "case", 3, 1),
    "decides": Kind(tales.decides, "case", 1, 1),
    "works": Kind(tales.works, "pin", 3, 1),
    "meanwhile": Kind(tales.meanwhile, "pin", 1),
    "colleague_first": Kind(tales.colleague_first, "pin", 1),
    "judged_later": Kind(tales.judged_later, "pin", 1),
    "hears_of_help": Kind(tales.hears_of_help, "pin", 1),
    "asked_back": Kind(tales.asked_back, "pin", 2),
    "closes": Kind(tales.closes, "case", 2, 1),
    "waits": Kind(tales.waits, "pin", 4),
    "forgets": Kind(tales.forgets, "pin", 3),
    "warns": Kind(tales.warns, "watched", 2),
    "locked_out": Kind(tales.locked_out, "no key", 3),
    "joins": Kind(tales.joins, "invited", 1),
    "moves": Kind(tales.moves, "moved", 1),
    "drills": Kind(tales.drills, "drill", 2),
}
OF_FLOW = {
    "report": "tells",
    "receipt": "asks_after",
    "questions": "asked_back",
    "complaint": "complains",
    "talks": "speaks",
}
OF_SCREEN = {"receipt.helper": "hears_of_help"}
BEHIND_ENTRY = {"45": "learns", "46": "learns", "90": "works"}
OF_NODE = {
    **dict.fromkeys(
        (
            *("pin_waits", "pin_off", "unread_cases", "read_waits", "read_off"),
            *("did_waits", "did_off", "taken"),
        ),
        "waits",
    ),
    **dict.fromkeys(
        (
            *("cases", "acts", "letters", "unread", "late", "there", "referred"),
            *("ended", "passed", "not_yet", "wrong", "none"),
        ),
        "dials",
    ),
    **dict.fromkeys(("let", "how", "said", "work_let", "work_how", "too_early"), "decides"),
    **dict.fromkeys(
        (*("open_first", "another_waits", "closed", "judged", "closing"), "closure_unopened"),
        "closes",
    ),
    **dict.fromkeys(("pin_wrong", "pin_rests", "refused", "changed", "my_pin"), "forgets"),
    **dict.fromkeys(("warned", "warnings"), "warns"),
    **dict.fromkeys(
        (*("paper", "paper_wrong", "choose", "again", "joined"), *("paper_waits", "choice_waits")),
        "joins",
    ),
    **dict.fromkeys(("questions", "asked", "not_asked"), "asked_back"),
    **dict.fromkeys(("helps_too", "helps_unread", "owes"), "colleague_first"),
    **dict.fromkeys(("after", "closure_in_console"), "judged_later"),
    "number_joins": "moves",
    "no_proof": "moves",
    "no_key": "locked_out",
    "exercise": "drills",
}
"""For each node in the responders' flow, the tale (kind of story) that reaches the node."""


MUST_OCCUR = frozenset(
    (
        *(f"digit {digit} by SMS" for digit in tales.DIGITS),
        *(f"language {language}" for language in LANGUAGES),
        *("channel ussd", "channel sms"),
    )
)
"""The names of digits, languages and channels that a complete comparison must cover in addition to every node."""
EXCUSED: dict[str, str] = {
    "responders.another_waits": "the holder's outcome beside a request of the desk, which is made in the console",
    "responders.too_early": "a place is corrected again, while the national desk decides of the first correction",
    "keeping.no_key": "the reader has lost its own key, while a call goes on",
    "keeping.not_yet": "an acknowledgement that is believed no longer, while its call goes on",
    "keeping.in_console": "the setting that the national desk reads in the console only begins during a call",
}
"""Maps each node that no story reaches to the reason."""


def tale_of(target: str, entry: str) -> str:
    """Returns the name of the tale (kind of story) that reaches a screen."""
    flow, _, name = target.partition(".")
    if target in tales.MEANWHILE:
        return "meanwhile"
    if target in OF_SCREEN:
        return OF_SCREEN[target]
    if flow == "responders" and name in OF_NODE:
        return OF_NODE[name]
    if flow == "keeping" and name in ("waits", "off", "no", "stop"):
        return "waits"
    if target == "training.certificate":
        return "certified"
    return OF_FLOW.get(flow) or BEHIND_ENTRY.get(entry, "reads")


def draw(
    seed: int, count: int, at: datetime, targets: Sequence[tuple[str, str]], pins: int
) -> list[DrawnWorld]:
    """Draws `count` stories, divided into worlds. A world is one run of a hotline with many stories. `targets` gives
    for each screen the digits of its nearest short code. No story gets a screen in `EXCUSED`."""
    random = Random(seed)
    hall = _Hall(random, max(1, -(-count // EACH)), pins)
    wanted: dict[str, list[str]] = {}
    for target, entry in (one for one in targets if one[0] not in EXCUSED):
        wanted.setdefault(tale_of(target, entry), []).append(target)
    must = [
        (tale, chunk)
        for tale, screens in sorted(wanted.items())
        for chunk in _chunks(random, screens, KINDS[tale].each)
    ]
    random.shuffle(must)
    # The talking point for leaders changes each month, so each of these screens gets a story in every month.
    speeches = [one for one in must if one[0] == "speaks"]
    for month in range(MONTHS):
        for tale, chunk in speeches[: count - hall.count]:
            hall.place(tale, chunk, month=month)
    for tale, chunk in [one for one in must if one not in speeches][: count - hall.count]:
        hall.place(tale, chunk)
    fills = [name for name, kind in KINDS.items() for _ in range(kind.fills)]
    for _ in range(20 * count):
        if hall.count >= count:
            break
        tale = random.choice(fills)
        screens = wanted.get(tale, [])
        some = random.sample(screens, min(len(screens), KINDS[tale].each))
        hall.place(tale, tuple(sorted(some)))
    return [
        DrawnWorld(one, _begins(at, one), GRID, tuple(told)) for one, told in enumerate(hall.placed)
    ]


class _Hall:
    """The free places for stories in all worlds (hotlines with many stories)."""

    def __init__(self, random: Random, worlds: int, pins: int) -> None:
        self.placed: list[list[Drawn]] = [[] for _ in range(worlds)]
        self.count = 0
        self._random = random
        self._free = [_places(number, pins) for number in range(worlds)]

    def place(self, tale: str, targets: tuple[str, ...], *, month: int | None = None) -> None:
        """Puts a story into the world with the fewest stories that has a free place for it. If `month` is given, the
        world must begin in this month. Leaves out the story if there is no such world.
        """
        where = KINDS[tale].where
        worlds = [
            one
            for one, free in enumerate(self._free)
            if free[where] and month in (None, one % MONTHS)
        ]
        if not worlds:
            return
        world = min(worlds, key=lambda one: (len(self.placed[one]), one))
        district = self._free[world][where].pop(0)
        starts = 0 if tale == "drills" else self._random.choice((1, 2, 7))
        self.placed[world].append(Drawn(self.count, tale, starts, district, targets))
        self.count += 1


def _begins(at: datetime, world: int) -> datetime:
    hour, minute = HOURS[world % len(HOURS)]
    days = 31 * (world % MONTHS) + world // MONTHS
    return at.replace(hour=hour, minute=minute, second=0) + timedelta(days=1 + days)


def _places(world: int, pins: int) -> dict[str, list[int]]:
    """Returns the districts of one world in which a story can run, for each need of a tale, such as a responder with a
    PIN."""
    last = len(DISTRICTS)
    # An invitation expires. So invited people and people with a new number act only in worlds that begin in the first
    # month.
    fresh = pins and world % MONTHS == 0
    invited, moved = ([*range(pins + 1, pins + 1 + INVITED)], [0]) if fresh else ([], [])
    keyless = [pins] if pins else []
    drill = [last - 1] if world in (0, len(HOURS) // 2) else []
    # This district has no coordinator, so the hotline notifies the national desk about wrong PINs in this district.
    watched = [pins - 1] if pins and not world else []
    taken = {*invited, *moved, *keyless, *drill, *watched}
    return {
        "pin": [one for one in range(pins) if one not in taken],
        "invited": invited,
        "moved": moved,
        "watched": watched,
        "no key": keyless,
        "drill": drill,
        "month": [last - 2] if world < MONTHS else [],
        "case": [one for one in range(pins, last) if one not in taken],
        "free": [*range(last)],
    }


def _chunks(random: Random, screens: Iterable[str], each: int) -> Iterable[tuple[str, ...]]:
    listed = sorted(screens)
    random.shuffle(listed)
    for at in range(0, len(listed), max(1, each)):
        yield tuple(listed[at : at + max(1, each)])
