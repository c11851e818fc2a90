"""The demo's accounts: what everybody may read on its sign-in page. Pure."""

from dataclasses import dataclass, field

from hotline.domain.accounts.account import AccountRole


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
)
"""Two of them are admins: what waits for a second person is decided in the demo as it is on a line."""
