"""Lists the phones with which the crawler makes its tours (walks through all screens): unknown phones, and each kind
of phone that the hotline knows. Together, these phones reach every node.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hotline.programmes.rules import TALKING_POINTS, Programme
from tests.crawler import phones
from tests.crawler.phones import MAY_COME, NOBODY_COMES, Helper, Holder, Joined
from tests.crawler.pin_phones import behind_pin
from tests.crawler.told_reader import ABOUT_PIN, RIGHT_PIN
from tests.support.callers import DANGER_HERE, Line
from tests.support.receipts import MY_NUMBER


@dataclass(frozen=True, slots=True)
class Standing:
    name: str
    entry: str = ""
    opening: tuple[str, ...] = ()
    """The keys with which every walk begins, after the choice of the language."""
    within: frozenset[str] = frozenset()
    """The flows that this phone visits. In other flows, a walk ends at their first screen. An empty set means all
    flows."""
    prepare: phones.Prepare = phones.as_all
    meanwhile: Callable[[Line], None] | None = None
    """A function that runs between dialling and the first key."""
    months: int = 0
    """The number of months by which the clock of this phone's hotline is ahead, because some texts change each
    month."""
    enrolled: bool = False
    """If True, this is a responder's phone. The hotline knows the language of the responder and shows special
    screens."""
    at_once: bool = False
    """If True, all keys of a walk except the last come in one hop. This works only if the phone types the same text in
    every conversation."""
    most: int = 400
    """The maximum number of hops on one tour. A tour that needs more hops shows a fault in the hotline or in the
    prepared phone."""


HERS = Standing(
    "responder behind her PIN",
    "90",
    within=frozenset({"responders"}),
    prepare=behind_pin,
    enrolled=True,
    at_once=True,
    most=1_500,
)
REPORT = frozenset({"report"})
COMPLAINS = {"reads": (), "reads from now on": ("1", "9", "1", "0", "0", "0")}
"""The keys that follow when a caller complains. The caller in the second tour first complains about a helper, and then
goes back to the question who treated the caller badly."""
STANDINGS = (
    Standing("everybody", most=5_000),
    *(
        Standing(
            f"holder of a number: {status}",
            opening=MY_NUMBER,
            within=frozenset({"questions", "receipt"}),
            prepare=Holder(become),
        )
        for status, become in phones.STATUSES.items()
    ),
    *(
        Standing(
            f"{phones.NAMED[roll]} with a code",
            entry,
            within=frozenset({roll.value}),
            prepare=phones.Invited(roll),
        )
        for roll, entry in phones.ROLLS.items()
    ),
    Standing("officer on the roll", "46", prepare=Joined(Programme.TRAINEES), most=2_000),
    Standing(
        "officer who passed every lesson",
        "46",
        within=frozenset({Programme.TRAINEES.value}),
        prepare=phones.as_certified,
    ),
    Standing(
        "whoever tells while no alert can leave",
        opening=DANGER_HERE[:3],
        within=REPORT,
        prepare=phones.while_alerts_are_blocked,
        most=2_000,
    ),
    *(
        Standing(
            f"whoever complains where an outside office {how}",
            opening=("4", "5", "3", "2", *keyed),
            within=frozenset({"complaint"}),
            prepare=phones.with_outside_office,
        )
        for how, keyed in COMPLAINS.items()
    ),
    replace(HERS, name="officer who reports", opening=(RIGHT_PIN, "5", "2", "2"), within=REPORT),
    Standing("helper with nothing to take", "90", prepare=phones.as_idle_helper, enrolled=True),
    *(
        Standing(name, "90", prepare=helper, enrolled=True)
        for name, helper in {
            "helper with a case": Helper(),
            "helper with a case to go to": Helper(MAY_COME),
            "helper who took a case": Helper(took=True),
            "helper with an exercise": Helper(exercise=True),
            "national desk of a case that nobody may come to": Helper(NOBODY_COMES, national=True),
            "helper of a case that somebody else asks to close": Helper(took=True, requested=True),
            "national desk that is asked to confirm": Helper(national=True, requested=True),
            "desk confirming in console": Helper(national=True, requested=True, in_console=True),
            "desk reading in console": Helper(national=True, took=True, in_console=True),
            "national desk of a corrected case": Helper(national=True, corrected=True),
        }.items()
    ),
    Standing(
        "helper who is late",
        "90",
        prepare=Helper(),
        meanwhile=phones.colleagues_are_quicker,
        enrolled=True,
    ),
    *(
        Standing(
            f"leader in month {number}", "45", prepare=Joined(Programme.LEADERS), months=number - 1
        )
        for number in range(1, TALKING_POINTS + 1)
    ),
)
ABOUT = {
    "asks on site": (("1", "5", "4"), {"screening", "offering", "keeping"}, 500),
    "asks a grown-up": (("1", "5", "4", "1", "1", "2"), {"screening", "offering"}, 600),
    "offers help": (("1", "3"), {"helping"}, 200),
    "says who arrived": (("2",), {"following"}, 200),
    "says how it is after thirty days": (("3",), {"following"}, 200),
    "asks once more": (("4",), {"following", "offering"}, 400),
}
"""For each kind of case: the digits that lead to the questions about persons, the flows to visit, and the maximum
number of hops.
"""
BEHIND_PIN = {
    "cases": (
        HERS,
        replace(HERS, name="responder who changes her PIN", opening=(RIGHT_PIN, "4"), most=300),
    ),
    "persons": tuple(
        replace(
            HERS,
            name=f"responder who {name}",
            opening=(ABOUT_PIN, "1", *keys),
            within=frozenset(flows),
            most=most,
        )
        for name, (keys, flows, most) in ABOUT.items()
    ),
}
"""The tours that begin after a PIN. Tours in the group "cases" visit the screens of all cases, and tours in the group
"persons" visit the screens about the persons of one case. Each test visits the screens of one of these groups in one
language.
"""
