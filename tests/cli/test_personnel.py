"""`hotline responders show`, `leave`, `back`, `move` and `remove`, as an admin says them."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.cases.entries import EntryWay
from hotline.domain.outbox.delivery import MessageState
from hotline.domain.sms.rules_replies import Verb
from hotline.domain.tips.acts import Act, Acted
from hotline.ports import LookingKit
from hotline.services.people import leaves
from hotline.services.referrals import casework, referral
from hotline.store.dialogue import contacts
from hotline.store.outbox import outbox
from hotline.store.outbox.messages import Message, Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip
from hotline.store.watch.alarms import STOPPED
from tests.builders import make_tip
from tests.made_once import lay_line

BY = ("--by", "Alice", "--reason", "her own wish")
SECOND = ("--second", "Bob")
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
LATER = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
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
    def kit(self) -> LookingKit:
        return build_console(Settings.read({"HOTLINE_HOME": str(self.home)}))

    def __call__(self, *words: str, code: int = 0, typed: str | None = None) -> Result:
        environ = {"HOTLINE_HOME": str(self.home)}
        told = CliRunner().invoke(main, ["responders", *words], env=environ, input=typed)
        assert told.exit_code == code, told.output
        return told

    def shown(self, name: str) -> dict[str, Any]:
        found = json.loads(self("show", name, "--json").stdout)
        assert isinstance(found, dict)
        return found

    def living(self) -> set[str]:
        kit = self.kit
        with kit.database.reading() as session:
            alive = [one.id for one in referrals.roster(session, kit.now())]
            names = {session.get_one(Responder, one).name for one in alive}
        kit.database.close()
        return names

    def log(self) -> list[str]:
        environ = {"HOTLINE_HOME": str(self.home)}
        told = CliRunner().invoke(main, ["audit", "list"], env=environ)
        return [line.split(": ", 1)[1] for line in told.stdout.splitlines()]


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    lay_line(tmp_path, datetime.now(UTC))
    line = Admin(tmp_path)
    (tmp_path / "people.csv").write_text(ROWS, encoding="utf-8")
    line("import", str(tmp_path / "people.csv"))
    return line


def test_a_leave_begins_at_once_and_back_ends_it(admin: Admin) -> None:
    given = admin("leave", "Gasabo 2", "--until", LATER, *BY)
    assert "Gasabo 2: on leave from" in given.output
    assert "Gasabo 2" not in admin.living()
    assert admin.shown("Gasabo 2")["state"].startswith("on leave until ")
    assert "ON LEAVE UNTIL" in admin("list").output

    assert "ended: leave" in admin("back", "Gasabo 2", *BY).output
    assert "Gasabo 2" in admin.living()
    assert admin.shown("Gasabo 2")["leaves"] == []
    assert "nothing kept her" in admin("back", "Gasabo 2", *BY).output
    assert admin.log()[-1] == "Alice brought back responder 2 (Gasabo 2): leave: her own wish"
    assert admin.log()[-2].startswith("Alice sent responder 2 (Gasabo 2) on leave: ")


def test_every_language_of_somebody_is_shown_the_one_for_messages_first(admin: Admin) -> None:
    rows = ROWS.splitlines()[0] + "\nHuye 9,+250788000009,fr;rw,responder,Huye,\n"
    (admin.home / "more.csv").write_text(rows, encoding="utf-8")
    admin("import", str(admin.home / "more.csv"))

    assert "Huye 9, responder, reads fr, speaks rw" in admin("show", "Huye 9").output
    assert admin.shown("Huye 9")["languages"] == ["fr", "rw"]
    assert " fr,rw  Huye; everything" in admin("list").output


def test_a_planned_leave_is_shown_and_taken_back(admin: Admin) -> None:
    admin("leave", "Gasabo 1", "--from", TOMORROW, "--until", LATER, *BY)
    assert "Gasabo 1" in admin.living()
    assert admin.shown("Gasabo 1")["leaves"][0]["by"] == "Alice"
    again = admin("leave", "Gasabo 1", "--until", LATER, *BY, code=1)
    assert "is on leave from" in again.output
    assert "ended: planned leave" in admin("back", "Gasabo 1", *BY).output


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (("--until", "2020-01-01"), "is past"),
        (("--from", LATER, "--until", TOMORROW), "ends after it begins"),
        (("--until", "2099-01-01"), "take them off the line"),
    ],
    ids=["past", "backwards", "for ever"],
)
def test_a_leave_that_cannot_be_is_refused_with_what_to_do(
    admin: Admin, days: tuple[str, ...], why: str
) -> None:
    assert why in admin("leave", "Gasabo 1", *days, *BY, code=1).output


def test_who_leaves_a_district_alone_is_told_so(admin: Admin) -> None:
    admin("leave", "Gasabo 2", "--until", LATER, *BY)
    told = admin("leave", "Gasabo 1", "--until", LATER, *BY)
    assert "nobody can be told then at Gasabo" in told.stderr


def test_names_are_exact_and_an_id_stands_for_one(admin: Admin) -> None:
    assert 'did you mean "Gasabo 1"?' in admin("show", "gasabo1", code=1).output
    assert "hotline responders list" in admin("show", "Kigali 1", code=1).output
    assert "Huye 2: removed" in admin("remove", "4", *BY).output
    assert admin.shown("4")["state"].startswith("removed ")
    assert admin.shown("3")["state"] == "can be told"


def test_the_national_desk_is_never_under_two(admin: Admin) -> None:
    for words in (
        ("leave", "Nation 1", "--until", LATER),
        ("leave", "Nation 1", "--from", TOMORROW, "--until", LATER),
        ("move", "Nation 1", "--level", "coordinator"),
        ("remove", "Nation 1"),
    ):
        refused = admin(*words, *BY, code=1)
        assert "enrol, move or bring back another" in refused.output or "--second" in refused.output
    assert {"Nation 1", "Nation 2"} <= admin.living()

    admin("move", "Gasabo 2", "--level", "national", "--district", "everywhere", *SECOND, *BY)
    admin("leave", "Nation 1", "--from", TOMORROW, "--until", LATER, *BY)
    assert (
        "would have 1 people on duty"
        in admin("leave", "Nation 2", "--until", LATER, *BY, code=1).output
    )


def test_one_of_the_last_two_goes_tonight_by_two_names_and_it_is_red(admin: Admin) -> None:
    assert "two people" in admin("remove", "Nation 1", "--second", "alice", *BY, code=1).output
    gone = admin("remove", "Nation 1", *SECOND, *BY)
    assert "RED: 1 of the national desk" in gone.stderr
    assert "Nation 1" not in admin.living()
    assert admin.log()[-1].endswith("removed responder 5 (Nation 1): her own wish; agreed by Bob")


def test_a_removed_person_comes_back_by_two_names(admin: Admin) -> None:
    admin("remove", "Gasabo 1", *BY)
    assert "Gasabo 1" not in admin.living()
    assert "removed already" in admin("remove", "Gasabo 1", *BY, code=1).output
    assert "was removed" in admin("leave", "Gasabo 1", "--until", LATER, *BY, code=1).output
    assert "brings her back" in admin("move", "Gasabo 1", "--level", "deputy", *BY, code=1).output
    assert "add `--second NAME`" in admin("back", "Gasabo 1", *BY, code=1).output
    assert "ended: left" in admin("back", "Gasabo 1", *SECOND, *BY).output
    assert "Gasabo 1" in admin.living()


def test_a_move_replaces_what_is_given_and_leaves_the_rest(admin: Admin) -> None:
    moved = admin("move", "Gasabo 1", "--district", "huye", "--district", "Gasabo", *BY)
    assert "Gasabo 1: responder, Gasabo, Huye; everything" in moved.output
    higher = ("move", "Gasabo 1", "--level", "coordinator", "--category", "labour")
    assert "add `--second NAME`" in admin(*higher, *BY, code=1).output
    assert "two people" in admin(*higher, "--second", "gasabo 1", *BY, code=1).output
    admin(*higher, *SECOND, *BY)
    row = admin.shown("Gasabo 1")
    assert (row["level"], row["districts"], row["categories"]) == (
        "coordinator",
        ["Gasabo", "Huye"],
        ["labour"],
    )
    assert (
        "no district 'Gasbo'"
        in admin("move", "Gasabo 1", "--district", "Gasbo", *BY, code=1).output
    )
    assert "say what changes" in admin("move", "Gasabo 1", *BY, code=2).output
    admin("move", "Gasabo 1", "--level", "deputy", *BY)


def test_a_stop_is_undone_by_the_number_itself(admin: Admin) -> None:
    kit = admin.kit
    with kit.database.writing() as session:
        contacts.stop(session, kit.pseudonyms.stopped(GASABO), kit.now())
        session.get_one(Responder, 1).unreachable = STOPPED
    assert "cannot be reached (stopped)" in admin("show", "Gasabo 1").output

    wrong = admin("back", "Gasabo 1", *BY, code=1, typed="+250788000002\n")
    assert "not the number" in wrong.output
    assert "788" not in wrong.output
    assert "ended: unreachable" in admin("back", "Gasabo 1", *BY, typed=f"{GASABO}\n").output
    assert "Gasabo 1" in admin.living()
    assert admin("back", "Gasabo 1", *BY).output.startswith("Gasabo 1: nothing kept her")


def test_a_number_that_the_gateway_refused_gets_a_fresh_try(admin: Admin) -> None:
    kit = admin.kit
    with kit.database.writing() as session:
        session.get_one(Responder, 1).unreachable = "InvalidPhoneNumber"
    assert "ended: unreachable" in admin("back", "Gasabo 1", *BY).output
    assert "Gasabo 1" in admin.living()


def tell(admin: Admin, *, urgency: int = 3) -> LookingKit:
    """A tip in Gasabo, of which Gasabo 1 is told alone."""
    kit = admin.kit
    tip = make_tip(urgency=urgency, at=kit.now(), filed_at=kit.now())
    with kit.database.writing() as session:
        session.add(tip)
    referral.refer_waiting(kit)
    assert admin.shown("Gasabo 1")["cases"][0]["state"] == "told"
    return kit


def told(kit: LookingKit) -> list[int]:
    with kit.database.reading() as session:
        return [row.responder_id for row in session.query(Referral).order_by(Referral.id)]


GOES = pytest.mark.parametrize(
    "words", [("remove",), ("leave", "--until", LATER), ("move", "--district", "Huye")],
    ids=["removed", "leave", "moved"],
)  # fmt: skip


@GOES
def test_a_case_that_waits_for_a_person_who_goes_is_another_s_at_once(
    admin: Admin, words: tuple[str, ...]
) -> None:
    kit = tell(admin)
    admin(words[0], "Gasabo 1", *words[1:], *BY)
    assert told(kit) == [1, 2]
    with kit.database.reading() as session:
        (message,) = session.query(Message).filter_by(responder_id=1).all()
    assert message.state == MessageState.FAILED, "nothing that waited for her is sent"


@pytest.mark.row("R10")
@GOES
def test_a_case_that_she_took_is_another_s_at_once(admin: Admin, words: tuple[str, ...]) -> None:
    kit = tell(admin)
    with kit.database.writing() as session:
        (hers,) = session.query(Referral).all()
        act = Act(1, hers.reference, Verb.TAKE, EntryWay.USSD, kit.now())
        assert casework.act(session, kit, act).result is Acted.TAKEN
        assert session.get_one(Tip, 1).holder_id == 1
    admin(words[0], "Gasabo 1", *words[1:], *BY)
    assert 2 in told(kit)[1:]
    with kit.database.reading() as session:
        assert session.get_one(Tip, 1).holder_id is None


def test_a_planned_leave_hands_on_when_it_begins_and_once(admin: Admin) -> None:
    kit = tell(admin)
    admin("leave", "Gasabo 1", "--from", TOMORROW, "--until", LATER, *BY)
    leaves.begin_leaves(kit)
    assert told(kit) == [1]
    then = replace(kit, now=lambda: datetime.now(UTC) + timedelta(days=2))
    for _ in range(2):
        leaves.begin_leaves(then)
        assert told(kit) == [1, 2]


def test_a_message_that_comes_back_from_a_send_goes_to_nobody_who_left(admin: Admin) -> None:
    kit = tell(admin)
    admin("remove", "Gasabo 1", *BY)
    with kit.database.writing() as session:
        (message,) = session.query(Message).filter_by(responder_id=1).all()
        message.state = MessageState.RETRY
        claimed = outbox.claim_due(session, kit.now(), 9, 9, "test")
        assert 1 not in [one.responder_id for one in claimed]
    leaves.begin_leaves(kit)
    with kit.database.reading() as session:
        assert session.get_one(Message, message.id).state == MessageState.FAILED


def test_every_change_wants_a_name_and_a_reason(admin: Admin) -> None:
    for words in (
        ("leave", "Gasabo 1", "--until", LATER),
        ("back", "Gasabo 1"),
        ("remove", "Huye 1"),
    ):
        admin(*words, code=1)
        assert (
            "no telephone number" in admin(*words, "--by", GASABO, "--reason", "x", code=2).output
        )
