"""A hop called in this very process, beside the null endpoint: no server, and no second program but Redis.

What it costs is counted in processor time, which neighbours disturb least. The kinds take turns, and the middle one
counts. Every answer is compared.
"""

import cProfile
import gc
import io
import json
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

import click

from hotline.cli.line.embedded import redis_of
from hotline.config import Settings
from hotline.lab.bench.hops.addresses import FLASK, NULL
from hotline.lab.bench.hops.beside import beside_nothing
from hotline.lab.bench.hops.walk import TEXTS, session
from hotline.lab.bench.load import form
from hotline.lab.stack import hotline

NOTHING = "null"
SHOWN = 40
"""Functions in a profile."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one kind of request, the middle of its turns."""

    cost: float
    """Microseconds of the processor for each."""
    ratio: float
    """The null endpoint's cost over this one's."""


class Inside:
    """Calls the application as a server would. Raises ClickException for an answer that should have been another."""

    def __init__(self, application: WSGIApplication, hook: str, callers: int) -> None:
        self._application = application
        self._callers = callers
        self._paths = {NOTHING: NULL, "flask": FLASK + hook, "line": hook}
        self._taken = count(1)
        self._screens = [self._answer(self._asked(hook, 0, text)) for text in TEXTS]

    def measured(self, turns: int) -> Mapping[str, Cost]:
        seen: dict[str, list[float]] = {kind: [] for kind in self._paths}
        for _ in range(turns):
            for kind, costs in seen.items():
                costs.append(self._turn(kind))
        nothing = seen[NOTHING]
        return {kind: _middle(costs, nothing) for kind, costs in seen.items()}

    def profiled(self) -> str:
        """Where the processor goes in a turn of the line, by function: each call costs more than without a profile."""
        profile, said = cProfile.Profile(time.process_time), io.StringIO()
        self._turn("line", profile)
        pstats.Stats(profile, stream=said).strip_dirs().sort_stats("tottime").print_stats(SHOWN)
        return said.getvalue()

    def _turn(self, kind: str, profile: cProfile.Profile | None = None) -> float:
        """Microseconds a hop. First hops commit a row each, and are not counted."""
        numbers = [next(self._taken) for _ in range(self._callers)]
        path = self._paths[kind]
        for number in numbers:
            self._answer(self._asked(path, number, TEXTS[0]))
        rest = [self._asked(path, number, text) for text in TEXTS[1:] for number in numbers]

        if profile is not None:
            profile.enable()
        began = time.process_time()
        answers = [self._answer(asked) for asked in rest]
        spent = time.process_time() - began
        if profile is not None:
            profile.disable()

        self._compare(kind, answers)
        return 1e6 * spent / len(rest)

    def _compare(self, kind: str, answers: Sequence[bytes]) -> None:
        for at, answer in enumerate(answers):
            screen = self._screens[1 + at // self._callers]
            if answer != (b"ok" if kind == NOTHING else screen):
                raise click.ClickException(f"a wrong answer: {answer.decode()}")

    def _answer(self, asked: WSGIEnvironment) -> bytes:
        return b"".join(self._application(asked, _start))

    def _asked(self, path: str, number: int, text: str) -> WSGIEnvironment:
        body = urlencode(form(session(number), text)).encode()
        return {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_USER_AGENT": "at-ussd-api/1.0",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
        }


@contextmanager
def inside_line(callers: int) -> Iterator[Inside]:
    """A line in a folder of its own, with an embedded Redis, for as long as the block. Raises StartFailed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        ours = {"HOTLINE_HOME": str(Path(folder) / "home")}
        hotline(os.environ | ours, "init", "--demo")
        addresses = json.loads(hotline(os.environ | ours, "hooks", "--json"))
        settings = Settings.read(ours)
        with redis_of(settings):
            application, _ = beside_nothing(settings)
            gc.collect()
            gc.freeze()
            try:
                yield Inside(application, urlsplit(addresses["ussd"]).path, callers)
            finally:
                gc.unfreeze()


def _start(status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    if not status.startswith("200"):
        raise click.ClickException(f"the line does not take a hop: {status}")
    return io.BytesIO().write


def _middle(costs: Sequence[float], nothing: Sequence[float]) -> Cost:
    ratios = [other / mine for mine, other in zip(costs, nothing, strict=True)]
    return Cost(statistics.median(costs), statistics.median(ratios))
