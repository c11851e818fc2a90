"""Runs a Flask endpoint that does nothing, on the same server software as the hotline. All speeds of the hotline are
compared with the speed of this endpoint.

Other work of the machine slows down both the hotline and the endpoint.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, request

from tests.compare.checkouts import ROOT
from tests.faults.stand.processes import below
from tests.support.stack import free_port

PATH = "/null"
SERVER = (
    "--interface wsgi --http 1 --no-ws --workers 1 --blocking-threads 64 --backpressure 4096"
    " --no-access-log --log-level error"
)
application = Flask(__name__)


@application.post(PATH)
def null() -> str:
    request.get_data()
    return "ok"


@dataclass(frozen=True, slots=True)
class Null:
    port: int
    pid: int

    def processes(self) -> list[int]:
        return [self.pid, *below(self.pid)]


@contextmanager
def null_endpoint() -> Iterator[Null]:
    """Runs the endpoint until the block ends."""
    port = free_port()
    words = [str(Path(sys.executable).with_name("granian")), *SERVER.split()]
    words += ["--host", "127.0.0.1", "--port", str(port), f"{__name__}:application"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield Null(port, process.pid)
    finally:
        process.terminate()
        process.wait()
