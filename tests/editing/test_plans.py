"""Tests that approved drafts are published and withdrawn at their planned times, and only once. If the texts changed
after the approval, nothing is published and a person must decide."""

import copy
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from hotline.core.actors import AccountRole, AccountState
from hotline.core.contexts import WorkerContext
from hotline.core.database import open_database
from hotline.editing import service_drafts, service_plans, service_publish
from hotline.editing.rules_drafts import DraftState
from hotline.editing.service_drafts import Refusal
from hotline.editing.service_plans import Times
from hotline.editing.tables import DraftNews
from hotline.flows import tables as flows_tables
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.people.service_audit import list_rows
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.errors import DraftRefused
from tests.editing.changing import APPROVER, EDITOR, OTHER, Desk, playable, refusal
from tests.support.builders import NOON
from tests.support.clock import Clock
from tests.support.contexts import make_context
from workers.clock import keep_drafts, run

OLD, FAIR = "First lesson", "Come to the fair"


def approved(
    desk: Desk, change: int, *, after: float | None = None, ends: float | None = None
) -> Any:
    """Approves a draft with a plan: the draft is published after `after` hours, and withdrawn after `ends` hours."""
    now = desk.context.now()
    times = Times(
        *(None if hours is None else now + timedelta(hours=hours) for hours in (after, ends))
    )
    seen = desk.seen(change).digest
    return service_plans.approve(desk.context, APPROVER, change, seen, times)


def says(desk: Desk, node: str = "one") -> str:
    text: str = desk.live["flows"]["learn"]["nodes"][node]["say"]["text"]["en"]
    return text.removesuffix(" en")


def tick(desk: Desk, clock: Clock, **by: float) -> None:
    clock.turn(**by)
    service_plans.carry_out_due(desk.context)


def notified(desk: Desk) -> set[tuple[str, int]]:
    with desk.context.database.reading() as session:
        return {(row.kind, row.account_id) for row in session.scalars(select(DraftNews))}


def test_a_draft_is_live_from_its_hour_until_its_end(desk: Desk, clock: Clock) -> None:
    change = desk.proposed(FAIR)
    assert approved(desk, change, after=2, ends=5) is None
    assert desk.row(change).state == DraftState.PLANNED
    (one,) = service_plans.planned(desk.context)
    assert (one.title, one.plan.approved_by) == ("New words", "Approver 1")
    tick(desk, clock, hours=1, minutes=59)
    assert says(desk) == OLD
    tick(desk, clock, minutes=1)
    assert says(desk) == FAIR
    newest, is_read = service_plans.history(desk.context)[0]
    assert (newest.kind, newest.published_by, newest.approved_by) == (
        "by hand",
        "Editor 1",
        "Approver 1",
    )
    assert is_read

    tick(desk, clock, hours=3)
    assert says(desk) == OLD
    newest, is_read = service_plans.history(desk.context)[0]
    assert (newest.kind, newest.published_by, is_read) == ("ended", "clock", True)
    assert service_plans.planned(desk.context) == []
    assert notified(desk) == {("approved", 1), ("published", 1), ("ended", 1), ("ended", 3)}
    sentences = [row.sentence for _, row in list_rows(desk.context)][-2:]
    assert ["published draft 1" in sentences[0] or "published change 1" in sentences[0]] == [True]
    assert "withdrew the temporary text of change 1 when its time ended" in sentences[1]


def test_the_clock_acts_once_although_it_jumps_or_starts_again(desk: Desk, clock: Clock) -> None:
    change = desk.proposed(FAIR)
    approved(desk, change, after=1, ends=30)
    tick(desk, clock, hours=3)
    tick(desk, clock, hours=-5)
    tick(desk, clock, hours=2)
    assert says(desk) == FAIR
    tick(desk, clock, hours=60)
    tick(desk, clock, hours=-60)
    tick(desk, clock, hours=60)
    assert says(desk) == OLD
    assert len(service_plans.history(desk.context)) == 3


