"""Tests simple faults one by one: a killed process during a call, a switched-off phone, the SMS "STOP"."""

import json
import os
import signal
import sqlite3
import time
from contextlib import closing, suppress

import requests

from hotline.text.places import NATIONAL, district_named
from tests.faults.settling import reading
from tests.faults.stand.processes import started_as
from tests.support import books
from tests.support.eventually import eventually
from tests.support.handsets import ClientSession, EmulatorClient
from tests.support.stack import Stack

FRONT = "Akazi gatekanye n'umuryango"
NETWORK_ERROR = "Connection problem or invalid MMI code."
FAILURE = "END Mutwihanganire, mwongere mu kanya. Mu kaga: 112"
DANGER = ("5", "1", "2")
"""The keys of a caller who reports a problem with danger and no official."""
LOCKED_SECONDS = 6.0
RULINDO = ("4", "5")
"""The keys for the Northern province and for Rulindo, the fifth district of this province in alphabetical order."""


def without_the_web_process_the_network_speaks_and_the_next_dial_works(stack: Stack) -> None:
    line = stack.emulator
    session = line.dial(msisdn="+250788000011")
    kill(stack, "wsgi:application")
    session.reply("5")
    assert (session.status, session.screen) == ("Failed", NETWORK_ERROR)

    stack.until_ready()
    assert line.dial(msisdn="+250788000011").screen.startswith(FRONT)


def redis_dies_in_the_middle_of_a_report_and_the_tip_is_filed(stack: Stack) -> None:
    line = stack.emulator
    session = pressed(line.dial(msisdn="+250788000012"), *DANGER)
    kill(stack, "unixsocket")
    pressed(session, "2", "1")
    assert session.open
    assert session.screen.startswith("Byoherejwe.")
    assert filed(stack, "Gisagara") == 1


def a_locked_database_ends_the_dialogue_in_time_and_its_repeat_works(stack: Stack) -> None:
    keyed = "*".join((*DANGER, "3", "1"))
    for length in (0, 1, 3, 5, 7):
        assert hop(stack, keyed[:length]).startswith("CON ")
    with closing(sqlite3.connect(stack.home / "hotline.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        assert hop(stack, keyed) == FAILURE
        assert time.monotonic() - began < 5
        time.sleep(max(0.0, LOCKED_SECONDS - (time.monotonic() - began)))
    assert filed(stack, "Karongi") == 0

    assert hop(stack, keyed).startswith("CON Byoherejwe.")
    assert filed(stack, "Karongi") == 1


def a_phone_that_cannot_be_reached_is_answered_by_another(stack: Stack) -> None:
    line = stack.emulator
    pair = {"+250788104101", "+250788104102"}
    for phone in pair:
        line.power(phone, on=False)
    for _ in range(3):
        # On a busy machine a hop can be too slow, and the caller then sees an error and dials again.
        session = pressed(line.dial(msisdn="+250788000014"), "5", "2", "2", *RULINDO, "1", "1")
        pressed(session, "5", "1")
        if filed(stack, "Rulindo"):
            break

    def alerted() -> list[dict[str, str]]:
        # Does not look for the place in the alerts, because alerts leave out the place after many SMS in an hour. The
        # two responders get no alerts about other places.
        return [sms for sms in line.outbox() if sms["to"] in pair]

    eventually(lambda: len(alerted()) == 1)
    (first,) = alerted()
    for _ in range(6):
        # If the hotline cannot store a delivery report, it answers with an error, and the gateway sends the report
        # again.
        line.report(first["id"], "Failed", "AbsentSubscriber")
        with suppress(AssertionError):
            eventually(lambda: len(alerted()) == 2, seconds=10)
            break
    assert {sms["to"] for sms in alerted()} == pair


def a_caller_who_hangs_up_late_is_heard_and_a_stop_removes_no_one(stack: Stack) -> None:
    line = stack.emulator
    said_stop, told = "+250788105701", "+250788105702"
    line.text("STOP", msisdn=said_stop)
    pressed(line.dial(msisdn="+250788000015"), *DANGER, "5", "1").hang_up()
    both = (said_stop, told)
    eventually(lambda: all("Bugesera" in texts(line, one) for one in both))
    eventually(lambda: sum("Bugesera" in sms["text"] for sms in line.outbox()) >= 2)


def a_strangers_sms_is_not_answered(stack: Stack) -> None:
    line = stack.emulator
    stranger, known = "+250788000016", "+250788101101"
    before = texts(line, known)
    line.text("Muraho 1 K7Q4", msisdn=stranger)
    line.text("0", msisdn=known)
    eventually(lambda: texts(line, known) != before)
    assert texts(line, stranger) == ""


STORIES = (
    without_the_web_process_the_network_speaks_and_the_next_dial_works,
    redis_dies_in_the_middle_of_a_report_and_the_tip_is_filed,
    a_locked_database_ends_the_dialogue_in_time_and_its_repeat_works,
    a_phone_that_cannot_be_reached_is_answered_by_another,
    a_caller_who_hangs_up_late_is_heard_and_a_stop_removes_no_one,
    a_strangers_sms_is_not_answered,
)


def pressed(session: ClientSession, *keys: str) -> ClientSession:
    for key in keys:
        session.reply(key)
    return session


def kill(stack: Stack, mark: str) -> None:
    """Sends SIGKILL to all processes of this hotline that have the text `mark` in their command line."""
    victims = started_as(stack.pid, mark)
    assert victims
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def filed(stack: Stack, district: str) -> int:
    """Returns the number of filed tips of a district. Reads the database, because a `hotline` command takes a second of
    processor time."""
    with reading(stack) as session:
        return sum(tip.place == district_named(district) for tip in books.filed(session, NATIONAL))


def texts(line: EmulatorClient, msisdn: str) -> str:
    """Returns all texts that were sent to a phone, including those that did not arrive."""
    return "\n".join(sms["text"] for sms in line.outbox() if sms["to"] == msisdn)


def hop(stack: Stack, text: str) -> str:
    """Sends one hop as the gateway does, and returns the answer. All hops from this function belong to one call, so a
    test can repeat a hop."""
    url = json.loads((stack.home / "demo-hooks.json").read_text(encoding="utf-8"))["ussd"]
    fields = {
        "phoneNumber": "+250788000013",
        "serviceCode": "*384*777#",
        "text": text,
        "sessionId": f"ATUid_{13:032x}",
        "networkCode": "63510",
    }
    answer = requests.post(url, data=fields, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/plain")
    return answer.text
