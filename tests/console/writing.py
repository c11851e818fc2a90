"""Two people at the console, and a sentence of the shipped flows that one of them changes."""

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from hotline.domain.accounts.account import AccountRole
from hotline.domain.changes.change import ChangeAuthor
from hotline.services.changes import drafts, going_live, steps
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.steps import StepSaved
from hotline.services.flows.authoring import live_document
from tests.console.conftest import Desk, Tab

FLOW, NODE = "abroad", "fee"
OLD = "Ntukabanze"
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

    def author(self, name: str) -> ChangeAuthor:
        return ChangeAuthor(name, self.desk.people[name].account_id)

    def opened(self, title: str = "Fees abroad", tab: Tab | None = None) -> int:
        answer = (tab or self.editor).post(
            "/changes/new", {"title": title, "why": "A lie goes round"}
        )
        assert answer.status_code == 303
        return int(re.findall(r"/changes/(\d+)", answer.location)[0])

    def says(self, change: int, words: str = WORDS, by: str = "Editor 1", node: str = NODE) -> None:
        """One sentence in Kinyarwanda, as the editor's page saves it."""
        flow = self.flow(change)
        flow["nodes"][node]["say"]["text"]["rw"] = words
        self.saves(change, flow, by=by, node=node)

    def flow(self, change: int) -> dict[str, Any]:
        return copy.deepcopy(dict(drafts.draft(self.desk.kit, change, FLOW).document or {}))

    def saves(
        self, change: int, flow: dict[str, Any], by: str = "Editor 1", node: str = NODE
    ) -> None:
        self.saved += 1
        did = {"did": "edited", "node": node, "languages": ["rw"]}
        new = NewStep(FLOW, flow, f"form {self.saved}", did)
        version = drafts.draft(self.desk.kit, change, FLOW).version
        done = steps.save_step(self.desk.kit, self.author(by), change, new, base_version=version)
        assert isinstance(done, StepSaved)

    def proposed(self, words: str = WORDS) -> int:
        change = self.opened()
        self.says(change, words)
        assert self.editor.post(f"/changes/{change}/propose").status_code == 303
        return change

    def digest(self, change: int) -> str:
        return going_live.read(self.desk.kit, change).digest

    def published(self, words: str = WORDS) -> int:
        change = self.proposed(words)
        fields = {"digest": self.digest(change), **TICKS}
        assert self.approver.post(f"/changes/{change}/approve", fields).status_code == 303
        return change

    @property
    def heard(self) -> str:
        """What callers read now."""
        flow = live_document(self.desk.kit.database)["flows"][FLOW]
        said: str = flow["nodes"][NODE]["say"]["text"]["rw"]
        return said
