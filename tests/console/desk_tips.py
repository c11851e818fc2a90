"""Gives the pages of tips their data: desks with keys, tips encrypted for them, and accounts with access."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

from hotline.cases import decrypt_access, reader_handover
from hotline.cases.decrypt_reader import ReaderContext
from hotline.core.actors import RELEASE_ROLES, AccountRole, Actor
from hotline.keys.passphrase import Costs
from hotline.people import decrypt_grants, service_desks, tables_accounts, tables_desks
from hotline.people.rules import DeskKind, of_account
from hotline.people.service_desks import NewDesk
from hotline.statistics import queries
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.rules_release import Release, ReleaseNumber, starting_spans
from hotline.text.places import NATIONAL
from hotline.tips import queries as tips_queries
from hotline.tips.rules import OVERSEEN
from hotline.tips.tables import Tip
from tests.console.conftest import Desk, Tab
from tests.support.builders import make_tip
from tests.support.contexts import THE_READER
from tests.support.persons import screened
from tests.support.reading import SHARED
from tests.support.two_people import BOB

PASSPHRASE = "correct horse"
QUICK = Costs(passes=1, kib=8)
DISTRICT, OVERSIGHT = "12", "ombudsman"
WORDS = "hafi y'ishuri"
ANSWERS = {"danger": "yes", "landmark": WORDS}
_NUMBERS = count(1000)


def man(desk: Desk) -> None:
    """Creates a key pair for every desk."""
    decrypt_access.make_desks(desk.context, PASSPHRASE, costs=QUICK)


def tell(
    desk: Desk,
    *,
    place: str = DISTRICT,
    official: str = "no",
    answers: Mapping[str, str] = ANSWERS,
    minutes: int = 0,
    **fields: object,
) -> int:
    """Files a tip that is `minutes` old. The tip is encrypted for the national desk. If no official is involved, it
    is also encrypted for the desk of its district. A tip with a complaint about the national desk is encrypted for
    the oversight desk only.
    """
    at = desk.clock() - timedelta(minutes=minutes)
    named = {"uid": f"{next(_NUMBERS):032}", "at": at, "filed_at": at, **fields}
    tip = make_tip(place=place, official=official, **named)  # type: ignore[arg-type]
    codes = (NATIONAL, place) if official == "no" else (NATIONAL,)
    codes = (OVERSIGHT,) if official == OVERSEEN else codes
    with desk.writing() as session:
        encrypted = desk.context.encrypter.tip(
            answers, uid=tip.uid, place=place, desks=tables_desks.public_keys(session, codes)
        )
        tip.body = encrypted.body
        session.add(tip)
        session.flush()
        tips_queries.give_keys(session, tip.id, encrypted.grants, first=True)
        return tip.id


def add_oversight(desk: Desk) -> tuple[Tab, Tab]:
    """Adds an oversight desk, and signs in its two people."""
    new = NewDesk(OVERSIGHT, DeskKind.OVERSIGHT, "Ombudsman")
    service_desks.add_desk(desk.context, new, passphrase=PASSPHRASE, by=BOB, reason="a law")
    role = AccountRole.DESK
    one, other = (admitted(desk, f"Oversight {n}", role, OVERSIGHT) for n in (1, 2))
    return one, other


def lets_in(desk: Desk, account_id: int, code: str) -> None:
    """Grants an account access to a desk. One admin requests the access, and another admin approves it."""
    member = of_account(account_id)
    decrypt_grants.request_access(
        desk.context, Actor("Admin 1", 99), code, member, "she works there"
    )
    decrypt_grants.grant_by_passphrase(desk.context, BOB, PASSPHRASE)


def admitted(desk: Desk, name: str, role: AccountRole, code: str) -> Tab:
    """Signs in an account with that role, and grants it access to that desk."""
    made = desk.tab(role, name=name)
    lets_in(desk, desk.people[name].account_id, code)
    return made


def change(desk: Desk, tip_id: int, **fields: object) -> None:
    with desk.writing() as session:
        row = session.get_one(Tip, tip_id)
        for name, value in fields.items():
            setattr(row, name, value)


def with_a_tip(desk: Desk) -> None:
    """Files one tip with one person, and grants the accounts of two roles access to its desks."""
    man(desk)
    with desk.reading() as session:
        everybody = tables_accounts.all_accounts(session)
    for role, code in ((AccountRole.NATIONAL, NATIONAL), (AccountRole.DESK, DISTRICT)):
        for account in everybody:
            if role in account.held_roles:
                lets_in(desk, account.id, code)
    assert tell(desk) == 1
    screened(desk.context, 1)
    hands_on(desk)


def with_a_release(desk: Desk) -> None:
    """Stores one published release of statistics for a quarter."""
    cells = [
        ReleaseNumber(CellName("calls"), 1230),
        ReleaseNumber(CellName("calls", "language", "rw"), None),
        ReleaseNumber(CellName("tips"), 170),
    ]
    release = Release("2026-Q3", desk.context.now(), cells, starting_spans())
    with desk.writing() as session:
        queries.write_release(session, release)
        for n, role in enumerate(RELEASE_ROLES, start=90):
            queries.write_approval(session, "2026-Q3", role, by=f"name:P{n}", at=release.made_at)


def hands_on(desk: Desk) -> None:
    """Does the work of the reader process: gives each desk the keys of the cases that the desk may see."""
    plain = {name: getattr(desk.context, name) for name in SHARED}
    pair = SimpleNamespace(now=lambda: (bytes(THE_READER),))
    reader_handover.reconcile(ReaderContext(**plain, vault=cast(Any, None), pair=cast(Any, pair)))
