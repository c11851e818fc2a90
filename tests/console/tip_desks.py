"""Signs in four people at their desks. Each of the four sees the pages of tips differently."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import pytest

from hotline.core.actors import AccountRole
from hotline.people.tables_audit import AuditEntry
from hotline.text.places import NATIONAL
from hotline.tips.tables import Tip
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, admitted, man
from tests.support.made_once import lay_rows
from tests.support.signing import Person

OTHER_DISTRICT = "11"


@dataclass
class Desks:
    """The national desk with two people, the desk of a district, and the desk of another district."""

    desk: Desk
    national: Tab
    second: Tab
    district: Tab
    other: Tab

    def rows(self) -> list[tuple[str, str, str]]:
        """Returns the actor, the action and the reason of each row of the audit log whose subject is a tip."""
        with self.desk.reading() as session:
            found = session.query(AuditEntry).order_by(AuditEntry.id).all()
        return [
            (row.actor.rpartition(":")[2], row.action, row.reason)
            for row in found
            if row.subject.startswith("tip:")
        ]

    def tip(self, tip_id: int) -> Tip:
        with self.desk.reading() as session:
            return session.get_one(Tip, tip_id)


SEATS = {
    "National 1": (AccountRole.NATIONAL, NATIONAL),
    "National 2": (AccountRole.NATIONAL, NATIONAL),
    "Desk 1": (AccountRole.DESK, DISTRICT),
    "Desk 2": (AccountRole.DESK, OTHER_DISTRICT),
}


class SignedIn(NamedTuple):
    """The people in `SEATS`, the session tokens of their browsers, and the time just after the last of them signed
    in.
    """

    people: Mapping[str, Person]
    tokens: Sequence[str]
    at: datetime


_SIGNED_IN: dict[str, SignedIn] = {}


@pytest.fixture
def desks(desk: Desk) -> Desks:
    """Signs in the four people. On SQLite, a process signs them in once, because this takes longer than most tests."""
    tabs: list[Tab] = []

    def fill() -> None:
        man(desk)
        tabs.extend(admitted(desk, name, *seat) for name, seat in SEATS.items())

    name = f"desks, {desk.clock.at}"
    lay_rows(desk.context.database, name, fill)
    if not tabs:
        people, tokens, desk.clock.at = _SIGNED_IN[name]
        for who, one in people.items():
            desk.people[who] = replace(one, context=desk.context, clock=desk.clock)
        for token in tokens:
            tabs.append(desk.outside())
            tabs[-1].take(token)
    elif desk.context.database.is_sqlite:
        tokens = [tab.token for tab in tabs]
        people = {who: replace(one) for who, one in desk.people.items()}
        _SIGNED_IN[name] = SignedIn(people, tokens, desk.clock.at)
    return Desks(desk, *tabs)


def listed(tab: Tab, query: str = "") -> list[int]:
    """Returns the numbers of the tips in a list, in its order."""
    found = re.findall(r'href="/tips/(\d+)"', tab.read(f"/tips{query}"))
    return [int(number) for number in found]


# Reads the board of a desk from its page.


def on_board(tab: Tab, address: str = "/") -> dict[str, list[int]]:
    """Returns the numbers of the tips in each column of the board, in the order on the page."""
    page = tab.read(address)
    parts = re.findall(r'<section id="(\w+)"(.*?)</section>', page, re.DOTALL)
    return {
        name: [int(one) for one in re.findall(r'<a href="/tips/(\d+)"', body)]
        for name, body in parts
        if '<a href="/tips/' in body
    }
