"""Measures how soon a worker sends an alert while a PDF is made and flows are checked."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest

from hotline.core import long_work
from hotline.core.contexts import Job
from hotline.core.database import open_database
from hotline.dialogue.redis_adapters import RqJobs
from hotline.flows import service_authoring
from hotline.people.rules import Level
from hotline.text.errors import WorkEnded
from tests.support.district import District
from tests.support.made_once import lay_line, shipped_document
from tests.support.valkey import Valkey


def grown(nodes: int) -> dict[str, Any]:
    """Returns the shipped flows, with copies of them until there are at least this many nodes."""
    document = shipped_document()
    flows = document["flows"]
    shipped = list(flows.items())
    count, copies = sum(len(flow["nodes"]) for flow in flows.values()), 0
    while count < nodes:
        name, flow = shipped[copies % len(shipped)]
        copies += 1
        flows[f"{name}_copy{copies}"] = deepcopy(flow) | {
            key: f"{name}_copy{copies}" for key in ("flow", "name") if key in flow
        }
        count += len(flow["nodes"])
    return document


WORKER = """
import os, sys
from threading import Event
from hotline.cli.processes import stop_on_signal
from hotline.dialogue.redis_adapters import RqJobs
from hotline.gateway.stand_ins import FakeSms
from tests.workers.bare import bare_context
from dataclasses import replace
from workers.worker import run

class Heard(FakeSms):
    def send(self, msisdn, text):
        os.write(1, b"sent\\n")
        return super().send(msisdn, text)

stop = Event()
stop_on_signal(stop)
context = replace(bare_context(sys.argv[1]), sms=Heard(), jobs=RqJobs(sys.argv[2]))
run(context, sys.argv[2], stop, listen_again=lambda: stop_on_signal(stop))
"""
NODES = 10_600
TRIES = 25
MOST_SECONDS = 1.0
"""The maximum number of seconds by which long work may delay the first SMS about danger."""
PAGES = '#set document(title: "x")\n#lorem(20000)'


class Line:
    """One worker, and the responders that it alerts."""

    def __init__(
        self, district: District, valkey: Valkey, process: "subprocess.Popen[bytes]"
    ) -> None:
        self.district, self.jobs, self.process = district, RqJobs(valkey.url), process

    def first_sms(self) -> float:
        """Returns the seconds between filing a tip about danger and the first SMS about this tip."""
        tip_id = self.district.file_tip()
        began = time.monotonic()
        self.jobs.ring(Job.ASSIGN_TIP, tip_id)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"sent\n"
        return time.monotonic() - began

    def checks(self) -> bool:
        """Returns True while the worker has a child process that checks flows."""
        return any("check" in one.cmdline() for one in psutil.Process(self.process.pid).children())


@pytest.fixture
def line(tmp_path: Path, valkey: Valkey) -> Iterator[Line]:
    lay_line(tmp_path, datetime.now(UTC))
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    root = Path(__file__).parents[2]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
        "HOTLINE_HOME": str(tmp_path),
        "PYTHONPATH": str(root),
    }
    database = open_database(url)
    district = District(database, lambda: datetime.now(UTC))  # type: ignore[arg-type]
    district.enrol(Level.NATIONAL)
    with database.writing() as session:
        service_authoring.publish_document(
            session, service_authoring.prepare(grown(NODES)), datetime.now(UTC)
        )
    words = [sys.executable, "-c", WORKER, url, valkey.url]
    with subprocess.Popen(words, cwd=root, env=environ, stdout=subprocess.PIPE) as process:
        yield Line(district, valkey, process)
        process.kill()
    database.close()


@contextmanager
def papers() -> Iterator[None]:
    """Makes PDF files, one after another, until the `with` block ends."""
    stop = Event()

    def make() -> None:
        while not stop.is_set():
            with suppress(WorkEnded):  # On a busy machine, the PDF may reach its time limit.
                long_work.run("paper", json.dumps([PAGES, {}, 0]).encode())

    with ThreadPoolExecutor(1) as one:
        done = one.submit(make)
        yield
        stop.set()
        done.result()


@pytest.mark.slow(reason="waits for SMS that a worker sends")
@pytest.mark.timeout(400)
def test_a_pdf_and_a_check_delay_the_first_sms_of_a_danger_by_a_second_at_most(line: Line) -> None:
    line.first_sms()
    alone = [line.first_sms() for _ in range(TRIES)]
    with papers():
        line.jobs.ring(Job.CHECK_DRAFT, 0)
        beside: list[float] = []
        while len(beside) < TRIES and sum(beside) < TRIES * MOST_SECONDS:
            beside.append(line.first_sms())
        checks = line.checks()
    added = statistics.median(beside) - statistics.median(alone)
    assert added <= MOST_SECONDS, (alone, beside)
    assert checks, "a child checks flows until the last SMS"
