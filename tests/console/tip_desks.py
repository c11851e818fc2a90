"""Signs in four people at their desks. They see the pages of tips differently."""

import re
from dataclasses import dataclass

import pytest

from hotline.core.actors import AccountRole
from hotline.people.tables_audit import AuditEntry
from hotline.text.codes import NATIONAL
from hotline.tips.tables import Tip
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, admitted, man

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
        """Returns the actor, the action and the reason of each row in the audit log about a tip."""
        with self.desk.context.database.reading() as session:
            found = session.query(AuditEntry).order_by(AuditEntry.id).all()
        return [
            (row.actor.rpartition(":")[2], row.action, row.reason)
            for row in found
            if row.subject.startswith("tip:")
        ]

    def tip(self, tip_id: int) -> Tip:
        with self.desk.context.database.reading() as session:
            return session.get_one(Tip, tip_id)


@pytest.fixture
def desks(desk: Desk) -> Desks:
    man(desk)

    return Desks(
        desk,
        admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL),
        admitted(desk, "National 2", AccountRole.NATIONAL, NATIONAL),
        admitted(desk, "Desk 1", AccountRole.DESK, DISTRICT),
        admitted(desk, "Desk 2", AccountRole.DESK, OTHER_DISTRICT),
    )


def listed(tab: Tab, query: str = "") -> list[int]:
    """Returns the numbers of the tips in a list, in its order."""
    found = re.findall(r'href="/tips/(\d+)"', tab.get(f"/tips{query}").text)
    return [int(number) for number in found]
