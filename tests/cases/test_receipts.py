"""Tests the receipt of a tip and the PIN that the caller chose for it. A caller can ask for the tip's status from any
phone, and no one can guess a receipt.
"""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import update

from hotline.cases import decrypt_access, service_retention
from hotline.core.tables import AttemptRow
from hotline.people.tables_audit import AuditEntry
from hotline.tips.tables import Tip
from tests.support.callers import DANGER_HERE, REST, Line, told
from tests.support.receipts import MY_NUMBER, NOTHING, OTHER_PHONE, PIN, asked, given, shown, wrong
from tests.support.taking import close_by_two, confirm


def test_c11_shown_receipt_works_and_is_not_stored(line: Line, stored: Callable[[], bytes]) -> None:
    """If a caller hangs up after the screen has shown the number of the receipt, this number works."""
    caller = told(line, *DANGER_HERE, "1", "1", *REST)
    assert not re.search(r"\d{3} \d{3} \d{3}", caller.key("2"))
    assert line.tip.receipt_key is None
    screen = caller.key("8305")
    number = shown(screen)
    assert "8305" not in screen
    line.flush()
    assert caller.again() == screen
    assert number not in caller.key("2").replace(" ", "")
    caller.hang_up()
    assert number != given(line)[1]
    assert asked(line, number, "8305").read().startswith("Byakiriwe.\n")
    assert line.runs.held == {}
    assert "8305" not in line.read(line.tips[0]).values()
    assert "pin" not in line.read(line.tips[0])
    assert number.encode() not in stored()


@pytest.mark.parametrize("easy", ["1234", "2009"])
def test_c11_easy_receipt_pin_is_refused(line: Line, easy: str) -> None:
    caller = told(line, *DANGER_HERE, "1", "1", *REST)
    screen = caller.key("2", easy)
    assert screen.startswith("CON Iroroshye")
    assert caller.key(easy) == screen
    line.flush()
    assert caller.again() == screen
    assert line.tip.receipt_key is None
    number = shown(caller.key(PIN))
    assert NOTHING in asked(line, number, easy).screen
    assert asked(line, number).read().startswith("Byakiriwe.\n")


@pytest.mark.row("C11")
def test_c11_another_phone_sees_each_status(line: Line) -> None:
    _, number = given(line)
    assert asked(line, number).read().startswith("Byakiriwe.\n")

    line.clock.turn(hours=2)
    service_retention.record_help(line.context, 1, by="Desk", reason="a helper came")
    assert asked(line, number).read().startswith("Hari ubikurikirana.\n")
    service_retention.close_tip(line.context, 1, by="Desk", reason="over")
    assert asked(line, number, msisdn="+250788000057").read().startswith("Hari ubikurikirana.\n")
    confirm(line.context, 1)
    caller = asked(line, number)
    assert caller.read().startswith("Byarangiye.\n")
    assert caller.key("1") == "END Murakoze. Murabeho."


@pytest.mark.row("C11")
@pytest.mark.parametrize("how", ["pin", "number", "nobody's"])
def test_c11_wrong_pin_looks_like_unknown_receipt(line: Line, how: str) -> None:
    _, number = given(line)
    one, other = line.caller(), line.caller(OTHER_PHONE)
    one.dial()
    other.dial()
    tried = {
        "pin": (number, wrong()),
        "number": (f"{(int(number) + 1) % 10**9:09}", PIN),
        "nobody's": ("1", PIN),
    }[how]
    unknown = one.key(*MY_NUMBER, "430021655", "0001")
    assert other.key(*MY_NUMBER, *tried) == unknown
    assert NOTHING in unknown


@pytest.mark.adversary("a trafficker who holds the victim's phone")
@pytest.mark.row("C11")
def test_c11_five_attempts_an_hour_for_each_contact(line: Line) -> None:
    _, number = given(line)
    assert NOTHING in asked(line, "430021656").screen, "a slip of the thumb costs no try"
    assert line.all(AttemptRow) == []
    caller = asked(line, number, wrong())
    for _ in range(4):
        caller.key("1", number, wrong())
    assert NOTHING in caller.key("1", number, PIN)
    assert asked(line, number, msisdn="+250788000056").read().startswith("Byakiriwe.")

    line.clock.turn(hours=1, seconds=1)
    assert asked(line, number).read().startswith("Byakiriwe.")


def test_c11_twenty_attempts_a_day_for_each_receipt(line: Line) -> None:
    _, number = given(line)
    for phone in range(20):
        asked(line, number, wrong(), msisdn=f"+2507880001{phone:02}")
    assert NOTHING in asked(line, number).screen
    assert line.tip.state == "complete"

    line.clock.turn(days=1, seconds=1)
    assert asked(line, number).read().startswith("Byakiriwe.")


def test_repeated_hop_counts_one_attempt_and_shows_same_screen(line: Line) -> None:
    _, number = given(line)
    caller = asked(line, number)
    screen = caller.screen
    service_retention.close_tip(line.context, 1, by="Desk", reason="over")
    for _ in range(3):
        line.flush()
        assert caller.again() == screen
    assert len(line.all(AttemptRow)) == 1


