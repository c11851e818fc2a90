"""Tests fault 35 of tests/rows.py: an editor publishes flows while a caller is in the middle of a session."""

from dataclasses import replace

import pytest

from hotline.flows import service_authoring
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from tests.support.callers import Line
from tests.support.publishing import publish


@pytest.mark.row("A3")
@pytest.mark.fault(35)
def test_row_35_a_session_ends_on_the_flows_it_began_with(line: Line) -> None:
    old = line.caller()
    old.dial()
    document = service_authoring.live_document(line.database)
    document["flows"]["front"]["nodes"]["front"]["menu"]["text"]["rw"] = "Undi mutwe"
    line.clock.turn(seconds=5)
    publish(line.database, document, line.clock.at)
    line.context = replace(line.context, flow_sets=SqlFlowSets(line.database, place_lists()))

    assert line.caller().dial().startswith("CON Undi mutwe")
    line.flush()
    assert old.key("00").startswith("CON Akazi gatekanye")
