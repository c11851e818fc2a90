import threading
from urllib.parse import parse_qsl

import pytest

from hotline.emulator.emulator import Emulator
from hotline.emulator.messages import Ids
from hotline.emulator.state import Phase
from hotline.emulator.ussd import CONNECTION_PROBLEM, TIMED_OUT
from hotline.text.errors import HandsetRefused, NotFound
from tests.emulator.line import FakeLine
from tests.support.handsets import EmulatorClient

CALLER = "+250788000001"


def test_a_hop_goes_out_as_the_gateway_sends_it(client: EmulatorClient, line: FakeLine) -> None:
    session = client.dial("*384*777#", msisdn=CALLER)
    session.reply("2")
    session.reply("1")

    assert line.bodies[2] == (
        "phoneNumber=%2B250788000001&serviceCode=%2A384%2A777%23&text=2%2A1"
        f"&sessionId={session.id}&networkCode=63510"
    )
    headers = line.asked_with[2]
    assert headers["User-Agent"] == "at-ussd-api/1.0"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Cookie" not in headers
    assert parse_qsl(line.bodies[0], keep_blank_values=True)[2] == ("text", "")


def test_a_dialogue_is_answered_and_ends(client: EmulatorClient, line: FakeLine) -> None:
    line.answers = {"1": "CON Read on\n0 Back", "1*1": "END Goodbye."}
    session = client.dial()
    assert session.screen == "Welcome\n1 Read\n2 Say"
    assert session.reply("1") == "Read on\n0 Back"
    assert session.open
    assert session.reply("1") == "Goodbye."
    assert (session.open, session.status) == (False, "Success")

    told = line.wait_for("ended")[0]
    assert list(told) == [
        "date",
        "sessionId",
        "serviceCode",
        "networkCode",
        "phoneNumber",
        "status",
        "cost",
        "durationInMillis",
        "hopsCount",
        "hopsMetadata",
        "input",
        "lastAppResponse",
        "errorMessage",
    ]
    assert told["sessionId"] == session.id
    assert told["status"] == "Success"
    assert told["hopsCount"] == "3"
    assert told["input"] == "1*1"
    assert told["lastAppResponse"] == "END Goodbye."
    assert told["errorMessage"] == ""


def test_hanging_up_is_incomplete(client: EmulatorClient, line: FakeLine) -> None:
    session = client.dial()
    session.hang_up()
    assert line.wait_for("ended")[0]["status"] == "Incomplete"
    assert client.handset(CALLER)["screen"] == {}


def test_the_dialled_string_stays_in_the_call_log(client: EmulatorClient) -> None:
    client.dial("*384*777*1#").hang_up()
    client.dial("*384*777#").hang_up()
    assert [call["dialled"] for call in client.handset(CALLER)["calls"]] == [
        "*384*777#",
        "*384*777*1#",
    ]


def test_digits_ahead_in_shape_a(client: EmulatorClient, line: FakeLine) -> None:
    client.dial("*384*777*1*2#").reply("3")
    hops = line.heard("ussd")
    assert [(hop["serviceCode"], hop["text"]) for hop in hops] == [
        ("*384*777#", "1*2"),
        ("*384*777#", "1*2*3"),
    ]


def test_digits_ahead_in_shape_b(client: EmulatorClient, line: FakeLine) -> None:
    client.set(direct_dial="B")
    client.dial("*384*777*1*2#").reply("3")
    hops = line.heard("ussd")
    assert [(hop["serviceCode"], hop["text"]) for hop in hops] == [
        ("*384*777*1*2#", ""),
        ("*384*777*1*2#", "3"),
    ]


@pytest.mark.parametrize("code", ["*384*778#", "*384*7771#", "112", "", "*384*777*1"])
def test_an_unknown_code_is_not_sent(client: EmulatorClient, line: FakeLine, code: str) -> None:
    session = client.dial(code)
    assert session.screen == CONNECTION_PROBLEM
    assert line.told == []


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("Welcome", 200, "The response should start with a CON or an END"),
        ("", 200, "The response should start with a CON or an END"),
        (" CON Welcome", 200, "The response should start with a CON or an END"),
        ("\ufeffCON Welcome", 200, "The response should start with a CON or an END"),
        ('"CON Welcome"', 200, "The response should start with a CON or an END"),
        ("con Welcome", 200, "The response should start with a CON or an END"),
        ("CON\nWelcome", 200, "The response should start with a CON or an END"),
        ("CON Welcome", 500, "HTTP 500"),
        ("CON Welcome", 404, "HTTP 404"),
        ("CON Welcome", 308, "HTTP 308"),
    ],
)
def test_a_malformed_answer_ends_the_dialogue(
    client: EmulatorClient, line: FakeLine, body: str, status: int, reason: str
) -> None:
    line.answers, line.status = {"": body}, status
    session = client.dial()
    assert (session.screen, session.status, session.error) == (CONNECTION_PROBLEM, "Failed", reason)
    told = line.wait_for("ended")[0]
    assert (told["status"], told["errorMessage"]) == ("Failed", reason)


