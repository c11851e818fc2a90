"""Tests on a real server that a stranger's requests do not stop colleagues from signing in. Colleagues who are signed
in can still confirm their second factor."""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
import requests
from sqlalchemy import update

from hotline.cli.contexts import build_console
from hotline.core.actors import AccountRole
from hotline.core.contexts import ConsoleContext
from hotline.core.settings import Settings
from hotline.duty import service_invitations
from hotline.people import service_own_account, service_sessions
from hotline.people.rules_sign_in import code_at
from hotline.people.tables_sessions import ConsoleSession
from tests.support.builders import NOON
from tests.support.made_once import lay_keys, lay_tables
from tests.support.signing import PASSWORD, SERVER
from tests.support.stack import free_port
from tests.web.listening import command_of, environ_of, started, until_it_answers

CONFIRMED = 404
EACH = 1.0
"""The seconds between an answer and the next attempt of one socket."""
AT_MOST = 5.0
"""The seconds within which each colleague must be able to confirm."""


@dataclass
class Colleague:
    """One account that is signed in, and the codes of its printed sheet."""

    token: str = field(repr=False)
    form_key: str = field(repr=False)
    codes: tuple[str, ...] = field(repr=False)


@dataclass
class Door:
    """The console, started with the command in the Procfile."""

    port: int
    context: ConsoleContext
    environ: Mapping[str, str] = field(repr=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def colleague(self, name: str) -> Colleague:
        """Completes an account and signs in, as the person would."""
        invited = service_invitations.invite(self.context, SERVER, name, [AccountRole.EDITOR])
        chosen = service_own_account.choose_password(self.context, invited.link, PASSWORD)
        secret, browser = chosen.letters.replace("-", "").upper(), chosen.browser
        service_own_account.prove_code(
            self.context, invited.link, code_at(secret, self.context.now()), browser
        )
        codes = service_own_account.new_sheet(self.context, invited.link, browser).codes
        service_own_account.finish(self.context, invited.link, browser)
        fields = {"name": name, "secret_password": PASSWORD, "secret_code": codes[0]}
        answer = requests.post(
            f"{self.address}/enter",
            fields,
            headers={"Origin": self.address},
            allow_redirects=False,
            timeout=60,
        )
        (token,) = re.findall(r"__Host-hotline=([^;]+);", answer.headers["Set-Cookie"])
        signed_in = service_sessions.find_session(self.context, token)
        assert signed_in is not None
        return Colleague(token, signed_in.session_key, codes[1:])

    def makes_old(self) -> None:
        """Sets the date of every second factor back to 2020, so that the next form asks for the second factor again."""
        with self.context.database.writing() as session:
            long_ago = self.context.now().replace(year=2020)
            session.execute(update(ConsoleSession).values(factor_at=long_ago, key_until=None))

    def confirms(self, one: Colleague, code: str) -> tuple[int, float]:
        """Sends a form that asks for the second factor, with a password and a code. Returns the status of the answer
        and the seconds that it took.

        The form deletes a draft that does not exist. So the status 404 means that the factor was confirmed, and 422
        means that it was not.
        """
        began = time.monotonic()
        fields = {"form_key": one.form_key, "secret_password": PASSWORD, "secret_code": code}
        answer = requests.post(
            f"{self.address}/changes/9/drop",
            fields,
            headers={"Origin": self.address, "Cookie": f"__Host-hotline={one.token}"},
            timeout=60,
        )
        return answer.status_code, time.monotonic() - began


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    lay_keys(tmp_path / "keys", NOON)
    lay_tables(tmp_path / "hotline.db")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = environ_of(tmp_path, HOTLINE_CONSOLE_PORT=str(port), HOTLINE_CONSOLE_URL=address)
    with started(command_of("console"), environ):
        until_it_answers(f"{address}/enter")
        yield Door(port, build_console(Settings.read(environ)), environ)


@dataclass
class Strangers:
    """Sockets that send unknown names from different networks."""

    door: Door
    number: int
    stop: Event = field(default_factory=Event)
    full: Event = field(default_factory=Event)

    async def _one(self, number: int) -> None:
        sent = 0
        while not self.stop.is_set():
            sent += 1
            network = f"10.{number % 250}.{sent // 250 % 250}.{sent % 250}"
            body = urlencode({"name": f"Nobody {number} {sent}", "secret_password": PASSWORD})
            head = (
                f"POST /enter HTTP/1.1\r\nHost: 127.0.0.1:{self.door.port}\r\n"
                f"Origin: {self.door.address}\r\nX-Forwarded-For: {network}\r\n"
                "Accept-Language: en\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            )
            if b"Many passwords" in await self._answer(head):
                self.full.set()
            await asyncio.sleep(EACH)

    async def _answer(self, sent: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.door.port)
        try:
            writer.write(sent.encode())
            return await reader.read()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _all(self) -> None:
        ones = [asyncio.create_task(self._one(number)) for number in range(self.number)]
        while not self.stop.is_set():
            await asyncio.sleep(0.05)
        await asyncio.gather(*ones)

    @contextmanager
    def pressing(self) -> Iterator[None]:
        """Sends from all sockets until the block ends. The block begins when the strangers' queue is full."""
        thread = Thread(target=lambda: asyncio.run(self._all()))
        thread.start()
        try:
            assert self.full.wait(60), "strangers never filled their queue"
            yield
        finally:
            self.stop.set()
            thread.join(30)


def at_once(door: Door, colleagues: list[Colleague], number: int) -> list[tuple[int, float]]:
    told = list[tuple[int, float]]()

    def run(one: Colleague) -> None:
        told.append(door.confirms(one, one.codes[number]))

    threads = [Thread(target=run, args=(one,)) for one in colleagues]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told


@pytest.mark.parametrize(
    ("colleagues", "strangers"), [(3, 40), (8, 200)], ids=["3 beside 40", "8 beside 200"]
)
@pytest.mark.slow(reason="waits for dear stretches of real passwords")
def test_colleagues_pass_strangers(door: Door, colleagues: int, strangers: int) -> None:
    """Each colleague needs five seconds at most, or on a busy machine three times the slowest time without
    strangers."""
    ones = [door.colleague(f"Editor {number}") for number in range(colleagues)]
    door.makes_old()
    quiet = at_once(door, ones, 0)
    assert [status for status, _ in quiet] == [CONFIRMED] * colleagues
    door.makes_old()
    with Strangers(door, strangers).pressing():
        told = at_once(door, ones, 1)
    assert [status for status, _ in told] == [CONFIRMED] * colleagues
    bound = max(AT_MOST, 3 * max(seconds for _, seconds in quiet))
    assert max(seconds for _, seconds in told) < bound, (quiet, told)
