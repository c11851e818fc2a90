"""One sentence, from an editor to callers: read, published, brought back, and changed in an emergency that lapses."""

import copy
from dataclasses import replace

import pytest

from hotline.adapters.bookshelf import SqlBookshelf
from hotline.services.changes import (
    bringing_back,
    drafts,
    emergencies,
    folders,
    going_live,
    proposing,
)
from hotline.services.changes import steps as change_steps
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.results import ChangePublished
from hotline.services.changes.steps import StepSaved
from hotline.services.desk.audit_log import listed
from hotline.services.flows.places import place_lists
from hotline.store.outbox.messages import Message
from tests.callers import Line, line
from tests.conftest import Clock
from tests.services.changing import APPROVER, EDITOR
from workers.clock import lapse_emergency

__all__ = ["line"]

OLD, NEW = "Ntukabanze kwishyura ngo ubone akazi.", "Ntiwishyure mbere ngo ubone akazi."
URGENT = "Ntiwishyure. Uwo mukoresha arabeshya."


@pytest.fixture
def open_line(line: Line, clock: Clock) -> Line:
    """Its processes look at what is live as the clock of the test goes."""

    def elapsed() -> float:
        return clock.at.timestamp()

    books = SqlBookshelf(line.database, place_lists(), elapsed=elapsed)
    return replace(line, kit=replace(line.kit, books=books))


def said(line: Line, old: str, new: str) -> int:
    """An editor's change of one sentence of the lesson on work abroad."""
    change = folders.open_change(line.kit, EDITOR, "Fees abroad", "people still pay")
    assert isinstance(change, int)
    draft = drafts.draft(line.kit, change, "abroad")
    flow = copy.deepcopy(dict(draft.document or {}))
    text = flow["nodes"]["fee"]["say"]["text"]
    text["rw"] = text["rw"].replace(old, new)
    says = {"did": "edited", "node": "fee", "languages": ["rw"]}
    step = NewStep("abroad", flow, f"form of {change}", says)
    saved = change_steps.save_step(line.kit, EDITOR, change, step, base_version=draft.version)
    assert isinstance(saved, StepSaved)
    return change


def heard(line: Line) -> str:
    """What a new caller reads of fees."""
    caller = line.caller()
    caller.dial()
    return caller.key("1", "9")


def live(line: Line, clock: Clock, change: int) -> int:
    """Proposed, read and published by the other; its publication."""
    assert proposing.propose(line.kit, EDITOR, change) is None
    seen = going_live.read(line.kit, change)
    done = going_live.publish(line.kit, APPROVER, change, seen.digest)
    assert isinstance(done, ChangePublished)
    clock.turn(seconds=2)
    return done.publication_id


def test_who_is_in_the_middle_ends_on_the_old_words_and_the_next_hears_the_new(
    open_line: Line, clock: Clock
) -> None:
    line = open_line
    middle = line.caller()
    middle.dial()
    middle.key("1")
    assert OLD in heard(line)

    change = said(line, OLD, NEW)
    assert OLD in heard(line), "nobody hears a draft"
    assert going_live.in_the_middle(line.kit) == 3
    live(line, clock, change)

    assert NEW in heard(line)
    assert OLD in middle.key("9")
    line.flush()
    assert OLD in middle.again(), "whichever process is asked"
    clock.turn(minutes=11)
    assert going_live.in_the_middle(line.kit) == 0


def test_an_older_state_is_brought_back_and_an_emergency_lapses(
    open_line: Line, clock: Clock
) -> None:
    line = open_line
    publication = live(line, clock, said(line, OLD, NEW))
    live(line, clock, said(line, NEW, "Ntiwishyure."))
    assert NEW not in heard(line)
    back = bringing_back.preview(line.kit, publication)
    again = bringing_back.bring_back(line.kit, APPROVER, publication, "it was right", back.digest)
    assert isinstance(again, ChangePublished)
    clock.turn(seconds=2)
    assert NEW in heard(line)

    change = said(line, NEW, URGENT)
    read = going_live.read(line.kit, change)
    reason = "that employer takes passports"
    urgent = emergencies.publish(line.kit, APPROVER, change, reason, read.digest)
    assert isinstance(urgent, ChangePublished)
    (told,) = line.all(Message)
    assert told.template == "WORDS_URGENT"
    clock.turn(seconds=2)
    assert URGENT in heard(line)

    clock.turn(hours=4)
    lapse_emergency(line.kit)
    clock.turn(seconds=2)
    assert NEW in heard(line), "the clock brings back what two people had read"


def test_every_act_is_a_sentence_of_the_audit_log(open_line: Line, clock: Clock) -> None:
    line = open_line
    change = said(line, OLD, NEW)
    assert proposing.propose(line.kit, EDITOR, change) is None
    assert proposing.send_back(line.kit, APPROVER, change, "ask 0788 123 456") is None
    assert proposing.propose(line.kit, EDITOR, change) is None
    seen = going_live.read(line.kit, change)
    going_live.publish(line.kit, APPROVER, change, seen.digest)
    sentences = [one.sentence.partition(": ")[2] for one in listed(line.kit)]
    assert sentences == [
        "Editor 1 proposed change 1: Fees abroad",
        "Approver 1 sent change 1 back: ask [number]",
        "Editor 1 proposed change 1: Fees abroad",
        "Approver 1 published change 1: Fees abroad",
    ]
