"""Reads the pages of the console from the table `routes.csv`, and defines the groups of roles that this table names. A
page without a row in the table does not exist. A new page needs a view, a template and a row. The first request for a
page imports the module with its view. So if no one uses the console, the process loads no module of a page.
`docs/architecture.md` explains why the module of a page is loaded so late. The module also reads `words.toml`. That
file has the English sentence that a page shows for each value in the code, such as a state of a tip.
"""

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Response

from hotline.core import actors
from hotline.core.actors import READING_ROLES, AccountRole


@dataclass(frozen=True, slots=True)
class TodayLine:
    is_bad: bool
    """True if the page Today shows this line in red, above its other lines."""
    phrase: str
    """The English text of one line on the page Today, with placeholders. The page translates this text."""
    values: Mapping[str, str]
    endpoint: str
    """The name (for `url_for`) of the page to which the line on the page Today links."""
    part: Mapping[str, int | str]
    """Maps the name of each variable part in the linked page's address to its value."""
    text: str
    """A second English text, with the same placeholders as `phrase`. If `phrase` contains the placeholder `{says}`, the
    page puts the translation of the second text there."""


ALL = frozenset(AccountRole)
"""All roles: every signed-in account may open the page, even if the account's only role still waits for approval."""
BUT_AUDITOR = ALL - {AccountRole.AUDITOR}
BUT_TRANSLATOR = ALL - {AccountRole.TRANSLATOR}
ADMIN = frozenset({AccountRole.ADMIN})
AUDIT = frozenset({AccountRole.ADMIN, AccountRole.AUDITOR})
RUNNING = frozenset({AccountRole.ADMIN, AccountRole.NATIONAL})
"""The roles that manage the hotline: admin and national desk."""
PEOPLE = RUNNING | {AccountRole.DESK}
"""The roles that can see responders and desks. A desk officer sees only the responders of their own desk, and cannot
change them."""
DECIDING = PEOPLE
"""The roles that can approve or refuse the request of another person."""
EDITOR = frozenset({AccountRole.EDITOR})
APPROVER = frozenset({AccountRole.APPROVER})
WRITING = EDITOR | APPROVER
READING = WRITING | {AccountRole.AUDITOR}
"""The roles that can read all flows (the callers' screens) of a draft."""
WORDS = WRITING | {AccountRole.TRANSLATOR}


TABLES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)
"""Maps the name of each table in `words.toml` to the content of the table."""


def table(name: str) -> Mapping[str, str]:
    """Returns a table of `words.toml`. The table maps each value in the code to the English sentence that pages show
    for it."""
    return TABLES[name]


def tinted_table(name: str) -> Mapping[str, tuple[str, str]]:
    """Returns a table of `words.toml` that maps each value to an English sentence and the name of the sentence's
    colour."""
    return {value: (words, tint) for value, (words, tint) in TABLES[name].items()}


DESKS = READING_ROLES
"""The roles that read tips of a district or of the whole country. An account with such a role can read a tip only if
the account has a key for this tip.
"""
NATIONAL = frozenset({AccountRole.NATIONAL})
LEADING = frozenset({AccountRole.PROGRAMME_LEAD})
RELEASING = frozenset(actors.RELEASE_ROLES)
"""The roles that approve a release of statistics. An account of each of these roles must approve the release."""

NO_SIGN_IN = "anybody"
"""In the column `roles` of `routes.csv`, this value marks an address that people can open without a sign-in."""


class Method(StrEnum):
    GET = "GET"
    POST = "POST"


class Needs(StrEnum):
    """A condition that a page sets in addition to a role, for example a recent sign-in."""

    NOTHING = ""
    FRESH = "fresh"
    """The person entered the password and the code (the second factor) within the last 15 minutes."""
    FRESH_FACTOR = "each_time"
    """The person must send the password and the code (the second factor) with this request, even after a recent
    sign-in. The view calls a service that checks the password and the code."""
    SHIFT = "shift"
    """No requirement. The page also answers in a locked session. Such a session is idle or too old, and shows only the
    number of urgent cases that no one has taken. A request for the page does not count as an activity of the person."""
    KEY = "key"
    """The account's own key is decrypted in this session. The page also requires a sign-in within the last 15
    minutes."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address that needs no sign-in, such as a sign-in page or a static file."""

    method: Method
    rule: str
    """The address in Flask's notation, such as `/accounts/<int:account_id>`."""
    endpoint: str
    """The name for `url_for`, such as `accounts.listed`. The name stays the same if the view moves to another
    module."""
    name: str
    """The dotted path of the view's function, without `hotline.` at the beginning."""

    def view(self) -> Callable[..., Response]:
        """Imports the module of the view if it is not loaded yet, and returns the function of the view."""
        module, _, function = self.name.rpartition(".")
        view: Callable[..., Response] = getattr(import_module(f"hotline.{module}"), function)
        return view


@dataclass(frozen=True, slots=True)
class PageRoute(Route):
    """One page for signed-in accounts. An account that has none of the `roles` gets the answer 404."""

    roles: frozenset[AccountRole]
    needs: Needs
    """The condition that the page sets in addition to a role. A GET request changes nothing, so the console checks the
    condition only for a POST request."""
    audit: str
    """The action that the service of the page writes to the audit log."""
    menu: str
    """The name of the page in the navigation bar. Empty for a page that is not in the navigation bar."""

    def admits(self, roles: frozenset[AccountRole]) -> bool:
        return self.roles == ALL or bool(self.roles & roles)


def _route(row: Mapping[str, str]) -> Route:
    """Returns the route for a row of the table `routes.csv`."""
    method, rule, view = Method(row["method"]), row["rule"], row["view"]
    if row["roles"] == NO_SIGN_IN:
        return Route(method, rule, row["endpoint"], view)
    roles = globals()[row["roles"]]  # The row names a constant of this module, such as `DESKS`.
    needs = Needs(row["needs"])
    return PageRoute(method, rule, row["endpoint"], view, roles, needs, row["audit"], row["menu"])


_LINES = Path(__file__).with_name("routes.csv").read_text("utf-8").splitlines()
ROUTES = tuple(map(_route, csv.DictReader(line for line in _LINES if not line.startswith("#"))))
PAGES = tuple(route for route in ROUTES if isinstance(route, PageRoute))
DEMO = (
    Route(Method.POST, "/enter/demo", "demo_entering.enter", "people.pages_demo_sign_in.sign_in"),
    Route(Method.GET, "/styleguide", "demo_style.show", "people.pages_demo_sign_in.style_guide"),
)
"""The addresses that exist only in the console of a demo."""
