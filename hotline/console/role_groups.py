"""Groups roles for the table of routes and for the page Today. Also marks phrases and reads tables of phrases."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.core import actors
from hotline.core.actors import READING_ROLES, AccountRole


@dataclass(frozen=True, slots=True)
class TodayLine:
    is_bad: bool
    """True if the line is red and comes before the other lines."""
    phrase: str
    """The English text with placeholders. The page translates it."""
    values: Mapping[str, str]
    endpoint: str
    """The page to which the line links."""
    part: Mapping[str, int | str]
    """The variable parts in the address of that page."""
    text: str
    """A phrase with the same placeholders. Its text replaces `{says}` in the line."""


ALL = frozenset(AccountRole)
"""Every signed-in account, even if its only role still waits for approval."""
BUT_AUDITOR = ALL - {AccountRole.AUDITOR}
BUT_TRANSLATOR = ALL - {AccountRole.TRANSLATOR}
ADMIN = frozenset({AccountRole.ADMIN})
AUDIT = frozenset({AccountRole.ADMIN, AccountRole.AUDITOR})
RUNNING = frozenset({AccountRole.ADMIN, AccountRole.NATIONAL})
"""The roles that operate the hotline."""
PEOPLE = RUNNING | {AccountRole.DESK}
"""The roles that can see responders and desks. A desk officer sees only their own desk and changes nothing."""
DECIDING = PEOPLE
"""The roles that can approve requests."""
EDITOR = frozenset({AccountRole.EDITOR})
APPROVER = frozenset({AccountRole.APPROVER})
WRITING = EDITOR | APPROVER
READING = WRITING | {AccountRole.AUDITOR}
"""The roles that read a whole draft."""
WORDS = WRITING | {AccountRole.TRANSLATOR}


TABLES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)
"""The content of `words.toml`, by table name."""


def table(name: str) -> Mapping[str, str]:
    """Returns the English sentences of a table, by the value that each sentence describes."""
    return TABLES[name]


def tinted_table(name: str) -> Mapping[str, tuple[str, str]]:
    """Returns a table in which each sentence has a colour."""
    return {value: (words, tint) for value, (words, tint) in TABLES[name].items()}


DESKS = READING_ROLES
"""The roles that read tips of a district or of the whole country. The keys that are encrypted for the account decide
which tips it can read.
"""
NATIONAL = frozenset({AccountRole.NATIONAL})
LEADING = frozenset({AccountRole.PROGRAMME_LEAD})
RELEASING = frozenset(actors.RELEASE_ROLES)
"""The roles that approve a release of statistics. One account of each role must approve."""
