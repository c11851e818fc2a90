"""Builds the whole application of the console for tests, with a real database. Also simulates people who use the
console in browsers.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.cases import decrypt_access
from hotline.console.templating import Templates
from hotline.core.actors import AccountRole, Actor
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database, Session
from hotline.duty import service_enrolment
from hotline.editing import service_drafts
from hotline.editing.service_publishing import record
from hotline.flows import tables
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.flows.tables import Publication, PublicationKind
from hotline.keys.passphrase import Costs
from hotline.people import service_sessions
from hotline.web.console_app import create_console
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.made_once import lay_rows, publish_shipped
from tests.support.servers import embedded
from tests.support.signing import Person, person

__all__ = ["embedded"]

ADDRESS = "http://127.0.0.1:8080"
WORDS = load_console_words()
PAGES = Templates(WORDS)
"""The compiled templates are made only once, because reading them takes longer than a test."""
GASABO, NUMBER = "12", "+250788009901"
CHANGE = 1
"""The id of an open draft without any edit, which every console in these tests has."""


@dataclass
class Desk:
    """The console, with the objects that a test needs."""

    context: ConsoleContext
    app: Flask
    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str, *roles: AccountRole, language: str = "en") -> Person:
        if name not in self.people:
            self.people[name] = person(self.context, self.clock, name, *roles, language=language)
        return self.people[name]

    def reading(self) -> AbstractContextManager[Session]:
        return self.context.database.reading()

    def writing(self) -> AbstractContextManager[Session]:
        return self.context.database.writing()

    def outside(self) -> "Tab":
        return Tab(self, self.app.test_client())

    def tab(self, *roles: AccountRole, name: str = "") -> "Tab":
        """Opens a browser in which a person with these roles is signed in."""
        called = " ".join(sorted(roles)) or "nobody"
        # By default a person is named after the role. A desk is already called `national`, so this person is called
        # National 9.
        who = self.person(name or {"national": "National 9"}.get(called, called), *roles)
        tab = Tab(self, self.app.test_client())
        tab.take(who.enters().token)
        return tab


@dataclass
class Tab:
    """A browser. With each request, the browser sends its cookie and the origin of its current page."""

    desk: Desk
    client: FlaskClient
    token: str = ""

    def take(self, token: str) -> None:
        self.token = token
        self.client.set_cookie("__Host-hotline", token, domain="127.0.0.1", secure=True)

    @property
    def form_key(self) -> str:
        by = service_sessions.find_session(self.desk.context, self.token)
        return by.session_key if by else "none"

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=self.desk.context.console_url, headers=headers)

    def post(
        self,
        path: str,
        fields: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        **headers: str,
    ) -> TestResponse:
        data = {"form_key": self.form_key if key is None else key, **(fields or {})}
        url = self.desk.context.console_url
        sent = {"Origin": url, **headers}
        return self.client.post(path, base_url=url, headers=sent, data=data)

    def read(self, path: str, **headers: str) -> str:
        """Returns the text of a page that this person may open."""
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def sends(self, path: str, fields: dict[str, Any] | None = None, **more: str) -> TestResponse:
        """Posts a form that the console accepts, and returns the answer with the address of the next page."""
        answer = self.post(path, fields, **more)
        assert answer.status_code == 303, answer.text
        return answer

    def refused(self, path: str, fields: dict[str, Any] | None = None, **more: str) -> str:
        """Posts a form that the console refuses, and returns the page with the reasons."""
        answer = self.post(path, fields, **more)
        assert answer.status_code == 422, answer.status_code
        return answer.text


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(database: Database, clock: Clock) -> MakeDesk:
    publish_shipped(database, clock())

    def make(**changes: Any) -> Desk:
        desk = new_desk(database, clock, **changes)
        opens_draft(desk)
        return desk

    return make


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    """Builds a console and stores enough rows in its database, such as one publication, so that each address in the
    table of routes shows a page.
    """
    made = new_desk(database, clock)

    def fill() -> None:
        publish_shipped(database, clock())
        for write in (opens_draft, writes_history, writes_people):
            write(made)

    lay_rows(database, "a console", fill)
    return made


def new_desk(database: Database, clock: Clock, **changes: Any) -> Desk:
    context = make_console_context(database=database, now=clock)
    context = replace(context, **{"flow_sets": SqlFlowSets(database, place_lists()), **changes})
    return Desk(context, create_console(context, PAGES), clock)


def opens_draft(desk: Desk) -> None:
    assert service_drafts.open_draft(desk.context, Actor("Editor 1"), "New words") == CHANGE


def writes_people(desk: Desk) -> None:
    """Gives each desk a key, and imports one responder in Gasabo."""
    decrypt_access.make_desks(desk.context, "correct horse", costs=Costs(passes=1, kib=8))
    row = f"name,msisdn,language,level,districts,categories\nResponder 1,{NUMBER},rw,responder,Gasabo,\n"
    service_enrolment.import_responders(desk.context, row)


def writes_history(desk: Desk) -> None:
    """Stores the current flows in the publication history, as the first start of a release does on an installed
    hotline.
    """
    with desk.writing() as session:
        live = tables.live_id(session)
        assert live is not None
        said = Publication(
            published_by="line", kind=PublicationKind.VERSION, reason="the flows of this version"
        )
        record(session, live, said, desk.clock())
