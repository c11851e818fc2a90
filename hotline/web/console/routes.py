"""Reads the console's pages from one table, `routes.csv`: what has no row there does not exist.

A new page is a view, a template and a row. The module of a view is imported when one of its pages is first asked for:
a console that nobody uses holds none of them. `docs/console.md` explains it.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from flask import Response

from hotline.domain.accounts.account import AccountRole
from hotline.web.console import who

ANYBODY = "anybody"
"""Stands in the table for the roles of an address that is open to who is not signed in."""


class Method(StrEnum):
    GET = "GET"
    POST = "POST"


class Needs(StrEnum):
    """What a page wants besides a role."""

    NOTHING = ""
    FRESH = "fresh"
    """Password and code within the last 15 minutes."""
    ANEW = "anew"
    """Password and code in this request, however fresh the last ones are: the view's service asks for them."""
    KEY = "key"
    """The account's own key, open: that includes fresh."""


@dataclass(frozen=True, slots=True)
class Route:
    """An address for whoever comes: the way in, and the files that pages are drawn with."""

    method: Method
    rule: str
    """As Flask writes it: `/accounts/<int:account_id>`."""
    name: str
    """The view's module below `hotline`, and its function."""

    @property
    def endpoint(self) -> str:
        """What `url_for` calls it: the last word of the module and the function, `accounts.listed`."""
        return ".".join(self.name.split(".")[-2:])

    def view(self) -> Callable[..., Response]:
        """Imports the module where that was not done yet, and returns its function."""
        module, _, function = self.name.rpartition(".")
        view: Callable[..., Response] = getattr(import_module(f"hotline.{module}"), function)
        return view


@dataclass(frozen=True, slots=True)
class PageRoute(Route):
    """A page for accounts. Any other role meets 404."""

    roles: frozenset[AccountRole]
    needs: Needs
    """Of a POST alone: a GET changes nothing."""
    audit: str
    """The action that its service writes into the audit log."""
    menu: str
    """Its word in the bar at the top; most pages have none."""

    def lets_in(self, roles: frozenset[AccountRole]) -> bool:
        return self.roles == who.ALL or bool(self.roles & roles)


def _route(row: Mapping[str, str]) -> Route:
    """Returns a row. The roles are a group of `who`."""
    method, rule, view = Method(row["method"]), row["rule"], row["view"]
    if row["roles"] == ANYBODY:
        return Route(method, rule, view)
    roles, needs = getattr(who, row["roles"]), Needs(row["needs"])
    return PageRoute(method, rule, view, roles, needs, row["audit"], row["menu"])


def _rows() -> list[Mapping[str, str]]:
    lines = Path(__file__).with_name("routes.csv").read_text("utf-8").splitlines()
    return [*csv.DictReader(line for line in lines if not line.startswith("#"))]


ROUTES = tuple(map(_route, _rows()))
PAGES = tuple(route for route in ROUTES if isinstance(route, PageRoute))
DEMO = (Route(Method.POST, "/enter/demo", "web.console.pages.demo_entering.enter"),)
"""Of the demo's process alone."""
