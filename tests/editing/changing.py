"""Creates a small hotline with two editors and an approver, and edits one sentence of a flow."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from hotline.core.actors import Actor
from hotline.core.database import Database
from hotline.editing import (
    service_draft_steps,
    service_drafts,
    service_plans,
    service_publish,
    service_publishing,
)
from hotline.editing.rules_drafts import NUMBERS as NUMBERED
from hotline.editing.rules_drafts import Author, part_of
from hotline.editing.rules_forms import Settled
from hotline.editing.service_draft_steps import StepSaved
from hotline.editing.service_drafts import GatheredDraft, NewStep, PartDraft
from hotline.editing.service_plans import Times
from hotline.editing.service_publish import DividedProblems
from hotline.editing.tables import DraftRow
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_authoring import live_document
from hotline.flows.service_check import place_lists
from hotline.flows.tables import Publication
from hotline.people.service_audit import list_rows
from hotline.text.errors import DraftRefused
from tests.flows.books import make_document, t
from tests.support.builders import make_account
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context

EDITOR = Actor("Editor 1", 1)
OTHER = Actor("Editor 2", 2)
APPROVER = Actor("Approver 1", 3)
PEOPLE = ("Editor 1", "Editor 2", "Approver 1", "Approver 2", "Approver 3")
"""The names of the accounts, in the order of their ids."""
TRAP = "the hotel in that sentence is a trap"
EDITED = {"did": "edited", "node": "one", "languages": ["en"]}
SIGNED = {"status": "verified", "evidence": "a letter", "confirmed_by": "Approver 1"}
NUMBERS = [
    {"number": "112", "service": "Police", **SIGNED, "confirmed_on": "2026-11-01"},
    {"number": "3512", "service": "Help", **SIGNED, "confirmed_on": "2026-11-01"},
]


def playable(words: str = "First lesson") -> dict[str, Any]:
    """Returns a flow document that the engine can run. To run the document, the engine needs only the real lists of
    places."""
    document = copy.deepcopy(make_document())
    document["flows"]["tell"]["nodes"]["district"]["ask"]["list"] = "districts.{province}"
    saying(document["flows"]["learn"], words)
    return {**document, "numbers": copy.deepcopy(NUMBERS)}


def taken_away(numbers: Mapping[str, Any], digits: str) -> dict[str, Any]:
    """Returns a copy of the list of phone numbers in which one number is no longer confirmed."""
    signature = ("confirmed_by", "confirmed_on")
    row = {name: said for name, said in numbers[digits].items() if name not in signature}
    return {**numbers, digits: row}


def saying(flow: dict[str, Any], words: str, node: str = "one") -> dict[str, Any]:
    flow["nodes"][node]["say"]["text"] = t(words)
    return flow


def refusal(command: Callable[..., object], *values: Any, **named: Any) -> DraftRefused:
    """Returns the refusal that a command on a draft raises."""
    with pytest.raises(DraftRefused) as refused:
        command(*values, **named)
    return refused.value


@dataclass
class Desk:
    """One console. The tests call its services in the same way as the pages of the console do."""

    context: WholeContext
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def live(self) -> Mapping[str, Any]:
        return live_document(self.context.database)

    def opened(self, title: str = "New words", by: Author = EDITOR) -> int:
        return service_drafts.open_draft(self.context, by, title)

    def draft(self, change: int, part: str = "learn") -> PartDraft:
        return service_drafts.part_draft(self.context, change, part)

    def save(
        self,
        change: int,
        document: Mapping[str, Any] | None,
        part: str = "learn",
        *,
        by: Author = EDITOR,
        made_of: int | None = None,
        once: str | None = None,
        settled: Settled | None = None,
    ) -> StepSaved:
        """Saves a step of the draft. `made_of` is the version of the draft that the editor saw, if this version is not
        the newest one."""
        version = self.draft(change, part).version if made_of is None else made_of
        new = NewStep(part, document, once or f"form {next(self.numbers)}", EDITED)
        return service_draft_steps.save_step(
            self.context, by, change, new, base_version=version, settled=settled
        )

    def say(self, change: int, words: str, node: str = "one", by: Author = EDITOR) -> StepSaved:
        """Changes one sentence of a draft."""
        flow = copy.deepcopy(dict(self.draft(change).document or {}))
        return self.save(change, saying(flow, words, node), by=by)

    def removes(self, change: int, digits: str = "3512", by: Author = EDITOR) -> None:
        """Removes the confirmation of a phone number."""
        numbers = self.draft(change, NUMBERED).document or {}
        self.save(change, taken_away(numbers, digits), NUMBERED, by=by)

    def part(self, part: str) -> Mapping[str, Any] | None:
        return part_of(self.live, part)

    def row(self, change: int) -> DraftRow:
        return service_drafts.get_draft(self.context, change)

    def submit(self, change: int, by: Author = EDITOR, **said: bool) -> None:
        service_publish.submit(self.context, by, change, **said)

    def proposed(self, words: str = "Other words", by: Author = EDITOR) -> int:
        change = self.opened()
        self.say(change, words, by=by)
        self.submit(change, by)
        return change

    def seen(self, change: int) -> GatheredDraft:
        return service_publish.merge_draft(self.context, change)

    def problems(self, change: int) -> DividedProblems:
        return service_publish.check_merged(self.context, self.seen(change))

    def publish(
        self, change: int, by: Author = APPROVER, digest: str = "", **said: Any
    ) -> Publication:
        digest = digest or self.seen(change).digest
        done = service_plans.approve(self.context, by, change, digest, Times(), **said)
        assert done is not None
        return done

    def goes_live(self, change: int, **said: Any) -> None:
        """Submits a draft, and publishes it as a second person."""
        by = said.pop("by", APPROVER)
        self.submit(change, **said)
        self.publish(change, by, **said)

    def published(self, words: str) -> Publication:
        return self.publish(self.proposed(words))

    def urgent(
        self, change: int, by: Author = APPROVER, reason: str = TRAP, **said: bool
    ) -> Publication:
        """Publishes a draft as an emergency change."""
        digest = self.seen(change).digest
        return service_plans.publish(self.context, by, change, reason, digest, **said)

    def confirm(self, publication: int, by: Author, *appointed_by: str) -> None:
        service_plans.confirm(self.context, by, publication, appointed_by=appointed_by)

    def back(
        self, publication: int, reason: str = "the words were wrong", by: Author = APPROVER
    ) -> Publication:
        """Restores the flows of a publication."""
        digest = service_plans.preview(self.context, publication).digest
        return service_plans.restore(self.context, by, publication, reason, digest)

    def imposes(self, document: Mapping[str, Any], *, of_version: bool = False) -> None:
        """Publishes a document without a draft, as the command line can do."""
        service_publishing.publish(
            self.context, document, by="Operator 1", reason="x", of_version=of_version
        )

    @property
    def log(self) -> list[str]:
        """Returns the sentences of the audit log."""
        return [row.sentence for _, row in list_rows(self.context)]


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    database.keep_documents()
    with database.writing() as session:
        session.add_all(make_account(name, name.split()[0].lower()) for name in PEOPLE)
    context = make_context(database=database, now=clock)
    object.__setattr__(context, "flow_sets", SqlFlowSets(database, place_lists()))
    service_publishing.publish_version(context, playable())
    return Desk(context)
