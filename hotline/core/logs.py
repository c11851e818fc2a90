"""Writes logs to standard error, one line for each event. A line contains only fields from a fixed list, and never a
phone number.

People who may not read tips can copy, store and read logs (docs/decisions/12). So this module leaves out a field that
is not on the list, and removes phone numbers from the message. The module drops the arguments of log messages from
other libraries, because they may contain phone numbers. For an exception, the line shows its class and its place in
the code, but not its message.
"""

import json
import logging
import re
import sys
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from hotline.core.environment import CHECKOUT

GIVEN = ("step", "queue", "row")
"""The fields that code may add to a log line with `extra`. The field `row` is the id of a row in the database, and
never the reference of a case.
"""
FIELDS = ("level", "process", "logger", "event", "error", "where", "request", *GIVEN)
"""All fields that a log line may contain, except its time."""
OUR_LOGGERS = ("hotline", "workers")
MAX_LENGTH = 300
NUMBER = re.compile(r"\+?\d(?:[ .()/-]{0,3}\d){7,}")
"""Matches a sequence of eight or more digits, in any notation. The ids of rows and processes have fewer digits, so the
pattern does not match these ids.
"""
REDACTED = "(number)"

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the gateway's request that this thread is handling, or an empty text. Rows of the database store the id of
the request, so that a worker can also log this id.
"""


def configure(form: str, process: str, level: str) -> None:
    """Makes this module write all logs of this process, and also the error that ends the process. `form` is the
    format of the lines: `json` or `text`.

    The logs show the hotline's own lines only if their level is `level` or higher. The logs show the lines of other
    libraries only if their level is `warning` or higher.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(form, process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for logger_name in OUR_LOGGERS:
        logging.getLogger(logger_name).setLevel(level.upper())
    for name in list(root.manager.loggerDict):
        # A library with a handler of its own would bypass this module.
        other = logging.getLogger(name)
        other.handlers.clear()
        other.propagate = True
    logging.captureWarnings(True)

    logger = logging.getLogger("hotline")
    sys.excepthook = lambda kind, error, trace: _last_words(logger, kind, error, trace)
    threading.excepthook = lambda ended: _last_words(
        logger, ended.exc_type, ended.exc_value, ended.exc_traceback
    )
    sys.unraisablehook = lambda lost: _last_words(
        logger, lost.exc_type, lost.exc_value, lost.exc_traceback
    )


class OneLine(logging.Formatter):
    """A log format that turns any record into one line."""

    def __init__(self, form: str, process: str) -> None:
        super().__init__()
        self._form = form
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        found = self._described(record)
        fields = {name: _harmless(found[name]) for name in FIELDS if name in found}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if self._form == "json":
            return json.dumps({"at": at} | fields, ensure_ascii=False)
        extras = [f"{name}={fields[name]}" for name in FIELDS[4:] if name in fields]
        line = f"{at[11:19]} {record.levelname} {self._process}: {fields['event']}"
        return " ".join([line, *extras])

    def _described(self, record: logging.LogRecord) -> dict[str, Any]:
        is_own = record.name.partition(".")[0] in OUR_LOGGERS
        found = {name: getattr(record, name) for name in GIVEN if hasattr(record, name)} | {
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "event": record.getMessage() if is_own else str(record.msg),
        }
        if request := REQUEST.get():
            found["request"] = request
        if record.exc_info and record.exc_info[0] is not None:
            found["error"] = record.exc_info[0].__name__
            found["where"] = _place(record.exc_info[2])
        return found


def _harmless(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10_000_000:
        return value
    words = " ".join(str(value).split())[:MAX_LENGTH]
    return NUMBER.sub(REDACTED, words)


def _place(trace: TracebackType | None) -> str:
    """Returns the file and the line of the hotline's own code that raised the exception or called the failing library.
    Returns "elsewhere" if the trace contains no code of the hotline.
    """
    place = "elsewhere"
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(CHECKOUT) and "site-packages" not in file.parts:
            place = f"{file.relative_to(CHECKOUT)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _last_words(
    logger: logging.Logger,
    kind: type[BaseException] | None,
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    if kind is not None and not issubclass(kind, KeyboardInterrupt):
        logger.critical(
            "an unexpected error ended this process", exc_info=(kind, error or kind(), trace)
        )
