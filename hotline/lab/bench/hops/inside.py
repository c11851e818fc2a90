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
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

import click

from hotline.cli.line.embedded import redis_of
from hotline.config import Settings
from hotline.lab.bench.hops.addresses import FLASK, NULL
from hotline.lab.bench.hops.endpoints import (
    NOTHING,
    HopPart,
    caller_number,
    part_of,
    session_name,
)
from hotline.lab.bench.hops.hits import WaysCount, counted, hit_rate
from hotline.lab.bench.hops.learnt import LearntAnswers, answers_learnt
from hotline.lab.bench.hops.null_endpoint import with_null_endpoint
from hotline.lab.bench.hops.rounds import middle_ratio
from hotline.lab.bench.load import form
from hotline.lab.stack import hotline

SHOWN = 40
"""Functions in a profile."""
Asked = tuple[WSGIEnvironment, bytes]
"""What a server hands over, and the answer that must come."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one kind of request, the middle of its turns: hops of menus, of which nothing is committed."""

    cost: float
    """Microseconds of the processor for each."""
    ratio: float
    """The null endpoint's cost over this one's."""
    first: float
    """Microseconds for a first hop, which commits a row."""
    hits: float | None


@dataclass(slots=True)
class _Costs:
    menus: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    hits: list[float] = field(default_factory=list)


class Inside:
    """Calls the application as a server would. Raises ClickException for an answer that should have been another."""

    def __init__(
        self,
        application: WSGIApplication,
        hook: str,
        learnt: LearntAnswers,
        callers: int,
        ways: Callable[[], WaysCount],
    ) -> None:
        self._application = application
        self._learnt = learnt
        self._callers = callers
        self._paths = {NOTHING: NULL, "flask": FLASK + hook, "line": hook}
        self._taken = count(1)
        self._ways = ways

    def warm(self, sessions: int) -> None:
        """So many walk, and are not measured."""
        for _ in range(sessions):
            self._cost(self._session("line"))

    def measured(self, turns: int) -> Mapping[str, Cost]:
        seen: dict[str, _Costs] = {kind: _Costs() for kind in self._paths}
        for _ in range(turns):
            for kind, costs in seen.items():
                self._turn(kind, costs)
        nothing = seen[NOTHING].menus
        return {
            kind: Cost(
                cost=statistics.median(costs.menus),
                ratio=middle_ratio(nothing, costs.menus),
                first=statistics.median(costs.firsts),
                hits=statistics.median(costs.hits) if costs.hits else None,
            )
            for kind, costs in seen.items()
        }

    def profiled(self) -> str:
        """Where the processor goes in a turn of the line, by function: each call costs more than without a profile."""
        profile, said = cProfile.Profile(time.process_time), io.StringIO()
        self._turn("line", _Costs(), profile)
        pstats.Stats(profile, stream=said).strip_dirs().sort_stats("tottime").print_stats(SHOWN)
        return said.getvalue()

    def _turn(self, kind: str, costs: _Costs, profile: cProfile.Profile | None = None) -> None:
        sessions = [self._session(kind) for _ in range(self._callers)]
        firsts = [hops[0] for hops in sessions]
        rest = [asked for hops in sessions for asked in hops[1:]]

        costs.firsts.append(self._cost(firsts))
        before = self._ways()
        if profile is not None:
            profile.enable()
        costs.menus.append(self._cost(rest))
        if profile is not None:
            profile.disable()
        hits = hit_rate(before, self._ways())
        if hits is not None:
            costs.hits.append(hits)

    def _session(self, kind: str) -> list[Asked]:
        """One of a caller who goes through menus, and more than one screen far."""
        one = next(
            one
            for one in self._learnt.endless()
            if part_of(one) is HopPart.MENU and len(one.texts) > 1
        )
        number = next(self._taken)
        return [
            (
                _environ(self._paths[kind], number, text),
                b"ok" if kind == NOTHING else answer.encode(),
            )
            for text, answer in zip(one.texts, one.answers, strict=True)
        ]

    def _cost(self, asked: Sequence[Asked]) -> float:
        """Microseconds for each."""
        began = time.process_time()
        answers = [b"".join(self._application(environ, _start)) for environ, _ in asked]
        spent = time.process_time() - began
        for answer, (_, awaited) in zip(answers, asked, strict=True):
            if answer != awaited:
                raise click.ClickException(f"a wrong answer: {answer.decode()}")
        return 1e6 * spent / len(asked)


@contextmanager
def inside_line(callers: int, seed: int) -> Iterator[Inside]:
    """A line in a folder of its own, with an embedded Redis, for as long as the block. Raises StartFailed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        ours = {"HOTLINE_HOME": str(Path(folder) / "home")}
        hotline(os.environ | ours, "init", "--demo")
        addresses = json.loads(hotline(os.environ | ours, "hooks", "--json"))
        settings = Settings.read(ours)
        with redis_of(settings):
            application, _, kit = with_null_endpoint(settings)
            hook = urlsplit(addresses["ussd"]).path
            gc.collect()
            gc.freeze()
            with closing(kit.database), answers_learnt(seed) as learnt:
                try:
                    yield Inside(application, hook, learnt, callers, lambda: counted(kit))
                finally:
                    gc.unfreeze()


def _environ(path: str, number: int, text: str) -> WSGIEnvironment:
    fields = form(session_name(number), text, caller_number(number))
    body = urlencode(fields).encode()
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


def _start(status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    if not status.startswith("200"):
        raise click.ClickException(f"the line does not take a hop: {status}")
    return io.BytesIO().write