def test_a_dead_line_is_the_networks_own_error(client: EmulatorClient) -> None:
    client.move_line({"ussd": "http://127.0.0.1:9/ussd"})
    session = client.dial()
    assert (session.screen, session.status) == (CONNECTION_PROBLEM, "Failed")
    assert "127.0.0.1" not in session.error


def test_a_slow_line_is_cut_off(client: EmulatorClient, line: FakeLine) -> None:
    released = threading.Event()

    def dawdle() -> None:
        released.wait(5)

    line.before = dawdle
    client.set(total_timeout=0.2)
    session = client.dial()
    released.set()
    assert (session.screen, session.error) == (CONNECTION_PROBLEM, "too slow")


def test_silence_ends_a_dialogue(client: EmulatorClient, line: FakeLine) -> None:
    session = client.dial()
    client.turn(31)
    assert line.wait_for("ended")[0]["status"] == "Incomplete"
    assert client.handset(CALLER)["screen"]["screen"] == TIMED_OUT
    with pytest.raises(HandsetRefused):
        session.reply("1")


def test_a_reply_restarts_only_the_idle_time(client: EmulatorClient, line: FakeLine) -> None:
    client.run_clock_at(0.001)
    session = client.dial()
    for _ in range(7):
        client.turn(25)
        session.reply("1")
        assert session.open
    client.turn(6)
    client.run_clock_at(10)
    assert line.wait_for("ended")[0]["status"] == "Incomplete"


def test_one_handset_holds_one_dialogue(client: EmulatorClient, line: FakeLine) -> None:
    first = client.dial()
    second = client.dial()
    assert line.wait_for("ended")[0]["sessionId"] == first.id
    assert second.reply("1")


def test_a_phone_off_cannot_dial_and_loses_it(client: EmulatorClient, line: FakeLine) -> None:
    client.dial()
    client.power(CALLER, on=False)
    assert line.wait_for("ended")[0]["status"] == "Incomplete"
    with pytest.raises(HandsetRefused):
        client.dial()


def test_an_over_long_screen_is_a_violation(client: EmulatorClient, line: FakeLine) -> None:
    line.answers = {"": "CON " + "a" * 182, "1": "CON " + "a" * 183, "1*1": "CON " + "ç" * 81}
    session = client.dial()
    assert client.violations() == []
    session.reply("1")
    session.reply("1")
    assert [one["rule"] for one in client.violations()] == ["over-length", "over-length"]
    assert session.hops[1]["error"] == "over-length: 183 of 182"


def test_septets_are_counted_with_escapes(client: EmulatorClient, line: FakeLine) -> None:
    line.answers = {"": "CON 5€"}
    assert client.dial().septets == 3


@pytest.mark.parametrize(
    ("content_type", "headers", "rule"),
    [
        ("text/html", {}, "content type"),
        ("application/json", {}, "content type"),
        ("text/plain", {"Set-Cookie": "a=b"}, "cookie set"),
    ],
)
def test_manners_of_the_line_are_watched(
    client: EmulatorClient, line: FakeLine, content_type: str, headers: dict[str, str], rule: str
) -> None:
    line.content_type, line.headers = content_type, headers
    client.dial()
    assert [one["rule"] for one in client.violations()] == [rule]


def test_an_empty_reply_is_forwarded(client: EmulatorClient, line: FakeLine) -> None:
    session = client.dial()
    session.reply("1")
    session.reply("")
    assert line.heard("ussd")[-1]["text"] == "1*"


def test_an_unknown_session_is_not_found(client: EmulatorClient) -> None:
    with pytest.raises(NotFound):
        client.post("reply", session="ATUid_0", text="1")


def test_the_same_seed_gives_the_same_ids() -> None:
    one, other, another = Ids(7), Ids(7), Ids(8)
    assert one.session() == other.session() != another.session()
    assert one.message() == other.message()


def test_a_reply_beats_its_timer(emulator: Emulator, client: EmulatorClient) -> None:
    client.run_clock_at(0.001)
    session = client.dial()
    with emulator.state.lock:
        emulator.scheduler.turn(31)
        fired = threading.Event()
        while not any(thread.name == "emulator-timer" for thread in threading.enumerate()):
            assert not fired.wait(0.005)
        held = emulator.ussd.reply(session.id, "1")
        timers = [one for one in threading.enumerate() if one.name == "emulator-timer"]
    for timer in timers:
        timer.join(timeout=5)
    assert held.phase is Phase.OPEN
