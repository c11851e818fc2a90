"""Tests `hotline people`, and the effects on cases when a responder takes leave, moves to another district, is
removed, or returns.
"""

import json
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hotline.alerts import queries, queries_outbox, service_assignment, service_commands
from hotline.alerts.rules_replies import Command, CommandResult, Verb
from hotline.cli.contexts import build_cli
from hotline.core.actors import AccountRole
from hotline.core.contexts import CliContext
from hotline.core.settings import Settings
from hotline.duty import service_enrolment, service_leaves, service_phone_proof
from hotline.gateway import tables
from hotline.gateway.queries import STOPPED
from hotline.gateway.rules import MessageState
from hotline.gateway.tables import Assignment, Message
from hotline.people import tables as people_tables
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.errors import PersonnelRefused
from hotline.text.places import NATIONAL
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Tip
from tests.cli.homes import command_line, hotline
from tests.support.builders import make_tip
from tests.support.deciding import approves_by_name, signed_in, waits
from tests.support.made_once import lay_line
from tests.support.posting import post

BY = ("--by", "Alice", "--reason", "her own wish")
SECOND = ("--second", "Bob")
SIGNED = {"by": "Alice", "reason": "her own wish"}
NOW = datetime.now(UTC)
TOMORROW, LATER = NOW + timedelta(days=1), NOW + timedelta(days=9)
GASABO = "+250788000001"
ROWS = f"""name,msisdn,language,level,districts,categories
Gasabo 1,{GASABO},rw,responder,Gasabo,
Gasabo 2,+250788000002,rw,deputy,Gasabo,
Huye 1,+250788000003,rw,responder,Huye,
Huye 2,+250788000004,rw,deputy,Huye,
Nation 1,+250788000005,en,national,,
Nation 2,+250788000006,fr,national,,
"""


@dataclass
class Admin:
    home: Path

    @property
    def context(self) -> CliContext:
        return build_cli(Settings.read({"HOTLINE_HOME": str(self.home)}))

    def __call__(self, *words: str, code: int = 0) -> Result:
        return hotline(self.home, "people", *words, code=code)

    def leave(
        self, name: str, ends_at: datetime = LATER, *, starts_at: datetime | None = None
    ) -> None:
        service_leaves.record_leave(
            self.context, name, starts_at=starts_at, ends_at=ends_at, **SIGNED
        )

    def back(self, name: str, number: str | None = None) -> Sequence[str]:
        return service_leaves.bring_back(self.context, name, number=number, second=None, **SIGNED)[
            1
        ]

    def go(self, way: str) -> None:
        """Ends the work of the responder Gasabo 1 in the district: by leave, by a move to another district, or by
        removal."""
        if way == "leave":
            self.leave("Gasabo 1")
        elif way == "move":
            post(self.context, 1, {"24": Level.RESPONDER})
        else:
            self("remove", "Gasabo 1", *BY)

    def shown(self, name: str) -> dict[str, Any]:
        found = {one["name"]: one for one in json.loads(self("list", "--json").stdout)}[name]
        assert isinstance(found, dict)
        return found

    def active(self) -> set[str]:
        with command_line(self.home) as context, context.database.reading() as session:
            alive = [one.id for one in queries.roster(session, context.now())]
            return {session.get_one(Responder, one).name for one in alive}

    def log(self) -> list[str]:
        told = hotline(self.home, "audit", "list").stdout
        return [line.split(": ", 1)[1] for line in told.splitlines()]

    def imports(self, row: str, *words: str) -> None:
        """Enrols one more person with a file."""
        file = self.home / "more.csv"
        file.write_text(f"{ROWS.splitlines()[0]}\n{row}\n", encoding="utf-8")
        self("import", str(file), *words)


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    lay_line(tmp_path, datetime.now(UTC))
    with command_line(tmp_path) as context:
        service_enrolment.import_responders(context, ROWS)
    return Admin(tmp_path)


def test_a_leave_begins_at_once_and_back_ends_it(admin: Admin) -> None:
    admin.leave("Gasabo 2")
    assert "Gasabo 2" not in admin.active()
    assert admin.shown("Gasabo 2")["state"].startswith("on leave until ")
    assert "ON LEAVE UNTIL" in admin("list").output

    assert admin.back("Gasabo 2") == ["leave"]
    assert "Gasabo 2" in admin.active()
    assert admin.back("Gasabo 2") == []
    assert admin.log()[-1] == "Alice made responder 2 (Gasabo 2) active again: leave: her own wish"
    assert admin.log()[-2].startswith("Alice recorded a leave of responder 2 (Gasabo 2): ")


