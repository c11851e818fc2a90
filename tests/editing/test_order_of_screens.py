"""Tests drafts that change only the order of a flow's screens: submitted, read, published and restored."""

from typing import Any

from hotline.editing import service_draft_steps, service_emergencies
from hotline.editing.rules_difference import compare_documents
from hotline.editing.service_drafts import DraftPublished, Refusal
from hotline.editing.tables import DraftRow
from hotline.flows.node_fields import nodes_of
from hotline.flows.service_authoring import digest_of
from tests.editing.changing import APPROVER, EDITOR, Desk, desk, playable

__all__ = ["desk"]


def turned(flow: dict[str, Any]) -> dict[str, Any]:
    """Returns the same flow with its last screen at the front."""
    *others, last = flow["nodes"]
    return {**flow, "nodes": {name: flow["nodes"][name] for name in (last, *others)}}


def order(desk: Desk) -> list[str]:
    return [*nodes_of(desk.live["flows"]["learn"])]


def test_an_order_is_proposed_read_published_and_brought_back(desk: Desk) -> None:
    flow, first = dict(desk.live["flows"]["learn"]), order(desk)
    change = desk.opened("In order")
    desk.save(change, turned(flow))
    desk.save(change, flow)
    assert desk.submit(change).refusal is Refusal.EMPTY, "in order and back changes nothing"
    desk.save(change, turned(flow))
    assert desk.submit(change) is None
    seen = desk.seen(change)
    (screen,) = compare_documents(seen.before, seen.after).screens
    (moved,) = screen.others
    assert (screen.node, moved.field) == ("", "nodes")
    assert moved.after.split(", ") == [*turned(flow)["nodes"]]
    assert isinstance(desk.publish(change), DraftPublished)
    assert order(desk) == [*turned(flow)["nodes"]]

    older, _ = service_emergencies.history(desk.context)[-1]
    digest = service_emergencies.preview(desk.context, older.id).digest
    done = service_emergencies.restore(desk.context, APPROVER, older.id, "It was better.", digest)
    assert isinstance(done, DraftPublished), done
    assert order(desk) == first


def test_files_in_another_order_are_a_change_and_a_version_of_before_is_known(desk: Desk) -> None:
    document = playable()
    document["flows"]["learn"] = turned(document["flows"]["learn"])
    change = service_draft_steps.import_folder(desk.context, EDITOR, document, title="In order")
    assert change is not None
    with desk.context.database.writing() as session:
        session.get_one(DraftRow, change).source = digest_of(document)
    desk.say(desk.opened("By hand"), "Never pay first")
    desk.goes_live(change + 1)
    assert service_draft_steps.publish_version(desk.context, document, "2.0").change == change
