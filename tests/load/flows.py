"""How long flows of two hundred screens take to load: as files, and as a process finds them in the database."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

import click

from hotline.cli.line.init import FLOWS
from hotline.engine.document import document, source
from hotline.engine.transcripts.pressing import press
from hotline.services.flows import authoring
from hotline.services.flows.places import place_lists
from tests.engine.books import unpress


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """Middle values, in milliseconds of the processor: nothing here waits for anything."""

    screens: int
    files: float
    """YAML read, checked and compiled: what `hotline flows` and a release do."""
    checked: float
    """Of that, checking and compiling."""
    pressed: float
    """The compiled form read back: what a process does that starts."""
    plain: float
    """The same document read by `json.loads` alone."""


@click.command("flows")
@click.option("--screens", default=200, show_default=True, help="At least so many.")
@click.option("--turns", default=15, show_default=True, help="How often each is loaded.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def flows_bench(screens: int, turns: int, as_json: bool) -> None:
    """Flows of that many screens, loaded from files and in their compiled form."""
    figures = _measure(screens, turns)
    if as_json:
        click.echo(json.dumps(asdict(figures)))
        return
    f = figures
    click.echo(
        f"{f.screens} screens: {f.files:.1f} ms from files, {f.checked:.1f} ms of it checked"
    )
    click.echo(f"{f.pressed:.1f} ms in their compiled form; json.loads alone {f.plain:.1f} ms")


def _measure(screens: int, turns: int) -> FlowFigures:
    whole = _at_least(authoring.read_folder(FLOWS), screens)
    lists = place_lists()
    texts = [source.dump(flow) for flow in whole["flows"].values()]
    book = document.compile(whole, lists)
    pressed, plain = press(book), json.dumps(whole)

    files = _middle(turns, lambda: [source.parse(text) for text in texts])
    checked = _middle(turns, lambda: document.compile(whole, lists))
    return FlowFigures(
        screens=sum(len(flow.nodes) for flow in book.flows.values()),
        files=files + checked,
        checked=checked,
        pressed=_middle(turns, lambda: unpress(pressed, lists)),
        plain=_middle(turns, lambda: json.loads(plain)),
    )


def _at_least(shipped: dict[str, Any], screens: int) -> dict[str, Any]:
    """The shipped flows, and copies of the longest until there are enough."""
    flows = dict(shipped["flows"])
    name, longest = max(flows.items(), key=lambda item: len(item[1]["nodes"]))
    copies = 0
    while sum(len(flow["nodes"]) for flow in flows.values()) < screens:
        copies += 1
        flows[f"{name}_{copies}"] = deepcopy(longest) | {"flow": f"{name}_{copies}"}
    return {"flows": flows, "entries": shipped["entries"]}


def _middle(turns: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(turns):
        gc.collect()
        began = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)
