"""Reads and shows a responder's desks in a form, as rows of a desk and a level."""

from collections.abc import Mapping, Sequence

from hotline.domain.people.recipients import every_district
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, is_district
from hotline.services.people.dossiers import desk_page
from hotline.services.people.dossiers.desk_page import DeskHead
from hotline.services.people.dossiers.people_list import EVERYWHERE
from hotline.web.console.visit import GuestVisit, Visit

LEVELS = tuple(level for level in Level if level is not Level.NATIONAL)
FREE_ROWS = 3
"""Empty rows after the filled ones."""


def options(visit: Visit) -> Sequence[tuple[str, str]]:
    """Returns the options of a select: no desk, every district, the national desk, each district, then added desks."""
    added = [
        (one.code, named(visit, one.code, one.name))
        for one in desk_page.listed(visit.kit)
        if one.retired_at is None and one.code != NATIONAL and not is_district(one.code)
    ]
    return (
        ("", visit.say("no desk")),
        (EVERYWHERE, named(visit, EVERYWHERE)),
        (NATIONAL, named(visit, NATIONAL)),
        *((area.code, area.name) for area in districts()),
        *added,
    )


def named(visit: GuestVisit, code: str, name: str = "") -> str:
    """Returns a desk's name in the reader's language."""
    if code == EVERYWHERE:
        return visit.say("every district")
    if code == NATIONAL:
        return visit.say("the national desk")
    return visit.place(code) if is_district(code) else name or code


def of_head(visit: GuestVisit, head: DeskHead) -> str:
    """Returns the desk's name with its district or camp."""
    called = named(visit, head.code, head.name)
    return f"{called} ({visit.place(head.place)})" if head.place else called


def several(visit: GuestVisit, codes: Sequence[str]) -> str:
    """Returns the names of desks in one line. All districts together become one name."""
    every = every_district()
    if set(every) <= set(codes):
        codes = [EVERYWHERE, *(code for code in codes if code not in every)]
    return ", ".join(named(visit, code) for code in codes)


def rows(places: Mapping[str, Level]) -> Sequence[tuple[str, str]]:
    """Returns the rows of the form: desk and level, then empty rows."""
    hers = [(code, str(level)) for code, level in places.items()]
    return [*hers, *[("", str(Level.RESPONDER))] * FREE_ROWS]


def read(visit: Visit) -> Mapping[str, Level]:
    """Returns the level at each desk from the form's rows. Raises FormRefused."""
    desks: dict[str, Level] = {}
    pairs = zip(visit.form.many("desk"), visit.form.many("level"), strict=False)
    for code, level in pairs:
        if not code:
            continue
        if code != NATIONAL and level not in LEVELS:
            raise visit.wrong("place", "Choose a level for each desk.")
        for each in every_district() if code == EVERYWHERE else [code]:
            desks[each] = Level.NATIONAL if code == NATIONAL else Level(level)
    if not desks:
        raise visit.wrong("place", "Choose a desk at least.")
    return desks
