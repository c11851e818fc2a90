"""Tests that the console's child process imports confirmed sheets, with the processes, keys and database of a real
hotline."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.cli.contexts import build_console
from hotline.core.actors import AccountRole, AccountState, Actor, SignedIn
from hotline.core.settings import Settings
from hotline.duty import service_enrolment, service_invitations, service_sheets
from hotline.people.rules_roster import week_of
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_roster import Duty, SheetImport, SheetKind
from tests.support.builders import NOON
from tests.support.made_once import lay_line
from workers.console_server import import_sheets

TOKEN = "A" * 43
PEOPLE = """name,msisdn,language,level,districts,categories
Officer 1,+250788010001,en,responder,Gasabo,
"""
MORE = PEOPLE.replace("Officer 1", "Officer 2").replace("0001", "0002")
SHIFTS = """desk,name,weekday,from,to,rank
Gasabo,Officer 1,mon,06:00,18:00,1
Gasabo,Officer 1,tue,18:00,06:00,2
"""


def test_the_child_process_imports_people_and_shifts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_line(tmp_path, NOON)
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    context = build_console(Settings.read({"HOTLINE_HOME": str(tmp_path)}))
    service_invitations.invite(context, Actor("Admin"), "Admin 1", [AccountRole.ADMIN])
    service_enrolment.import_responders(context, PEOPLE)
    with context.database.writing() as session:
        account = session.scalars(select(ConsoleAccount)).one()
        account.state, account.roles = AccountState.ACTIVE, [AccountRole.ADMIN]
        by = SignedIn(account.id, "Admin 1", frozenset({AccountRole.ADMIN}), "en", True, "")
    week = week_of(context.now() + timedelta(days=7))
    for kind, text in ((SheetKind.ROSTER, SHIFTS), (SheetKind.PEOPLE, MORE)):
        checked = service_sheets.check(context, by, TOKEN, kind, text, week)
        assert [one.reason for one in checked.rows if one.reason] == []
        service_sheets.confirm(context, by, TOKEN, kind, checked.locked, week, "new people")

    import_sheets(context)
    with context.database.reading() as session:
        assert {row.name for row in session.scalars(select(Responder))} >= {
            "Officer 1",
            "Officer 2",
        }
        found = session.scalars(select(Duty).order_by(Duty.weekday))
        assert [(row.weekday, row.from_min, row.to_min) for row in found] == [
            (0, 360, 1080),
            (1, 1080, 1800),
        ]
        for sheet in session.scalars(select(SheetImport)):
            assert (sheet.done, sheet.encrypted, sheet.faults) == (sheet.size, None, None)
    context.database.close()
