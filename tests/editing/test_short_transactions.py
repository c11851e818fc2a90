"""Tests that saving, submitting and publishing do their slow work before the transaction, even with large flows."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hotline.core.database import Database
from hotline.core.driver import WrittenArray, text_of, with_json
from hotline.editing import service_draft_steps, service_publishing
from hotline.flows import service_authoring
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from tests.editing.changing import EDITOR, OTHER, Desk, playable, saying
from tests.editing.watched_writing import LARGE, WatchedDatabase
from tests.support.clock import Clock
from tests.support.contexts import make_context

BACK = "the older words were right"


@dataclass
class WatchedDesk(Desk):
    @property
    def database(self) -> WatchedDatabase:
        assert isinstance(self.context.database, WatchedDatabase)
        return self.context.database

    def does(self, act: Callable[[], Any]) -> Any:
        """Runs an action and checks that the action writes in at least one transaction, with no slow work inside."""
        slow = self.database.slow
        before = slow.transactions
        done = act()
        assert slow.transactions > before
        assert slow.found == []
        return done


@pytest.fixture
def desk(database: Database, clock: Clock) -> WatchedDesk:
    watched = WatchedDatabase(database)
    context = replace(
        make_context(database=watched, now=clock), flow_sets=SqlFlowSets(database, place_lists())
    )
    made = WatchedDesk(context)
    made.does(lambda: service_publishing.publish_version(context, playable()))
    assert len(json.dumps(made.live["flows"]["learn"])) > LARGE
    return made


def test_a_change_is_saved_proposed_published_and_brought_back(desk: WatchedDesk) -> None:
    change = desk.opened()
    desk.does(lambda: desk.say(change, "Other words"))
    desk.does(lambda: desk.say(change, "Other words still"))
    desk.does(lambda: desk.submit(change))
    desk.does(lambda: desk.publish(change))
    desk.does(lambda: desk.back(1))


def test_two_who_edit_at_once_and_a_change_that_catches_up(desk: WatchedDesk) -> None:
    shared, mine, hers = desk.opened(), desk.opened(), desk.opened(by=OTHER)
    version = desk.draft(shared).version
    desk.say(shared, "My words")
    other = saying(copy.deepcopy(dict(desk.live["flows"]["learn"])), "Her words", "two")
    both = desk.does(lambda: desk.save(shared, other, by=OTHER, made_of=version))
    assert both.is_merged
    desk.say(mine, "My words")
    desk.say(hers, "Beside", node="two")
    desk.submit(mine)
    desk.publish(mine)
    desk.does(lambda: service_draft_steps.update_draft(desk.context, OTHER, hers, once="form"))


def test_words_of_an_emergency(desk: WatchedDesk) -> None:
    change = desk.opened()
    desk.say(change, "Beware")
    desk.does(lambda: desk.urgent(change))


def test_a_version_is_released_beside_what_somebody_published(desk: WatchedDesk) -> None:
    desk.published("By hand")
    released = desk.does(
        lambda: service_draft_steps.publish_version(desk.context, playable("Of the version"), "2")
    )
    assert released.change is not None
    imported = desk.does(
        lambda: service_draft_steps.import_folder(
            desk.context, EDITOR, playable("Of a folder"), title="Folder"
        )
    )
    assert imported is not None
    desk.does(
        lambda: service_publishing.publish(
            desk.context, playable("Of a command"), by="Editor 1", reason=BACK, of_version=False
        )
    )


def test_what_was_written_before_is_stored_as_it_is(database: Database, clock: Clock) -> None:
    document = with_json({"flows": {"a": "Être"}})
    document.text = '{"flows":{"a":"as it was written"}}'
    made = replace(service_authoring.prepare(playable()), document=document)
    with database.writing() as session:
        service_authoring.publish_document(session, made, clock())
    assert service_authoring.live_document(database) == {"flows": {"a": "as it was written"}}
    assert text_of(WrittenArray(["a"])) == text_of(["a"]) == '["a"]'
