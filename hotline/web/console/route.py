"""A row of the console's route table: an address, who may come to it, and what it needs of them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, Literal, TypeAlias

from flask import Response

from hotline.domain.accounts.account import AccountRole
from hotline.web.console.visit import GuestVisit, Visit
from hotline.web.console.who import ALL

Method: TypeAlias = Literal["GET", "POST"]
View: TypeAlias = Callable[Concatenate[Visit, ...], Response]
GuestView: TypeAlias = Callable[Concatenate[GuestVisit, ...], Response]


class Needs(StrEnum):
    """What a page wants besides a role."""

    NOTHING = ""
    FRESH = "fresh"
    """Password and code within the last 15 minutes."""
    ANEW = "anew"
    """Password and code in this request, however fresh the last ones are: the view's service asks for them."""
    KEY = "key"
    """The account's own key, open: that includes fresh."""


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page for accounts. Any other role meets 404."""

    method: Method
    rule: str
    """As Flask writes it: `/accounts/<int:account_id>`."""
    view: View
    roles: frozenset[AccountRole]
    needs: Needs = Needs.NOTHING
    """Of a POST alone: a GET changes nothing."""
    audit: str = ""
    """The action that its service writes into the audit log."""
    menu: str = ""
    """Its word in the bar at the top; most pages have none."""

    @property
    def endpoint(self) -> str:
        """What `url_for` calls it: the view's module and name, `accounts.listed`."""
        return endpoint_of(self.view)

    def lets_in(self, roles: frozenset[AccountRole]) -> bool:
        return self.roles == ALL or bool(self.roles & roles)


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """An address for whoever comes: the way in, and the files that pages are drawn with."""

    method: Method
    rule: str
    view: GuestView

    @property
    def endpoint(self) -> str:
        return endpoint_of(self.view)


def endpoint_of(view: View | GuestView) -> str:
    return f"{view.__module__.rpartition('.')[2]}.{view.__name__}"
