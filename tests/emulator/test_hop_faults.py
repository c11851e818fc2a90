import itertools
import time

import pytest

from hotline.emulator.ussd import CONNECTION_PROBLEM
from tests.emulator.line import FakeLine
from tests.support.handsets import EmulatorClient


def texts(line: FakeLine) -> list[str]:
    return [hop["text"] for hop in line.heard("ussd")]


@pytest.mark.parametrize("kind", ["duplicate_hop", "concurrent_hop"])
def test_hop_is_sent_twice(client: EmulatorClient, line: FakeLine, kind: str) -> None:
    client.set_faults({"kind": kind})
    session = client.dial()
    session.reply("1")
    assert texts(line) == ["", "", "1", "1"]
    assert len({hop["sessionId"] for hop in line.heard("ussd")}) == 1
    assert client.violations() == []


def test_different_answer_to_repeat_is_violation(client: EmulatorClient, line: FakeLine) -> None:
    count = itertools.count()

    def change() -> None:
        line.answers = {"": f"CON Screen {next(count)}"}

    line.before = change
    client.set_faults({"kind": "duplicate_hop"})
    client.dial()
    assert [one["rule"] for one in client.violations()] == ["repeat answered otherwise"]


def test_slow_answer_is_violation(client: EmulatorClient, line: FakeLine) -> None:
    line.before = lambda: time.sleep(0.1)
    client.set(slow_after=0.05)
    client.dial()
    assert [one["rule"] for one in client.violations()] == ["slow answer"]


def test_answer_without_con_or_end_is_violation(client: EmulatorClient, line: FakeLine) -> None:
    line.answers = {"": "Welcome"}
    client.dial()
    assert [one["rule"] for one in client.violations()] == ["neither CON nor END"]


def test_fault_without_earlier_hop_does_not_occur(client: EmulatorClient, line: FakeLine) -> None:
    client.set_faults({"kind": "out_of_order"}, {"kind": "retry_hop"})
    session = client.dial()
    assert client.struck() == {}
    session.reply("1")
    assert client.struck() == {"out_of_order": 1}
    line.status = 500
    session.reply("1")
    assert client.struck() == {"out_of_order": 2, "retry_hop": 1}


def test_two_hops_arrive_out_of_order(client: EmulatorClient, line: FakeLine) -> None:
    line.answers = {"1": "CON One"}
    client.set_faults({"kind": "out_of_order"})
    session = client.dial()
    assert session.reply("1") == "One"
    assert texts(line) == ["", "1", ""]


def test_failed_hop_is_sent_again(client: EmulatorClient, line: FakeLine) -> None:
    line.status = 500

    def repair() -> None:
        if len(texts(line)) > 1:
            line.status = 200

    line.before = repair
    client.set_faults({"kind": "retry_hop"})
    assert client.dial().open
    assert texts(line) == ["", ""]


def test_answer_can_be_lost(client: EmulatorClient, line: FakeLine) -> None:
    client.set_faults({"kind": "lost_answer", "skip": 1})
    session = client.dial()
    assert session.reply("1") == CONNECTION_PROBLEM
    assert texts(line) == ["", "1"]
    assert line.wait_for("ended")[0]["status"] == "Failed"


def test_network_code_can_be_missing(client: EmulatorClient, line: FakeLine) -> None:
    client.set_faults({"kind": "missing_network"})
    client.dial()
    assert "networkCode" not in line.heard("ussd")[0]


@pytest.mark.parametrize(
    ("kind", "arrives"), [("missing_plus", "250788000001"), ("unescaped_plus", " 250788000001")]
)
def test_plus_sign_can_be_missing(
    client: EmulatorClient, line: FakeLine, kind: str, arrives: str
) -> None:
    client.set_faults({"kind": kind})
    client.dial()
    assert line.heard("ussd")[0]["phoneNumber"] == arrives


def test_end_notice_is_sent_twice(client: EmulatorClient, line: FakeLine) -> None:
    client.set_faults({"kind": "duplicate_end"})
    client.dial().hang_up()
    first, second = line.wait_for("ended", 2)
    assert first == second


def test_end_notice_is_missing_or_late(client: EmulatorClient, line: FakeLine) -> None:
    client.run_clock_at(0.001)
    client.set_faults(
        {"kind": "no_end", "times": 1}, {"kind": "late_end", "seconds": 100, "skip": 1}
    )
    silent, late = client.dial(), client.dial()
    silent.hang_up()
    late.hang_up()
    client.turn(99)
    assert line.heard("ended") == []
    client.turn(2)
    assert [told["sessionId"] for told in line.wait_for("ended")] == [late.id]
