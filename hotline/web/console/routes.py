"""Reads the console's pages from one table, `routes.csv`: what has no row there does not exist.

A new page is a view, a template and a row. `docs/console.md` explains it.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

from hotline.statistics import pages as statistics
from hotline.web.console import who
from hotline.web.console.pages import accounts, approvals, audit, entering, outgoing, today
from hotline.web.console.people import desks, exercises, people, rolls
from hotline.web.console.tips import acting, persons, tips
from hotline.web.console.visit import Method, Needs, OpenRoute, PageRoute
from hotline.web.console.writing import choosing, flows
from hotline.web.console.writing.changes import changes, reading
from hotline.web.console.writing.editor import editor, operations
from hotline.web.console.writing.pictures import picture
from hotline.web.console.writing.wording import numbers, words

MODULES = (
    *(accounts, acting, approvals, audit, changes, choosing, desks, editor, entering, exercises),
    *(flows, numbers, operations, outgoing, people, persons, picture, reading, rolls, statistics),
    *(tips, today, words),
)
VIEWS = {module.__name__.rpartition(".")[2]: module for module in MODULES}
ANYBODY = "anybody"
"""Stands in the table for the roles of an address that is open to who is not signed in."""


def _route(row: Mapping[str, str]) -> PageRoute | OpenRoute:
    """Returns a row. The roles are a group of `who`."""
    module, _, name = row["view"].partition(".")
    method, rule, view = Method(row["method"]), row["rule"], getattr(VIEWS[module], name)
    if row["roles"] == ANYBODY:
        return OpenRoute(method, rule, view)
    roles, needs = getattr(who, row["roles"]), Needs(row["needs"])
    return PageRoute(method, rule, view, roles, row["audit"], needs, row["menu"])


def _rows() -> list[Mapping[str, str]]:
    lines = Path(__file__).with_name("routes.csv").read_text("utf-8").splitlines()
    return [*csv.DictReader(line for line in lines if not line.startswith("#"))]


ROUTES = tuple(map(_route, _rows()))
