"""Signs in two people at the console of a small hotline. Contains functions that change one sentence of the hotline's
flows.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from hotline.core.actors import AccountRole, Actor
from hotline.core.database import Database
from hotline.editing import service_draft_steps, service_drafts, service_publish, service_publishing
from hotline.editing.service_drafts import NewStep
from hotline.flows.service_authoring import live_document
from tests.console.conftest import Desk, Tab, new_desk
from tests.editing.changing import playable
from tests.support.clock import Clock

FLOW, NODE = "learn", "one"
OLD = "First lesson"
EDITED = {"did": "edited", "node": NODE, "languages": ["rw"]}
WORDS = "Ntukishyure mbere."
TICKS = {"read-rw": "yes"}
REASON = "that employer takes passports away"


@dataclass
class Writing:
    desk: Desk
    editor: Tab = field(init=False)
    approver: Tab = field(init=False)
    saved: int = 0

    def __post_init__(self) -> None:
        self.editor = self.desk.tab(AccountRole.EDITOR, name="Editor 1")
        self.approver = self.desk.tab(AccountRole.APPROVER, name="Approver 1")

    def author(self, name: str) -> Actor:
        return Actor(name, self.desk.people[name].account_id)

    def opened(self, title: str = "Fees abroad", tab: Tab | None = None) -> int:
        answer = (tab or self.editor).sends(
            "/changes/new", {"title": title, "why": "A lie goes round"}
        )
        return int(re.findall(r"/changes/(\d+)", answer.location)[0])

    def says(self, change: int, words: str = WORDS, by: str = "Editor 1") -> None:
        """Saves one sentence in Kinyarwanda, as the editor's page does."""
        flow = self.flow(change)
        flow["nodes"][NODE]["say"]["text"]["rw"] = words
        self.saves(change, flow, by=by)

    def flow(self, change: int) -> dict[str, Any]:
        return copy.deepcopy(
            dict(service_drafts.part_draft(self.desk.context, change, FLOW).document or {})
        )

    def saves(
        self,
        change: int,
        flow: dict[str, Any],
        says: Mapping[str, Any] = EDITED,
        by: str = "Editor 1",
    ) -> None:
        self.saved += 1
        new = NewStep(FLOW, flow, f"form {self.saved}", says)
        version = service_drafts.part_draft(self.desk.context, change, FLOW).version
        service_draft_steps.save_step(
            self.desk.context, self.author(by), change, new, base_version=version
        )

    def wrote(self, words: str = WORDS, by: str = "Editor 1") -> int:
        change = self.opened()
        self.says(change, words, by)
        return change

    def submits(self, change: int) -> int:
        self.editor.sends(f"/changes/{change}/propose")
        return change

    def proposed(self, words: str = WORDS) -> int:
        return self.submits(self.wrote(words))

    def urgent(self, by: Tab | None = None) -> None:
        """Changes one sentence and publishes it as an emergency change."""
        change = self.wrote()
        fields = {"digest": self.digest(change), "reason": REASON}
        (by or self.approver).sends(f"/changes/{change}/emergency", fields)

    def digest(self, change: int) -> str:
        return service_publish.merge_draft(self.desk.context, change).digest

    def published(self, words: str = WORDS) -> int:
        change = self.proposed(words)
        fields = {"digest": self.digest(change), **TICKS}
        self.approver.sends(f"/changes/{change}/approve", fields)
        return change

    @property
    def heard(self) -> str:
        """Returns the text that callers read at the moment."""
        flow = live_document(self.desk.context.database)["flows"][FLOW]
        said: str = flow["nodes"][NODE]["say"]["text"]["rw"]
        return said


def small_desk(database: Database, clock: Clock, **changes: Any) -> Desk:
    """Builds a console for a hotline with few screens, so that checking them takes little time."""
    desk = new_desk(database, clock, **changes)
    service_publishing.publish_version(desk.context, playable(OLD))
    return desk


@pytest.fixture
def writing(database: Database, clock: Clock) -> Writing:
    return Writing(small_desk(database, clock))