@pytest.mark.row("R10")
def test_r10_a_roster_is_imported_with_its_gaps(admin: Admin, tmp_path: Path) -> None:
    def roster(*words: str, code: int = 0) -> Result:
        return hotline(admin.home, "roster", *words, code=code)

    assert "everyone is on duty" in roster("show").stderr
    sheet, head = tmp_path / "roster.csv", "desk,name,weekday,from,to,rank\n"
    sheet.write_text(head + "Gasabo,Huye 1,mon,06:00,18:00,1\n", encoding="utf-8")
    week = f"{NOW + timedelta(days=7):%Y-%m-%d}"
    taken = ("import", str(sheet), "--week", week, "--by", "Alice")
    assert "line 2: name: No one at this desk has this name." in roster(*taken, code=1).stderr
    assert roster("show", "--week", week, "--json").stdout.strip() == "[]", "all or nothing"
    sheet.write_text(head + "Gasabo,Gasabo 1,mon,06:00,18:00,1\n", encoding="utf-8")
    assert roster(*taken).output == "shifts on the roster: 1\n"
    shown = json.loads(roster("show", "--week", week, "--json").stdout)
    assert shown[0] == {"desk": "12", "day": "mon", "part": "day", "people": ["Gasabo 1"]}
    assert [one["people"] for one in shown[1:]] == [[]] * 13
    assert "Gasabo       mon day   Gasabo 1" in roster("show", "--week", week).output
    gaps = json.loads(roster("gaps", "--days", "21", "--json").stdout)
    reasons = {one["desk"]: one["reasons"] for one in gaps}
    assert (reasons["24"], reasons["13"]) == (["no PIN"], ["no one"])
    assert "Gasabo" in roster("gaps", "--days", "21").output
    assert any(one.startswith("Alice changed the roster of ") for one in admin.log())


def test_every_language_of_a_responder_is_listed_the_one_for_messages_first(admin: Admin) -> None:
    admin.imports("Huye 9,+250788000009,fr;rw,responder,Huye,")
    assert admin.shown("Huye 9")["languages"] == ["fr", "rw"]
    assert " fr,rw  Huye; everything" in admin("list").output


NO_LEAVES = (
    (None, NOW - timedelta(days=9), "is in the past"),
    (LATER, TOMORROW, "must be after the start date"),
    (None, NOW + timedelta(days=9999), "remove the person from the hotline"),
)


def test_a_planned_leave_is_taken_back_and_one_that_cannot_be_is_refused(admin: Admin) -> None:
    for starts_at, ends_at, why in NO_LEAVES:
        with pytest.raises(PersonnelRefused, match=why):
            admin.leave("Gasabo 1", ends_at, starts_at=starts_at)
    admin.leave("Gasabo 1", starts_at=TOMORROW)
    assert "Gasabo 1" in admin.active()
    with pytest.raises(PersonnelRefused, match="is already on leave from"):
        admin.leave("Gasabo 1")
    assert admin.back("Gasabo 1") == ["planned leave"]


def test_names_are_exact_and_an_id_stands_for_one(admin: Admin) -> None:
    assert 'did you mean "Gasabo 1"?' in admin("remove", "gasabo1", *BY, code=1).output
    assert "hotline people list" in admin("remove", "Kigali 1", *BY, code=1).output
    assert "Huye 2: removed" in admin("remove", "4", *BY).output
    assert admin.shown("Huye 2")["state"].startswith("removed ")
    assert admin.shown("Huye 1")["state"] == "no PIN, cannot read tips by phone"


def test_the_national_desk_is_never_under_two(admin: Admin) -> None:
    for starts_at in (None, TOMORROW):
        with pytest.raises(PersonnelRefused, match="bring back another"):
            admin.leave("Nation 1", starts_at=starts_at)
    with pytest.raises(PersonnelRefused, match="bring back another"):
        post(admin.context, 5, {"12": Level.COORDINATOR})
    assert "--second" in admin("remove", "Nation 1", *BY, code=1).output
    assert {"Nation 1", "Nation 2"} <= admin.active()

    post(admin.context, 2, {NATIONAL: Level.NATIONAL})
    admin.leave("Nation 1", starts_at=TOMORROW)
    with pytest.raises(PersonnelRefused, match="would have 1 active people"):
        admin.leave("Nation 2")


def test_one_of_the_last_two_goes_tonight_by_two_names_and_it_is_red(admin: Admin) -> None:
    refused = admin("remove", "Nation 1", "--second", "alice", *BY, code=1).output
    assert "two different people" in refused
    gone = admin("remove", "Nation 1", *SECOND, *BY)
    assert "Warning: 1 of the national desk" in gone.stderr
    assert "Nation 1" not in admin.active()
    assert admin.log()[-1].endswith("removed responder 5 (Nation 1): her own wish; agreed by Bob")


def test_a_removed_person_comes_back_by_two_names(admin: Admin) -> None:
    admin("remove", "Gasabo 1", *BY)
    assert "Gasabo 1" not in admin.active()
    assert "already removed" in admin("remove", "Gasabo 1", *BY, code=1).output
    with pytest.raises(PersonnelRefused, match="was already removed"):
        admin.leave("Gasabo 1")
    with pytest.raises(PersonnelRefused, match="was removed"):
        post(admin.context, 1, {"12": Level.DEPUTY})
    assert "add `--second NAME`" in admin("back", "Gasabo 1", *BY, code=1).output
    assert "ended: left" in admin("back", "Gasabo 1", *SECOND, *BY).output
    assert "Gasabo 1" in admin.active()


