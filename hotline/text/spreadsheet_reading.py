"""Reads a workbook in a child process with limits of time and memory. A process reads one workbook at a time.

The person who uploads a file decides how much it unpacks. A file of 39 kB took nine seconds and 713 MB. A child that
takes too much time or memory ends, and no other request waits for it.
"""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from threading import Lock

from hotline.errors import ImportRefused
from hotline.text.phrases import remark, remark_of

CHILD = "hotline.text.spreadsheet_child"
ROWS, REFUSED = "rows", "refused"
BEGINS = b"PK"
"""The first bytes of every workbook, as of every zip."""
SECONDS = 12.0
"""Seconds until one reading is stopped, fewer than a page may take."""
TURN_SECONDS = 5.0
"""Seconds that a second sheet waits for the first."""
ONE = Lock()
NO_WORKBOOK = remark("not a workbook, or a broken one: save it again as .xlsx, or as CSV UTF-8")
TOO_LARGE = remark("too large for a sheet of ours: copy its cells into a new sheet")
TOO_LONG = remark(
    "it takes too long to read: copy its cells into a new sheet, or save it as CSV UTF-8"
)
ANOTHER = remark("another sheet is read at this moment: try again in a moment")


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """The largest workbook that is accepted, in bytes and in rows."""

    size: int = 2 * 2**20
    rows: int = 20_000


AT_A_COMMAND = SheetLimits()


def read(
    workbook: bytes, limits: SheetLimits = AT_A_COMMAND, *, seconds: float = SECONDS
) -> list[list[str]]:
    """Returns the cells of the first sheet as text.

    Raises ImportRefused if it is no workbook, is too large, holds a formula, or takes too long to read.
    """
    if len(workbook) > limits.size:
        raise ImportRefused([TOO_LARGE])
    if not ONE.acquire(timeout=TURN_SECONDS):
        raise ImportRefused([ANOTHER])
    try:
        written = _written_by_child(workbook, limits.rows, seconds)
    finally:
        ONE.release()
    try:
        told = json.loads(written)
    except ValueError:
        # The child ended early, because of its limits or of the file.
        raise ImportRefused([NO_WORKBOOK]) from None
    if REFUSED in told:
        raise ImportRefused([remark_of(one) for one in told[REFUSED]])
    rows: list[list[str]] = told[ROWS]
    return rows


def _written_by_child(workbook: bytes, most_rows: int, seconds: float) -> bytes:
    """Returns the output of the child. Raises ImportRefused if the child takes too long."""
    # Isolated, and without this process's environment, which may name the database and its password.
    argv = [sys.executable, "-I", "-m", CHILD, str(most_rows)]
    child = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    )
    with child:
        try:
            written, _ = child.communicate(workbook, timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            raise ImportRefused([TOO_LONG]) from None
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ImportRefused([TOO_LONG])
    return written
