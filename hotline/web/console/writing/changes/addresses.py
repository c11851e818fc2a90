"""Finds addresses of other pages by their rules: a link is drawn where the route table has the page for the reader."""

from urllib.parse import quote

from flask import current_app
from werkzeug.exceptions import HTTPException

from hotline.domain.accounts.account import AccountRole
from hotline.domain.changes.change import ENTRIES, NUMBERS
from hotline.engine.check.finding import anchor

LISTS = {NUMBERS: "numbers", ENTRIES: "entries"}
"""Parts of a change that have a page of their own."""


Roles = frozenset[AccountRole]
PAGES = "PAGES"
"""Under this name the application's settings hold the pages of the route table, by their endpoints."""


def if_there(roles: Roles, path: str) -> str:
    """Returns the same address; empty where no page answers it, or none for these roles."""
    adapter = current_app.url_map.bind("")
    try:
        endpoint, _ = adapter.match(path.partition("#")[0].partition("?")[0], "GET")
    except HTTPException:
        return ""
    route = current_app.config[PAGES].get(endpoint)
    return path if route is not None and route.lets_in(roles) else ""


def editor(
    roles: Roles, change_id: int, flow: str, node: str, field: str = "", language: str = ""
) -> str:
    """The screen in the editor, at the field."""
    path = f"/changes/{change_id}/flows/{quote(flow)}/{quote(node)}"
    mark = anchor(field, language) or "form"
    return if_there(roles, f"{path}#{mark}") if flow and node else ""


def part(roles: Roles, change_id: int, name: str, start: str = "") -> str:
    """Where a part of a change is edited: a flow at one of its screens, numbers and entries in their lists."""
    if name in LISTS:
        return if_there(roles, f"/changes/{change_id}/{LISTS[name]}")
    return editor(roles, change_id, name, start)
