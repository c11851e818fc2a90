"""Provides the console's context, and an editor who signed in."""

import pytest

from hotline.core.actors import AccountRole
from hotline.core.context import ConsoleKit
from hotline.core.database import Database
from tests.support.clock import Clock
from tests.support.kits import make_console_kit
from tests.support.signing import Person, person


@pytest.fixture
def kit(database: Database, clock: Clock) -> ConsoleKit:
    return make_console_kit(database=database, now=clock)


@pytest.fixture
def editor(kit: ConsoleKit, clock: Clock) -> Person:
    return person(kit, clock, "Editor 1", AccountRole.EDITOR)
