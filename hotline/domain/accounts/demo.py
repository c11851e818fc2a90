"""Defines the demo's accounts, which its sign-in page shows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.domain.accounts.account import AccountRole
from hotline.domain.tip import NATIONAL


@dataclass(frozen=True, slots=True)
class DemoAccount:
    name: str
    roles: tuple[AccountRole, ...]
    password: str = field(repr=False)
    secret: str = field(repr=False)
    """The secret of its authenticator."""


CAST: tuple[tuple[str, tuple[AccountRole, ...]], ...] = (
    ("Editor 1", (AccountRole.EDITOR, AccountRole.TRANSLATOR)),
    ("Approver 1", (AccountRole.APPROVER, AccountRole.ADMIN)),
    ("Admin 1", (AccountRole.ADMIN, AccountRole.AUDITOR)),
    ("National 1", (AccountRole.NATIONAL,)),
    ("Desk 1", (AccountRole.DESK,)),
    ("Programme lead 1", (AccountRole.PROGRAMME_LEAD,)),
)
"""Names and roles. Two of them are admins, so that an approval needs a second person, as on a real line."""
OPENS: Mapping[str, str] = {"National 1": NATIONAL, "Desk 1": "12"}
"""The accounts that open a desk: the national desk, and Gasabo's."""
