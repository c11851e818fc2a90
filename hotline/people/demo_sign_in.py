"""Stores the demo's accounts in a file in the demo's home folder, which the demo's sign-in page reads."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from hotline.core.actors import AccountRole
from hotline.core.environment import OWNER_ONLY
from hotline.people.rules_accounts import DemoAccount

DEMO_ACCOUNTS = "demo-accounts.json"


def demo_accounts_in(home: Path) -> tuple[DemoAccount, ...]:
    """Returns the demo's accounts from the file in the home folder. Returns an empty list if the file is missing or
    damaged."""
    try:
        rows = json.loads((home / DEMO_ACCOUNTS).read_text(encoding="utf-8"))
        return tuple(
            DemoAccount(**row | {"roles": tuple(map(AccountRole, row["roles"]))}) for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def keep_demo_accounts(home: Path, made: Sequence[DemoAccount]) -> None:
    """Writes the demo's accounts to a file in the home folder. Only the owner of the folder can read this file."""
    file = home / DEMO_ACCOUNTS
    file.touch(mode=0o666 & ~OWNER_ONLY)
    file.write_text(json.dumps([asdict(one) for one in made]), encoding="utf-8")