@pytest.mark.row("C17")
def test_digits_dialled_ahead_show_no_status(line: Line) -> None:
    _, number = given(line)
    front = line.caller(OTHER_PHONE).dial()
    assert line.caller(OTHER_PHONE).dial("*".join((*MY_NUMBER, number, PIN))) == front
    assert line.caller(OTHER_PHONE).dial("*".join(MY_NUMBER)) == front


def test_newest_receipt_pin_counts(line: Line) -> None:
    caller, number = given(line)
    caller.key("0", "2468")
    assert NOTHING in asked(line, number).screen
    assert asked(line, number, "2468").read().startswith("Byakiriwe.")


def test_erased_tip_has_no_receipt_and_attempts_are_deleted(line: Line) -> None:
    _, number = given(line)
    asked(line, number)
    with line.database.writing() as session:
        session.execute(update(Tip).values(closed_at=line.clock(), warned_at=line.clock()))
    line.clock.turn(days=91)
    service_retention.erase_batch(line.context)

    assert line.tip.receipt_key is None
    assert line.all(AttemptRow) == []
    assert NOTHING in asked(line, number).screen


def test_missing_receipt_key_offers_no_receipt(line: Line) -> None:
    line.context.pseudonyms._folder.destroy("receipt.key")
    caller = told(line, *DANGER_HERE, "1", "1", *REST)
    assert "Nimero yo kubaza" not in caller.screen
    assert caller.key("2").startswith("CON Ikiranga aho")


def test_c11_erasure_request_erases_text_at_closing(line: Line) -> None:
    caller, number = given(line)
    caller.key("2", "hafi y'isoko")
    before = line.tip
    eraser = asked(line, number)
    assert eraser.key("2").startswith("CON Gusaba ko amagambo")
    taken = eraser.key("2")
    assert taken.startswith("CON Byanditswe. Nimero y'imibare 9 ntizongera gusubiza.\n")
    line.flush()
    assert eraser.again() == taken
    assert eraser.key("1") == "END Murakoze. Murabeho."

    close_by_two(line.context, 1)
    assert (line.tip.body, line.desks_of(line.tip)) == (b"", set())
    assert (line.tip.place, line.tip.category) == (before.place, before.category)
    assert line.tip.contact_key == ""
    assert [row.actor for row in line.all(AuditEntry) if row.action == "erase_wanted"] == [
        "receipt"
    ]
    assert NOTHING in asked(line, number, msisdn="+250788000056").screen


@pytest.mark.row("C11")
@pytest.mark.parametrize(
    ("language", "first", "said"),
    [
        ("rw", (), "Byanditswe. Nimero y'imibare 9 ntizongera gusubiza."),
        ("fr", ("8",), "Noté. Le numéro à 9 chiffres ne marche plus."),
        ("en", ("7",), "Noted. The 9-digit number we gave you no longer works."),
    ],
)
def test_c11_receipt_looks_unknown_after_erasure_request(
    line: Line, language: str, first: tuple[str, ...], said: str
) -> None:
    """After a request for erasure, the hotline answers every phone as if the receipt did not exist, even the phone that
    made the request. After this request, the hotline still stores the report's text.
    """
    _, number = given(line)
    asks = line.caller(OTHER_PHONE)
    asks.dial()
    assert said in asks.key(*first, *MY_NUMBER, number, PIN, "2", "2")
    assert (line.tip.erasure_asked_at is not None, bool(line.tip.body)) == (True, True)

    for msisdn in (OTHER_PHONE, "+250788000056"):
        shown = []
        for one in (number, "430021655"):
            caller = line.caller(msisdn)
            caller.dial()
            shown.append(caller.key(*first, *MY_NUMBER, one, PIN))
        assert shown[0] == shown[1]


def test_c11_legal_hold_prevents_erasure(line: Line) -> None:
    _, number = given(line)
    service_retention.set_legal_hold(line.context, 1, by="Desk", reason="a letter")
    asked(line, number).key("2", "2")
    close_by_two(line.context, 1)
    assert line.tip.body


def test_c11_erasure_needs_the_newest_pin(line: Line) -> None:
    _, number = given(line)
    assert asked(line, number).key("2", "1") == "END Murakoze. Murabeho."
    caller = asked(line, number)
    assert NOTHING in caller.key("0", "0", number, wrong())
    caller.key("00")
    caller.key(*MY_NUMBER, "430021655", PIN, "2", "2")
    assert line.tip.erasure_asked_at is None


@pytest.mark.row("C10", "R7")
def test_c10_tips_of_one_phone_are_linked_but_not_merged(line: Line) -> None:
    told(line, *DANGER_HERE)
    told(line, *DANGER_HERE)
    one, other = line.tips
    assert one.contact_key == other.contact_key
    assert one.identity != other.identity
    told(line, *DANGER_HERE[:-1], "2")
    assert [one.same_contact for one in decrypt_access.list_tips(line.context)] == [2, 2, 2]
