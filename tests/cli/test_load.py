"""The driver of the benches: it must see a wrong screen, and keep to the rate that it is told."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread

import pytest

from tests.load.driver import drive
from tests.load.load import Load, TimedRequest, form, hop, percentile

SCREEN = b"CON Akazi"


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if self.path == "/hook" else 404)
        self.send_header("Content-Length", str(len(SCREEN)))
        self.end_headers()
        self.wfile.write(SCREEN)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test is quiet."""


@pytest.fixture
def server() -> type[Server]:
    return Server


@pytest.fixture
def port(server: type[Server]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), server) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_address[1]
        listening.shutdown()
        thread.join()


def ask(awaited: bytes = SCREEN, path: str = "/hook") -> TimedRequest:
    return TimedRequest(hop(path, form("ATUid_1", "1*2")), awaited)


def test_every_hop_is_answered_and_timed(port: int) -> None:
    outcome = drive(Load(port, [[ask()] * 3] * 5, at_once=2))
    assert (len(outcome.waits), outcome.wrong, outcome.hung) == (15, [], 0)
    assert all(0 < wait <= outcome.seconds for wait in outcome.waits)


@pytest.mark.parametrize("odd", [ask(awaited=b"CON Abana"), ask(path="/other")])
def test_a_wrong_screen_and_a_wrong_status_are_seen(port: int, odd: TimedRequest) -> None:
    outcome = drive(Load(port, [[ask(), odd, ask()]], at_once=1))
    assert (len(outcome.waits), outcome.wrong) == (3, [SCREEN.decode()])


def test_hops_go_out_no_faster_than_they_are_due(port: int) -> None:
    outcome = drive(Load(port, [[ask()] * 11], at_once=1, rate=50.0))
    assert outcome.seconds >= 10 / 50.0


def test_percentiles_of_few_waits() -> None:
    assert percentile([], 99) == 0.0
    assert percentile([0.5], 99) == 0.5
    assert percentile([float(n) for n in range(101)], 99) == 99.0


def test_a_dialogue_counts_the_answers_that_were_right_before_one_was_not(port: int) -> None:
    odd = [ask(), ask(awaited=b"CON Abana"), ask()]
    outcome = drive(Load(port, [[ask()] * 2, odd], at_once=1))
    assert (outcome.right, len(outcome.waits)) == ([2, 1], 5)


class Dying(Server):
    """Closes its first connection at the second hop, as a server does that is killed."""

    heard = count(1)

    def do_POST(self) -> None:
        if next(self.heard) == 2:
            self.close_connection = True
            return
        super().do_POST()


@pytest.mark.parametrize("server", [Dying])
def test_a_hop_whose_connection_broke_is_sent_again_over_another(port: int) -> None:
    outcome = drive(Load(port, [[ask()] * 4], at_once=1, again=True))
    assert (outcome.repeats, outcome.right, outcome.wrong, outcome.hung) == (1, [4], [], 0)


@pytest.mark.slow(reason="waits for hops that are sent when they are due")
def test_a_client_says_how_busy_it_was(port: int) -> None:
    outcome = drive(Load(port, [[ask()] * 20] * 5, at_once=2))
    assert 0 < outcome.spent < outcome.seconds
    assert outcome.busy >= outcome.spent / outcome.seconds
