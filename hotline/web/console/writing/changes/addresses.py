"""Addresses of pages of other rooms, by their rules: a link is drawn where the route table has its page."""

from urllib.parse import quote

from flask import current_app

from hotline.domain.changes.change import ENTRIES, NUMBERS
from hotline.engine.check.finding import anchor

LISTS = {NUMBERS: "numbers", ENTRIES: "entries"}
"""Parts of a change that have a page of their own."""


def if_there(path: str) -> str:
    """The same address; empty where no page answers it."""
    adapter = current_app.url_map.bind("")
    return path if adapter.test(path.partition("#")[0].partition("?")[0], "GET") else ""


def editor(change_id: int, flow: str, node: str, field: str = "", language: str = "") -> str:
    """The screen in the editor, at the field."""
    path = f"/changes/{change_id}/flows/{quote(flow)}/{quote(node)}"
    mark = anchor(field, language) or "form"
    return if_there(f"{path}#{mark}") if flow and node else ""


def part(change_id: int, name: str, start: str = "") -> str:
    """Where a part of a change is edited: a flow at one of its screens, numbers and entries in their lists."""
    if name in LISTS:
        return if_there(f"/changes/{change_id}/{LISTS[name]}")
    return editor(change_id, name, start)
