"""Simulates an editor who opens a screen, reads its form as a browser would, and presses one of its buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from werkzeug.test import TestResponse

from hotline.core.actors import AccountRole
from hotline.editing import service_drafts
from hotline.flows.node_fields import nodes_of
from tests.console.conftest import CHANGE, Desk, Tab

Form = dict[str, str]


class FormReader(HTMLParser):
    """The fields that a browser would send with the form, and the text of the page."""

    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.action = action
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self.links: list[str] = []
        self._inside = False
        self._select = self._area = ""
        self._chosen: str | None = None
        self._first: str | None = None
        self._told: str | None = None
        self._is_chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "form":
            self._inside = found.get("action") == self.action
        if not self._inside or ("name" not in found and tag != "option"):
            return
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "button":
            self.buttons.append(value)
        elif tag == "textarea":
            self._area = name
            self.fields.append((name, ""))
        elif tag == "select":
            self._select, self._chosen, self._first = name, None, None
        elif tag == "option" and self._select:
            self._option(found)
        elif tag == "input" and (
            found.get("type") not in {"checkbox", "radio"} or "checked" in found
        ):
            self.fields.append((name, value))

    def _option(self, found: Mapping[str, str]) -> None:
        self._told = found.get("value")
        self._is_chosen = "selected" in found
        if self._told is not None:
            self._take(self._told)

    def _take(self, value: str) -> None:
        if self._first is None:
            self._first = value
        if self._is_chosen:
            self._chosen = value

    def handle_data(self, data: str) -> None:
        if self._area:
            name, before = self.fields[-1]
            self.fields[-1] = (name, before + data)
        elif self._select and data.strip() and self._told is None:
            self._take(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            name, words = self.fields[-1]
            self.fields[-1] = (name, words.removeprefix("\n"))
            self._area = ""
        if tag == "select" and self._select:
            self.fields.append((self._select, self._chosen or self._first or ""))
            self._select = ""
        if tag == "form":
            self._inside = False


def read(page: str, action: str) -> FormReader:
    reader = FormReader(action)
    reader.feed(page)
    return reader


@dataclass
class Editor:
    desk: Desk
    tab: Tab
    at: str = ""
    page: str = ""
    buttons: list[str] = field(default_factory=list)

    def open(self, flow: str, node: str) -> Form:
        """Returns the form of a screen, as a browser would send it."""
        self.at = f"/changes/{CHANGE}/flows/{flow}/{node}"
        answer = self.tab.get(self.at)
        assert answer.status_code == 200, answer.status_code
        return self.form(answer)

    def form(self, answer: TestResponse) -> Form:
        self.page = answer.text
        found = read(answer.text, self.at)
        self.buttons = found.buttons
        return dict(found.fields)

    def press(self, form: Mapping[str, Any], do: str) -> TestResponse:
        return self.tab.post(self.at, {**form, "do": do})

    def part(self, form: Mapping[str, Any], do: str = "") -> str:
        answer = self.tab.post(f"{self.at}/part", {**form, "do": do}, **{"X-Part": "1"})
        assert answer.status_code == 200
        return answer.text

    def sent(self, form: Mapping[str, Any], do: str) -> str:
        """Presses a button that saves the form, and returns the next page."""
        answer = self.press(form, do)
        assert answer.status_code == 303, answer.text
        self.page = self.tab.read(str(answer.location))
        return self.page

    def looked(self, form: Mapping[str, Any], do: str = "look") -> Form:
        """Presses a button that saves nothing, and returns the form on the next page."""
        answer = self.press(form, do)
        assert answer.status_code == 200
        return self.form(answer)

    def node(self, flow: str, node: str) -> Any:
        return nodes_of(service_drafts.part_draft(self.desk.context, CHANGE, flow).document)[node]

    def other(self, name: str = "Editor 3") -> "Editor":
        """Returns a second editor, who works on the same draft in another browser."""
        return Editor(self.desk, self.desk.tab(AccountRole.EDITOR, name=name))


@pytest.fixture
def editor(desk: Desk) -> Editor:
    return Editor(desk, desk.tab(AccountRole.EDITOR, name="Editor 2"))