def test_a_plan_runs_once(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(desk, desk.proposed(FAIR), after=1)
    clock.turn(hours=1)
    publish = service_publish.publish_in_transaction

    def twice(*given: Any) -> Any:
        monkeypatch.setattr(service_plans, "publish_in_transaction", publish)
        service_plans.carry_out_due(desk.context)
        return publish(*given)

    monkeypatch.setattr(service_plans, "publish_in_transaction", twice)
    service_plans.carry_out_due(desk.context)
    assert len(service_plans.history(desk.context)) == 2


@pytest.mark.parametrize(
    ("after", "ends"), [(-1, None), (None, -1), (3, 2), (2, 2), (24 * 400, None)]
)
def test_a_wrong_time_is_refused(desk: Desk, after: float | None, ends: float | None) -> None:
    refused = refusal(approved, desk, desk.proposed(FAIR), after=after, ends=ends)
    assert refused.refusal is Refusal.TIMES
    assert says(desk) == OLD


def _same_part(desk: Desk, change: int) -> None:
    # Publishes another draft, which changes another screen of the same flow.
    other = desk.opened()
    desk.say(other, "Another text", node="two", by=OTHER)
    desk.submit(other, OTHER)
    desk.publish(other)


def _edited(desk: Desk, change: int) -> None:
    desk.say(change, "Written after the approval")


@pytest.mark.parametrize("meanwhile", [_same_part, _edited])
def test_what_changed_meanwhile_waits_for_a_person(
    desk: Desk, clock: Clock, meanwhile: Callable[[Desk, int], None]
) -> None:
    change = desk.proposed(FAIR)
    approved(desk, change, after=1)
    meanwhile(desk, change)
    tick(desk, clock, hours=1)
    assert says(desk) == OLD
    assert {("held", 1), ("held", 3)} <= notified(desk)
    (one,) = service_plans.planned(desk.context)
    assert one.plan.state == "held"
    if meanwhile is _same_part:
        assert desk.row(change).state == DraftState.SUBMITTED
        assert approved(desk, change, after=1) is None
        tick(desk, clock, hours=1)
        assert says(desk) == FAIR
        assert service_plans.planned(desk.context) == []


def test_another_flow_may_change_meanwhile(desk: Desk, clock: Clock) -> None:
    change = desk.proposed(FAIR)
    approved(desk, change, after=1)
    other = desk.opened()
    desk.removes(other, by=OTHER)
    desk.submit(other, OTHER)
    desk.publish(other)
    tick(desk, clock, hours=1)
    assert says(desk) == FAIR


def test_the_end_takes_only_the_drafts_own_fields(desk: Desk, clock: Clock) -> None:
    """At the end of a plan, numbers that another draft removed stay removed, and texts that another draft changed stay
    changed."""
    change = desk.opened()
    flow = copy.deepcopy(dict(desk.draft(change).document or {}))
    flow["nodes"]["one"]["say"]["text"] |= {"en": FAIR, "fr": "La foire"}
    desk.save(change, flow)
    desk.submit(change, keeps_languages=True)
    seen = desk.seen(change).digest
    ends = Times(None, clock() + timedelta(hours=2))
    service_plans.approve(desk.context, APPROVER, change, seen, ends, keeps_languages=True)
    later = desk.opened()
    desk.removes(later, by=OTHER)
    flow = copy.deepcopy(dict(desk.draft(later).document or {}))
    flow["nodes"]["one"]["say"]["text"]["fr"] = "La foire de juin"
    desk.save(later, flow, by=OTHER)
    desk.submit(later, OTHER, keeps_languages=True)
    desk.publish(later)

    tick(desk, clock, hours=2)
    text = desk.live["flows"]["learn"]["nodes"]["one"]["say"]["text"]
    assert (says(desk), text["fr"]) == (OLD, "La foire de juin")
    assert [bool(row.get("confirmed_on")) for row in desk.live["numbers"]] == [True, False]


def test_an_end_waits_while_an_emergency_text_is_not_confirmed(desk: Desk, clock: Clock) -> None:
    approved(desk, desk.proposed(FAIR), ends=1)
    change = desk.opened(by=APPROVER)
    desk.say(change, "Do not go there", node="two", by=APPROVER)
    desk.urgent(change)
    tick(desk, clock, hours=1)
    assert says(desk) == FAIR
    (urgent,) = [row for row, _ in service_plans.history(desk.context) if row.kind == "emergency"]
    desk.confirm(urgent.id, OTHER)
    tick(desk, clock, seconds=1)
    assert (says(desk), says(desk, "two")) == (OLD, "Do not go there")


def test_a_cancelled_plan_does_nothing(desk: Desk, clock: Clock) -> None:
    change = desk.proposed(FAIR)
    approved(desk, change, after=1)
    (one,) = service_plans.planned(desk.context, change)
    service_plans.cancel(desk.context, APPROVER, one.plan.id)
    tick(desk, clock, hours=2)
    assert says(desk) == OLD
    assert desk.row(change).state == DraftState.SUBMITTED
    assert desk.live == playable()


@pytest.mark.parametrize(
    "lost",
    [
        {"suspended_until": NOON + timedelta(days=9)},
        {"roles": [AccountRole.EDITOR]},
        {"state": AccountState.ENDED},
    ],
)
def test_a_plan_needs_its_approver(desk: Desk, clock: Clock, lost: dict[str, Any]) -> None:
    approved(desk, desk.proposed(FAIR), after=1)
    with desk.context.database.writing() as session:
        for name, value in lost.items():
            setattr(session.get_one(ConsoleAccount, 3), name, value)
    tick(desk, clock, hours=1)
    assert says(desk) == OLD
    assert service_plans.planned(desk.context)[0].plan.state == "held"
    assert ("held", 1) in notified(desk)


def test_a_plan_whose_end_has_passed_too_is_not_shown(desk: Desk, clock: Clock) -> None:
    approved(desk, desk.proposed(FAIR), after=1, ends=2)
    tick(desk, clock, hours=3)
    assert says(desk) == OLD
    assert service_plans.planned(desk.context)[0].plan.state == "held"


@pytest.mark.parametrize("is_deleted", [False, True])
def test_end_of_draft_ends_its_stopped_plan(desk: Desk, clock: Clock, is_deleted: bool) -> None:
    change = desk.proposed(FAIR)
    approved(desk, change, after=1)
    _same_part(desk, change)
    tick(desk, clock, hours=1)
    if is_deleted:
        service_drafts.drop_draft(desk.context, OTHER, change)
    else:
        desk.publish(change)
    assert service_plans.planned(desk.context) == []


def test_a_plan_that_fails_does_not_stop_the_next(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = desk.proposed("Broken"), desk.proposed(FAIR)
    approved(desk, first, after=1)
    approved(desk, second, after=1)

    def fails(session: Any, draft_id: int) -> Any:
        if draft_id == first:
            raise KeyError("a text")
        return service_drafts.gather_draft(session, draft_id)

    monkeypatch.setattr(service_plans, "gather_draft", fails)
    tick(desk, clock, hours=1)
    assert says(desk) == FAIR
    assert caplog.messages == ["planned publication 1 failed: KeyError"]


def test_a_refused_plan_waits(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(desk, desk.proposed(FAIR), after=1)
    clock.turn(hours=1)
    for why, state in ((Refusal.EMERGENCY_STANDS, "waiting"), (Refusal.BROKEN, "held")):
        publish = Mock(side_effect=DraftRefused(why))
        monkeypatch.setattr(service_plans, "publish_in_transaction", publish)
        service_plans.carry_out_due(desk.context)
        assert service_plans.planned(desk.context)[0].plan.state == state


def test_an_emergency_delays_it(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(desk, desk.proposed(FAIR), after=1)
    seen = iter((None,))
    monkeypatch.setattr(flows_tables, "unsettled", lambda _session: next(seen, "an emergency"))
    tick(desk, clock, hours=1)
    assert says(desk) == OLD
    assert service_plans.planned(desk.context)[0].plan.state == "waiting"


def test_no_author_cancels_the_end_of_a_published_text(desk: Desk, clock: Clock) -> None:
    approved(desk, desk.proposed(FAIR), ends=1)
    (one,) = service_plans.planned(desk.context)
    refused = refusal(service_plans.cancel, desk.context, EDITOR, one.plan.id)
    assert refused == DraftRefused(Refusal.OWN_HAND)
    service_plans.cancel(desk.context, OTHER, one.plan.id)
    assert {("end_cancelled", 1), ("end_cancelled", 3)} <= notified(desk)
    tick(desk, clock, hours=2)
    assert says(desk) == FAIR


def one_life(desk: Desk, clock: Clock, *, jump: float = 0) -> None:
    """Runs a clock process with its own database connections, moves its clock by `jump` hours, and ends the process."""
    url = desk.context.database.engine.url.render_as_string(hide_password=False)
    database, stop, ticks = open_database(url), Event(), count(1)
    context = make_context(database=database, now=clock)
    object.__setattr__(context, "flow_sets", SqlFlowSets(database, place_lists()))

    def step(_context: WorkerContext) -> None:
        if jump and next(ticks) == 1:
            clock.turn(hours=jump)
        else:
            stop.set()

    run(context, stop, steps=(step,), aside=(keep_drafts,) if not jump else ())
    database.engine.dispose()


def test_a_plan_and_its_end_outlive_the_process(desk: Desk, clock: Clock) -> None:
    approved(desk, desk.proposed(FAIR), after=2, ends=5)
    for hours, shown in ((1, OLD), (1, FAIR), (2, FAIR), (1, OLD), (9, OLD)):
        clock.turn(hours=hours)
        one_life(desk, clock)
        assert says(desk) == shown
    assert len(service_plans.history(desk.context)) == 3


@pytest.mark.parametrize("is_set_right", [False, True])
def test_a_plan_waits_for_a_clock_that_jumped_before_the_restart(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, is_set_right: bool
) -> None:
    """If the clock jumped ahead, and a person sets the clock right while no process runs, the plan still begins at its
    own time.

    The plan also ends at its own time, and not when the clock reaches the wrong time again."""
    monkeypatch.setattr("workers.clock.TICK_SECONDS", 0)
    approved(desk, desk.proposed(FAIR), after=2, ends=4 if is_set_right else None)
    one_life(desk, clock, jump=3)
    if is_set_right:
        clock.turn(hours=-3)
    steps = ((1.9, OLD), (0.1, FAIR), (1, FAIR), (1, OLD))
    for hours, shown in steps if is_set_right else ((1.9, OLD), (0.1, OLD), (1, FAIR)):
        clock.turn(hours=hours)
        one_life(desk, clock)
        assert says(desk) == shown
