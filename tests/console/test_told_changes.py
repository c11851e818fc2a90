"""Tests the console's notices about changes: text that one person published alone, and drafts that wait for a
reader."""

from typing import Any, cast

from hotline.core.actors import AccountRole, SignedIn
from hotline.editing import service_emergencies
from hotline.web import pages_today
from tests.editing.changing import Desk, desk
from tests.editing.test_emergencies import SECOND, urgent
from tests.support.builders import make_account

__all__ = ["desk"]


def signed_in(*roles: AccountRole) -> SignedIn:
    return SignedIn(9, "Somebody", frozenset(roles), "en", is_fresh=True, session_key="")


EDITOR = signed_in(AccountRole.EDITOR)


def told(desk: Desk, by: SignedIn) -> list[str]:
    with desk.context.database.writing() as session:
        row = make_account("Somebody", *by.roles)
        row.id = by.account_id
        session.merge(row)
    found = pages_today.today(cast(Any, desk.context), by)
    return [one.phrase.format_map(one.values) for one in found]


def test_words_of_one_person_alone_are_a_bar_on_every_page(desk: Desk) -> None:
    done = urgent(desk)
    (said,) = told(desk, EDITOR)
    assert "in an emergency" in said
    assert "Approver 1 published" in said
    assert "14:00" in said
    assert pages_today.red_bars(cast(Any, desk.context), EDITOR)
    assert service_emergencies.confirm(desk.context, SECOND, done.publication_id) is None
    assert not told(desk, EDITOR)
