"""Runs long work in a child process that ends after the work. So the sending of alerts and the answers to web requests
do not wait for the long work. The child process has a low priority, and limits for its time and memory. The child gets
the settings and the key folder of its parent only if the work needs the database. The child ends when its parent ends.
The parent sends the input through a pipe, so that the input never appears on a command line.
"""

import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name
from resource import RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_FSIZE, setrlimit
from threading import Lock
from typing import NamedTuple

from hotline.text.errors import WorkEnded

logger = logging.getLogger(__name__)

PRIORITY = 10
"""The number that is added to the niceness (the Unix priority) of the parent. On a busy processor, the child gets a
tenth of the parent's processor time."""
TURN_SECONDS = 5.0
"""The maximum number of seconds for which work waits until other work of the same kind in this process ends."""
BUSY, LATE, KILLED, OUT_OF_MEMORY = "another runs", "took too long", "was killed", "MemoryError"
"""The reasons why long work can end without a result. Any other reason is the name of an exception class."""


class Work(NamedTuple):
    """One kind of long work, with its limits."""

    function: str
    """The function as text, in the form `module:function`. The parent does not import the module, so it knows only
    this text."""
    seconds: int
    """The maximum number of seconds that the work may take. The same limit applies to the processor time of the work.
    """
    memory: int = 2**30
    """The maximum size of the child's address space in bytes."""
    role: str = ""
    """The role (such as `workers`) under which the function runs. The role decides which settings and keys the function
    gets. Without a role, the function gets only bytes, and cannot read settings or write files.
    """


WORK = {
    # The largest spreadsheet of this project needs 60 MB. On a busy machine, the child process that reads this
    # spreadsheet needs over 12 seconds.
    "sheet": Work("hotline.core.spreadsheet_reading:read_here", 20, 400 * 2**20),
    "paper": Work("hotline.statistics.pdf:pdf_here", 30),
    # The check of flows with 10,600 nodes needs 20 seconds on a free processor, and 160 MB.
    "check": Work("hotline.editing.service_publish:check_by_id", 600, role="workers"),
    "import": Work("hotline.duty.service_sheets:import_confirmed", 300, role="pages"),
    "release": Work("hotline.statistics.service_releases:create_due", 600, role="workers"),
}
TURNS = {name: Lock() for name in WORK}


def run(name: str, content: bytes, alarm: Callable[[], None] | None = None) -> bytes:
    """Does one kind of work in a child process and returns its result. Raises WorkEnded if there is no result.

    Calls `alarm` if the child reached a limit or was killed by a signal.
    """
    if not TURNS[name].acquire(timeout=TURN_SECONDS):
        raise WorkEnded(BUSY)
    try:
        return _run_child(name, content)
    except WorkEnded as why:
        is_killed = str(why) in (LATE, KILLED, OUT_OF_MEMORY)
        logger.log(logging.CRITICAL if is_killed else logging.ERROR, "long work: %s %s", name, why)
        if alarm and is_killed:
            with suppress(Exception):
                alarm()
        raise
    finally:
        TURNS[name].release()


def _run_child(name: str, content: bytes) -> bytes:
    """Runs the child process and returns its result. Raises WorkEnded if there is no result."""
    # The child runs isolated: it imports nothing from the folder in which this process was started.
    argv = [sys.executable, "-I", "-m", __name__, name, str(os.getpid())]
    work = WORK[name]
    # Only typst, the program that makes PDF files, reads this variable. The variable makes typst use one processor.
    environ = dict(os.environ) if work.role else {"RAYON_NUM_THREADS": "1"}
    try:
        child = subprocess.run(
            argv, input=content, capture_output=True, env=environ, timeout=work.seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise WorkEnded(LATE) from None
    if child.returncode < 0:
        raise WorkEnded(LATE if child.returncode == -signal.SIGXCPU else KILLED)
    if child.returncode:
        raise WorkEnded(child.stdout.decode() or "failed")
    return child.stdout


def main(name: str, parent: int) -> None:
    """Does one kind of work in this process, which is the child. If the work fails, writes only the class name of the
    error, because the error's message may contain stored data."""
    work, failure = WORK[name], ""
    limit_process(work, parent)
    try:
        output = _work(work, sys.stdin.buffer.read())
    except Exception as broken:
        failure = type(broken).__name__
    sys.stdout.buffer.write(failure.encode() or output)
    sys.exit(bool(failure))


def limit_process(work: Work, parent: int) -> None:
    """Makes the kernel end this process if its parent ends, or if it uses too much processor time or memory."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # In Linux, 1 means `PR_SET_PDEATHSIG`.
    if os.getppid() != parent:
        sys.exit(1)
    # A service manager may forbid the next two calls. The child process then works without them.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_bytes(b"1000")
        os.nice(PRIORITY)
    if not work.role:
        setrlimit(RLIMIT_FSIZE, (0, 0))
    setrlimit(RLIMIT_CORE, (0, 0))  # A core dump could contain a worker's keys.
    setrlimit(RLIMIT_AS, (work.memory, work.memory))
    setrlimit(RLIMIT_CPU, (work.seconds, work.seconds + 1))


def _work(work: Work, data: bytes) -> bytes:
    function: Callable[..., bytes] = resolve_name(work.function)
    if not work.role:
        return function(data)
    settings, contexts = map(resolve_name, ("hotline.core.settings", "hotline.cli.contexts"))
    context = contexts.build_context(settings.Settings.read(os.environ), contexts.Role(work.role))
    function(context, *json.loads(data))
    return b""


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
