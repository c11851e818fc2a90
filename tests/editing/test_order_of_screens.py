"""Tests drafts that change only the order of a flow's screens: submitted, read, published and restored."""

import copy
from typing import Any

from hotline.editing import service_draft_steps, service_emergencies, service_publish
from hotline.editing.rules_difference import compare_documents
from hotline.editing.service_drafts import DraftPublished, DraftRefused, Refusal
from hotline.editing.tables import DraftRow
from hotline.flows.node_fields import nodes_of
from hotline.flows.service_authoring import digest_of
from tests.editing.changing import APPROVER, EDITOR, Desk, desk, playable

__all__ = ["desk"]


def turned(flow: dict[str, Any]) -> dict[str, Any]:
    """Returns the same flow with its last screen at the front."""
    *others, last = flow["nodes"]
    return {**flow, "nodes": {name: flow["nodes"][name] for name in (last, *others)}}


def test_an_order_is_proposed_read_and_heard_by_nobody(desk: Desk) -> None:
    flow = copy.deepcopy(desk.live["flows"]["learn"])
    change = desk.opened("In order")
    desk.save(change, turned(flow))
    assert service_publish.submit(desk.context, EDITOR, change) is None
    seen = service_publish.draft_to_read(desk.context, change)
    (screen,) = compare_documents(seen.before, seen.after).screens
    (order,) = screen.others
    assert (screen.node, order.field) == ("", "nodes")
    assert order.after.split(", ") == [*turned(flow)["nodes"]]
    assert isinstance(desk.publish(change), DraftPublished)
    assert [*nodes_of(desk.live["flows"]["learn"])] == [*turned(flow)["nodes"]]


def test_an_older_order_is_brought_back(desk: Desk) -> None:
    first = [*nodes_of(desk.live["flows"]["learn"])]
    change = desk.opened("In order")
    desk.save(change, turned(copy.deepcopy(desk.live["flows"]["learn"])))
    assert service_publish.submit(desk.context, EDITOR, change) is None
    assert isinstance(desk.publish(change), DraftPublished)
    older, _ = service_emergencies.history(desk.context)[-1]
    digest = service_emergencies.preview(desk.context, older.id).digest
    done = service_emergencies.restore(desk.context, APPROVER, older.id, "It was better.", digest)
    assert isinstance(done, DraftPublished), done
    assert [*nodes_of(desk.live["flows"]["learn"])] == first


def test_a_change_that_is_put_in_order_and_back_changes_nothing(desk: Desk) -> None:
    flow = copy.deepcopy(desk.live["flows"]["learn"])
    change = desk.opened("There and back")
    desk.save(change, turned(flow))
    desk.save(change, flow)
    refused = service_publish.submit(desk.context, EDITOR, change)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is Refusal.EMPTY


def test_files_in_another_order_are_a_change_and_a_version_of_before_is_known(desk: Desk) -> None:
    document = playable()
    document["flows"]["learn"] = turned(document["flows"]["learn"])
    change = service_draft_steps.import_folder(desk.context, EDITOR, document, title="In order")
    assert change is not None
    with desk.context.database.writing() as session:
        row = session.get(DraftRow, change)
        assert row is not None
        row.source = digest_of(document)
    desk.say(desk.opened("By hand"), "Never pay first")
    assert service_publish.submit(desk.context, EDITOR, change + 1) is None
    assert isinstance(desk.publish(change + 1), DraftPublished)
    assert service_draft_steps.publish_version(desk.context, document, "2.0").change == change
