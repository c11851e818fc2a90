"""Reads the pages of the console from one table, `routes.csv`. A page without a row in the table does not exist.

A new page needs a view, a template and a row. The first request for a page imports the module of its view. A console
that no one uses loads none of these modules. `docs/architecture.md` explains this.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from flask import Response

from hotline.console import role_groups
from hotline.core.actors import AccountRole

NO_SIGN_IN = "anybody"
"""The value in the column of roles for an address that needs no sign-in."""


class Method(StrEnum):
    GET = "GET"
    POST = "POST"


class Needs(StrEnum):
    """A requirement of a page in addition to a role."""

    NOTHING = ""
    FRESH = "fresh"
    """The password and the code were entered within the last 15 minutes."""
    FRESH_FACTOR = "each_time"
    """The password and the code are in this request, even after a recent sign-in. The service behind the view checks
    them."""
    SHIFT = "shift"
    """Nothing more. The page also answers for a locked board, and a request for it does not count as an activity of the
    person.
    """
    KEY = "key"
    """The account's own key is decrypted. This also requires a sign-in within the last 15 minutes."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address that needs no sign-in, such as a sign-in page or a static file."""

    method: Method
    rule: str
    """The address in Flask's notation, such as `/accounts/<int:account_id>`."""
    endpoint: str
    """The name for `url_for`, such as `accounts.listed`. It stays the same if the view moves."""
    name: str
    """The module of the view below `hotline`, and its function."""

    def view(self) -> Callable[..., Response]:
        """Imports the module if it is not loaded yet, and returns its function."""
        module, _, function = self.name.rpartition(".")
        view: Callable[..., Response] = getattr(import_module(f"hotline.{module}"), function)
        return view


@dataclass(frozen=True, slots=True)
class PageRoute(Route):
    """One page for signed-in accounts. An account that has none of these roles gets the answer 404."""

    roles: frozenset[AccountRole]
    needs: Needs
    """It applies only to a POST, because a GET changes nothing."""
    audit: str
    """The action that the service of the page writes to the audit log."""
    menu: str
    """The name of the page in the navigation bar. For most pages it is empty."""

    def admits(self, roles: frozenset[AccountRole]) -> bool:
        return self.roles == role_groups.ALL or bool(self.roles & roles)


def _route(row: Mapping[str, str]) -> Route:
    """Returns the route for a row of the table. The roles in the row are a group in `role_groups`."""
    method, rule, view = Method(row["method"]), row["rule"], row["view"]
    if row["roles"] == NO_SIGN_IN:
        return Route(method, rule, row["endpoint"], view)
    roles, needs = getattr(role_groups, row["roles"]), Needs(row["needs"])
    return PageRoute(method, rule, row["endpoint"], view, roles, needs, row["audit"], row["menu"])


def _rows() -> list[Mapping[str, str]]:
    lines = Path(__file__).with_name("routes.csv").read_text("utf-8").splitlines()
    return [*csv.DictReader(line for line in lines if not line.startswith("#"))]


ROUTES = tuple(map(_route, _rows()))
PAGES = tuple(route for route in ROUTES if isinstance(route, PageRoute))
DEMO = (
    Route(Method.POST, "/enter/demo", "demo_entering.enter", "people.pages_demo_sign_in.sign_in"),
    Route(Method.GET, "/styleguide", "demo_style.show", "people.pages_demo_sign_in.style_guide"),
)
"""The routes that only the demo's console has."""
