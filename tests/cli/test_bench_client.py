"""Tests the client of the benchmarks: the client notices a wrong screen and a hop without an answer, and sends hops
at the given rate.
"""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread
from urllib.parse import parse_qs

import pytest

from tests.load.callers import HOPS, MENUS, Kind, tells, wanders
from tests.load.client import Load, drive

PLACES = "CON Akarere?\n1 Gasabo\n2 Kicukiro\n9 Komeza\n0 Inyuma"
MORE_PLACES = "CON Akarere?\n1 Nyarugenge\n0 Inyuma"


class Screens(BaseHTTPRequestHandler):
    """A server that answers each typed text with a different screen, as a hotline does."""

    protocol_version = "HTTP/1.1"
    odd = 0
    """After this many hops, one answer is wrong."""
    drops = 0
    """At this hop, the server closes the connection."""
    heard: list[str]

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), True)
        text = form["text"][0]
        self.heard.append(text)
        if len(self.heard) == self.drops:
            self.close_connection = True
            return
        odd = self.odd and len(self.heard) % self.odd == 0
        screen = b"CON odd" if odd else f"CON {text or 'front'}\n1 Yego\n2 Oya".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(screen)))
        self.end_headers()
        self.wfile.write(screen)

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing, so that the output of a test stays short."""


@pytest.fixture
def screens() -> type[Screens]:
    class Fresh(Screens):
        heard: list[str] = []  # noqa: RUF012

    return Fresh


@pytest.fixture
def load(screens: type[Screens]) -> Iterator[Load]:
    with ThreadingHTTPServer(("127.0.0.1", 0), screens) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        yield Load(listening.server_port, "/hook", Kind.MENU, 1, 5, at_once=2)
        listening.shutdown()
        thread.join()


def test_every_hop_is_answered_and_timed(load: Load, screens: type[Screens]) -> None:
    assert len(drive(replace(load, kind=Kind.FIRST)).waits) == 5
    assert screens.heard == [""] * 5
    screens.heard.clear()
    outcome = drive(load)
    assert (len(outcome.waits), outcome.odd, outcome.hung) == (5 * len(MENUS), [], 0)
    assert all(0 < wait <= outcome.seconds for wait in outcome.waits)
    assert sorted(set(screens.heard)) == sorted({"*".join(MENUS[:n]) for n in range(1, 13)})


def test_an_answer_unlike_the_others_is_seen(load: Load, screens: type[Screens]) -> None:
    screens.odd = 7
    assert len(drive(load).odd) >= 5 * len(MENUS) // 7 - len(MENUS)


def test_hops_go_out_no_faster_than_they_are_due(load: Load) -> None:
    assert drive(replace(load, callers=1, rate=50.0)).seconds >= (len(MENUS) - 1) / 50.0


def test_a_broken_hop_hangs_or_is_sent_again(load: Load, screens: type[Screens]) -> None:
    screens.drops = 2
    assert drive(load).hung == 1
    screens.heard.clear()
    again = drive(replace(load, again=True))
    assert (again.hung, len(again.waits), len(screens.heard)) == (0, 60, 61)


def test_a_server_that_is_gone_leaves_hops_that_hang(load: Load) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    gone = replace(
        load, port=server.getsockname()[1], callers=1, at_once=1, again=True, patience=0.2
    )

    def dies() -> None:
        wire, _ = server.accept()
        server.close()
        wire.close()

    thread = Thread(target=dies)
    thread.start()
    outcome = drive(gone)
    thread.join()
    assert (outcome.hung, outcome.waits) == (1, [])


def keys_of(place: str, shown: Sequence[str], *, whole: bool = True) -> tuple[list[str], bool]:
    """Returns the keys that a caller presses on the given screens to report a tip from this place. Also returns True if
    a screen promised the caller that responders are alerted.
    """
    promised: dict[str, float] = {}
    dialogue = tells(place, promised, whole=whole)
    keyed, after = [next(dialogue)], iter(["", "", "", "", *shown])
    for screen in after:
        try:
            keyed.append(dialogue.send(screen))
        except StopIteration:
            break
    return keyed, place in promised


def test_a_district_is_looked_for_page_by_page() -> None:
    keyed, promised = keys_of("Nyarugenge", [PLACES, MORE_PLACES, "CON Byoherejwe.", *["CON"] * 4])
    assert keyed[:6] == ["", "5", "5*1", "5*1*2", "5*1*2*1", "5*1*2*1*9"]
    assert keyed[6:] == [f"5*1*2*1*9*1{more}" for more in ("", "*1", "*1*1", "*1*1*5", "*1*1*5*1")]
    assert promised


def test_who_hears_the_polite_end_was_promised_nothing() -> None:
    assert keys_of("Gasabo", [PLACES, "END Murakoze"]) == (
        ["", "5", "5*1", "5*1*2", "5*1*2*1", "5*1*2*1*1"],
        False,
    )
    assert keys_of("Gasabo", ["END Murakoze"])[1] is False


def test_who_wanders_goes_many_ways_and_never_to_the_report() -> None:
    texts = set()
    for seed in range(100):
        dialogue, keyed = wanders(Random(seed)), []
        keyed.append(next(dialogue))
        while len(keyed) < HOPS + 1:
            try:
                keyed.append(dialogue.send("CON A\n1 B\n2 C\n5 Ufite ikibazo?\n9 Komeza\n0 Inyuma"))
            except StopIteration:
                break
        assert len(keyed) <= HOPS
        texts.add(keyed[-1])
    assert len(texts) > 30
    assert not any("5" in text.split("*") for text in texts)
