"""Builds a country with one province, one district and one sector. No flow contains their names."""

from dataclasses import replace

from hotline.flows.conversation import Option
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import PlaceLists, place_lists
from hotline.text.languages import CODES
from tests.support.callers import Line


def small(line: Line) -> Line:
    """Returns the same hotline in the small country."""
    books = SqlFlowSets(line.database, canaries())
    return replace(line, context=replace(line.context, flow_sets=books))


def large(line: Line) -> Line:
    """Returns the same hotline in the whole country."""
    return replace(
        line, context=replace(line.context, flow_sets=SqlFlowSets(line.database, place_lists()))
    )


def canaries() -> PlaceLists:
    return PlaceLists(
        {
            name: tuple(
                Option(one.value, dict.fromkeys(CODES, f"Zuzu{name.replace('.', '')}"))
                for one in options[:1]
            )
            for name, options in place_lists().items()
        }
    )
