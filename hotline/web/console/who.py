"""Groups of roles that the route table and Today speak of; phrases and tables of phrases that a page says."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hotline.domain.accounts import account
from hotline.domain.accounts.account import READERS, AccountRole

ALL = frozenset(AccountRole)
"""Whoever is signed in, also an account whose only role waits for a second admin."""
BUT_AUDITOR = ALL - {AccountRole.AUDITOR}
BUT_TRANSLATOR = ALL - {AccountRole.TRANSLATOR}
ADMIN = frozenset({AccountRole.ADMIN})
AUDIT = frozenset({AccountRole.ADMIN, AccountRole.AUDITOR})
RUNNING = frozenset({AccountRole.ADMIN, AccountRole.NATIONAL})
"""Who sees to it that the line runs."""
PEOPLE = RUNNING | {AccountRole.DESK}
"""Who sees responders and desks; a desk its own alone, and changes nothing."""
DECIDING = PEOPLE
"""Who may be the second person of something."""
EDITOR = frozenset({AccountRole.EDITOR})
APPROVER = frozenset({AccountRole.APPROVER})
WRITING = EDITOR | APPROVER
READING = WRITING | {AccountRole.AUDITOR}
"""Who reads a change whole."""
WORDS = WRITING | {AccountRole.TRANSLATOR}


def phrase(words: str) -> str:
    """Marks English words that are said in another place: they stand in the catalogue."""
    return words


TABLES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)
"""All that `words.toml` says, by the name of the table."""


def table(name: str) -> Mapping[str, str]:
    """Returns the English sentences of a table, by the value of which each is said."""
    return TABLES[name]


def tinted(name: str) -> Mapping[str, tuple[str, str]]:
    """Returns the same of a table whose sentences each have a tint."""
    return {value: (words, tint) for value, (words, tint) in TABLES[name].items()}


DESKS = READERS
"""Who reads tips: of a district, or of the nation. Which ones, the keys that were sealed to the account say."""
NATIONAL = frozenset({AccountRole.NATIONAL})
LEADING = frozenset({AccountRole.PROGRAMME_LEAD})
RELEASING = frozenset(account.RELEASING)
"""Who approves a release of statistics, one of each role."""
WORKING = DESKS | WORDS
"""Whose first page is Today. All others begin with the overview of statistics."""
