"""Tests that hooks are counted in memory, by result and time. The counts are either reported completely or kept."""

from collections import Counter
from dataclasses import replace
from time import perf_counter

import pytest

from hotline.core.database import open_database
from hotline.counters import tables
from hotline.counters.tables import HookCount
from hotline.monitoring import service_measures
from hotline.text.errors import StoreUnavailable
from hotline.web.hooks import HookContext, Reply
from hotline.web.hooks_app import Counted, Meter, create_app
from tests.support.callers import SECRETS, Line

DIALLED = {"phoneNumber": "+250788000077", "serviceCode": "*384*777#", "sessionId": "ATUid_1"}


def outcomes(counted: Counted) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for one, (number, _) in counted.items():
        found[one.hook, one.outcome] += number
    return dict(found)


def test_each_hook_by_what_it_answered(line: Line) -> None:
    meter = Meter(line.context)
    taken: Counted = {}
    client = create_app(HookContext(line.context, SECRETS, measured=meter.note)).test_client()
    ussd, sms = (f"/hooks/{SECRETS[hook][0]}/{hook}" for hook in ("ussd", "sms"))

    client.post(ussd, data=DIALLED | {"text": ""})
    client.post(ussd, data={"nothing": "of ours"})
    client.post("/hooks/wrong-secret/ussd", data=DIALLED | {"text": ""})
    client.post(sms, data={})
    gone = replace(line.context, database=open_database("sqlite:////nowhere/at/all.db"))
    create_app(HookContext(gone, SECRETS, measured=meter.note)).test_client().post(
        ussd, data=DIALLED | {"text": "", "sessionId": "ATUid_2"}
    )

    meter.hand_on(taken.update)
    assert outcomes(taken) == {("ussd", "con"): 1, ("ussd", "failed"): 2, ("sms", "ok"): 1}


def test_what_could_not_be_handed_on_is_kept(line: Line) -> None:
    meter = Meter(line.context)
    taken: Counted = {}

    def refuse(_counted: Counted) -> None:
        meter.note("ussd", Reply("CON once more"), perf_counter())
        raise StoreUnavailable("fake")

    meter.note("ussd", Reply("CON 1"), perf_counter())
    meter.hand_on(refuse)
    meter.hand_on(taken.update)
    assert outcomes(taken) == {("ussd", "con"): 2}
    meter.hand_on(lambda _counted: pytest.fail("handed on twice"))


def test_an_addition_is_all_that_a_hop_pays(line: Line) -> None:
    meter = Meter(line.context)
    reply = Reply("CON 1")
    began = perf_counter()
    for _ in range(1000):
        meter.note("ussd", reply, began)
    assert perf_counter() - began < 0.25


def test_the_figures_arrive_where_metrics_read_them(line: Line) -> None:
    meter = Meter(line.context)
    meter.note("ussd", Reply("END bye"), perf_counter() - 0.3)
    meter.hand_on(lambda counted: service_measures.add(line.context, counted))
    with line.database.reading() as session:
        ((one, (number, seconds)),) = tables.hook_counters(session).items()
    assert one == HookCount("ussd", "end", 7)
    assert number == 1
    assert 0.3 <= seconds < 1
