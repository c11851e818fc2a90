"""Provides the context of the console, two admins, and an editor who is signed in."""

import pytest

from hotline.core.actors import AccountRole
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.signing import Person, admins, person


@pytest.fixture
def context(database: Database, clock: Clock) -> ConsoleContext:
    return make_console_context(database=database, now=clock)


@pytest.fixture
def two(context: ConsoleContext, clock: Clock) -> list[Person]:
    return admins(context, clock, ["Admin 1", "Admin 2"])


@pytest.fixture
def editor(context: ConsoleContext, clock: Clock) -> Person:
    return person(context, clock, "Editor 1", AccountRole.EDITOR)
