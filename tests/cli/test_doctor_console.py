"""What the doctor finds of the console beside its database: address, folder and process."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hotline.bootstrap import Role
from hotline.cli.people.console_found import (
    address_found,
    apart_found,
    owners_of,
    process_found,
)
from hotline.config import Settings
from hotline.lab.stack import free_port

HOST = "desk.example"
REAL = {"HOTLINE_GATEWAY_URL": "https://api.africastalking.com"}


def settings(**more: str) -> Settings:
    return Settings.read({"HOTLINE_HOME": "/nowhere"} | more)


def test_an_address_that_people_reach_is_https_but_for_a_demo() -> None:
    assert address_found(settings()).ok
    alone = address_found(settings(**REAL))
    assert (alone.ok, "docs/deployment.md" in alone.todo) == (False, True)
    assert address_found(settings(**REAL, HOTLINE_CONSOLE_URL=f"https://{HOST}")).ok


def test_a_folder_that_the_web_process_owns_is_wrong_where_accounts_are_apart() -> None:
    folder = Path("/etc/hotline/keys/pages")
    one = dict.fromkeys(Role, 10)
    apart = {role: number for number, role in enumerate(Role)}
    assert apart_found(one, folder).ok
    assert apart_found(apart, folder).ok
    read = apart_found(apart | {Role.PAGES: apart[Role.HOOKS]}, folder)
    assert (read.ok, read.todo) == (False, f"chown -R hotline-console: {folder}")


def test_folders_that_are_not_here_have_no_owner(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    folders = {Role.PAGES: tmp_path / "pages", Role.HOOKS: tmp_path / "hooks"}
    assert owners_of(folders) == {Role.PAGES: tmp_path.stat().st_uid}


@pytest.fixture
def port() -> Iterator[int]:
    """Something that answers to one name, as the console does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.headers["Host"] == HOST else 421)
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_its_process_is_asked_by_the_name_that_it_answers_to(port: int) -> None:
    here = {"HOTLINE_CONSOLE_PORT": str(port)}
    well = process_found(settings(**here, HOTLINE_CONSOLE_URL=f"https://{HOST}"))
    assert (well.ok, well.says) == (True, f"answers at 127.0.0.1:{port}")
    other = process_found(settings(**here))
    assert (other.ok, "start the console again" in other.todo) == (False, True)
    nobody = process_found(settings(HOTLINE_CONSOLE_PORT=str(free_port())))
    assert (nobody.ok, "hotline run" in nobody.todo) == (False, True)