def test_a_person_who_cannot_be_reached_is_brought_back(admin: Admin) -> None:
    context = admin.context
    with context.database.writing() as session:
        tables.add_stop(session, context.pseudonyms.stopped(GASABO), context.now())
        session.get_one(Responder, 1).unreachable = STOPPED
    assert admin.shown("Gasabo 1")["state"] == "cannot be reached (stopped)"

    with pytest.raises(PersonnelRefused, match="with another number") as wrong:
        admin.back("Gasabo 1", "+250788000002")
    assert "788" not in str(wrong.value)
    assert admin.back("Gasabo 1", GASABO) == ["unreachable"]
    assert "Gasabo 1" in admin.active()
    with context.database.writing() as session:
        session.get_one(Responder, 1).unreachable = "InvalidPhoneNumber"
    assert admin.back("Gasabo 1") == ["unreachable"]
    assert "Gasabo 1" in admin.active()


def tell(admin: Admin, *, urgency: int = 3) -> CliContext:
    """Files a tip in Gasabo. Only Gasabo 1 is alerted."""
    context = admin.context
    tip = make_tip(urgency=urgency, at=context.now(), filed_at=context.now())
    with context.database.writing() as session:
        session.add(tip)
    service_assignment.assign_pending(context)
    return context


def alerted(context: CliContext) -> list[int]:
    with context.database.reading() as session:
        return [row.responder_id for row in session.query(Assignment).order_by(Assignment.id)]


GOES = pytest.mark.parametrize("way", ["remove", "leave", "move"])


@GOES
def test_a_case_of_a_person_who_goes_is_a_colleague_s_at_once(admin: Admin, way: str) -> None:
    context = tell(admin)
    admin.go(way)
    assert alerted(context) == [1, 2]
    with context.database.reading() as session:
        (message,) = session.query(Message).filter_by(responder_id=1).all()
    assert message.state == MessageState.FAILED, "nothing that waited for her is sent"


@pytest.mark.row("R10")
@GOES
def test_a_case_that_she_took_is_another_s_at_once(admin: Admin, way: str) -> None:
    context = tell(admin)
    with context.database.writing() as session:
        (hers,) = session.query(Assignment).all()
        act = Command(1, hers.reference, Verb.TAKE, EventChannel.USSD, context.now())
        assert service_commands.carry_out(session, context, act).result is CommandResult.TAKEN
        assert session.get_one(Tip, 1).assignee_id == 1
    admin.go(way)
    assert 2 in alerted(context)[1:]
    with context.database.reading() as session:
        assert session.get_one(Tip, 1).assignee_id is None


def test_a_message_that_comes_back_from_a_send_goes_to_nobody_who_left(admin: Admin) -> None:
    context = tell(admin)
    admin("remove", "Gasabo 1", *BY)
    with context.database.writing() as session:
        (message,) = session.query(Message).filter_by(responder_id=1).all()
        message.state = MessageState.RETRY
        claimed = queries_outbox.claim_due(session, context.now(), 9, 9, "test")
        assert 1 not in [one.message.responder_id for one in claimed]
    service_leaves.begin_leaves(context)
    with context.database.reading() as session:
        assert session.get_one(Message, message.id).state == MessageState.FAILED


def test_every_change_wants_a_name_and_a_reason(admin: Admin) -> None:
    for words in (("remove", "Huye 1"), ("back", "Gasabo 1")):
        admin(*words, code=1)
        refused = admin(*words, "--by", GASABO, "--reason", "x", code=2)
        assert "enter no phone number" in refused.output


def test_who_is_invited_proves_phone_and_paper_and_another_approves(admin: Admin) -> None:
    admin.imports("Kicukiro 1,+250788000009,rw,responder,Kicukiro,", "--proving")
    out = admin.home / "paper"
    invited = admin("invite", "Kicukiro 1", "--out", str(out), *BY)
    (line,) = out.read_text().splitlines()
    start_pin = line.split("then ")[2][:8]
    assert start_pin.isdecimal()
    assert start_pin not in invited.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "MUST ENTER THE SMS CODE AND THE START PIN ON THE PHONE" in admin("list").output

    context = admin.context
    with context.database.writing() as session:
        key = context.pseudonyms.enrolled("+250788000009")
        phone = people_tables.provable_enrolment(session, key, context.now())
        assert phone is not None
        pair = {"public_key": b"p" * 32, "pin_wrap": b"wrapped"}
        assert service_phone_proof.record_proof(session, context, phone, **pair)
    assert "PENDING APPROVAL" in admin("list").output
    alice = signed_in(context, "Alice", AccountRole.ADMIN)
    assert waits(context, alice, "enrolment")[0].may_decide is False
    approves_by_name(context, "Bob", "Kicukiro 1")
    context.database.close()
    assert admin.shown("Kicukiro 1")["state"] == "can be alerted"
