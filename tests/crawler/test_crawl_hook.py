"""Tests the crawler with the hook that the gateway calls, and a real database."""

from dataclasses import replace

import pytest

from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from tests.crawler.crawler import Crawler
from tests.crawler.hook_line import HookLine
from tests.support.callers import Line, Way
from tests.web.conftest import line

__all__ = ["line"]


@pytest.mark.parametrize("way", [*Way])
def test_a_thousand_digits_at_the_nearest_screens(line: Line, way: Way) -> None:
    """The country has one sector. The crawl of the engine alone presses the other digits."""
    lists = {name: options[:1] for name, options in place_lists().items()}
    context = replace(line.context, flow_sets=SqlFlowSets(line.database, lists))
    crawler = Crawler(
        HookLine(replace(line, context=context).client, context.sessions), most_hops=1000
    )
    crawler.crawl()

    assert crawler.faults == []
    assert len(crawler.pressed) > 60
    assert line.tips, "it told what a thumb can tell"
