"""The demo's accounts: what everybody may read on its sign-in page. Pure."""

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
    """The authenticator's."""


CAST: tuple[tuple[str, tuple[AccountRole, ...]], ...] = (
    ("Editor 1", (AccountRole.EDITOR, AccountRole.TRANSLATOR)),
    ("Approver 1", (AccountRole.APPROVER, AccountRole.ADMIN)),
    ("Admin 1", (AccountRole.ADMIN, AccountRole.AUDITOR)),
    ("National 1", (AccountRole.NATIONAL,)),
    ("Desk 1", (AccountRole.DESK,)),
    ("Programme lead 1", (AccountRole.PROGRAMME_LEAD,)),
)
"""Two of them are admins: what waits for a second person is decided in the demo as it is on a line."""
OPENS: Mapping[str, str] = {"National 1": NATIONAL, "Desk 1": "12"}
"""The desks that two of them open: the nation's, and Gasabo's."""
