"""A whole report of danger, hop by hop, in this very process: what it costs of the processor.

It takes turns with an endpoint of Flask that does nothing: what a busy machine does to one, it does to the other. A
worker refers each tip as soon as it is filed, as on a line: what that costs is not counted.
"""

import gc
import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

import click
from flask import Response
from sqlalchemy import func, select

from hotline.bootstrap import Role, build_door, key_folder
from hotline.config import Settings
from hotline.domain.tip import TipState
from hotline.ports import DoorKit
from hotline.sealing.keys.hooksecrets import LiveSecrets
from hotline.services.referrals.referral import refer_waiting
from hotline.store.tips.tips import Tip
from hotline.web.app import create_app
from hotline.web.front import hooks_first
from hotline.web.meter import Meter
from hotline.web.problems import plain
from tests.embedded import redis_of
from tests.load.hops.addresses import NULL
from tests.stack import hotline

SERVICE_CODE = "*384*777#"
WALK = ("5", "1", "2", "1", "1", "1", "1", "5", "1")
"""A problem; danger, no official, Kigali, a district of it: told of. Its sector, what it is, who, and yes, come."""
FILED = 5
"""The input with which it is told of."""
TEXTS = tuple("*".join(WALK[:keyed]) for keyed in range(len(WALK) + 1))
"""What the gateway sends: everything keyed so far, from the dial on."""


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """Microseconds of the processor, the middle of the turns."""

    database: str
    hops: Mapping[str, float]
    """By what is keyed, "dial" first; each with its place, since one digit is keyed often."""
    whole: float
    null: float
    """A request to the endpoint that does nothing."""
    ratio: float
    """How many of those a whole report costs."""


@click.command("report")
@click.option("--turns", default=9, show_default=True, help="How often both have their turn.")
@click.option("--callers", default=50, show_default=True, help="Reports in one turn.")
@click.option(
    "--database", "url", help="An empty PostgreSQL database, which is filled; else SQLite."
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def report_bench(turns: int, callers: int, url: str | None, as_json: bool) -> None:
    """A report of danger from the dial to its last answer, by processor time, without a server."""
    with _report_line(url) as line:
        figures = line.measured(turns, callers)
    if as_json:
        click.echo(json.dumps(asdict(figures)))
        return
    f = figures
    for name, cost in f.hops.items():
        click.echo(f"{name:8}{cost:8.0f} us")
    click.echo(f"whole   {f.whole:8.0f} us on {f.database}")
    click.echo(f"null    {f.null:8.0f} us, ratio {f.ratio:.0f}")


class ReportLine:
    """Calls the application as a server would. Raises ClickException for an answer that should have been another."""

    def __init__(self, kit: DoorKit, application: WSGIApplication, hook: str) -> None:
        self._kit = kit
        self._application = application
        self._hook = hook
        self._taken = count(1)
        self._screens = [self._answer(self._asked(0, text)) for text in TEXTS]
        self._told = 1

    def measured(self, turns: int, callers: int) -> ReportFigures:
        hops: list[list[float]] = []
        nulls: list[float] = []
        for _ in range(turns):
            nulls.append(self._null_turn(callers * len(TEXTS)))
            hops.append(self._turn(callers))
        self._count_what_was_told(turns * callers)
        wholes = [sum(turn) for turn in hops]
        return ReportFigures(
            database=self._kit.database.engine.dialect.name,
            hops={
                _named(nth): statistics.median(costs)
                for nth, costs in enumerate(zip(*hops, strict=True))
            },
            whole=statistics.median(wholes),
            null=statistics.median(nulls),
            ratio=statistics.median(
                whole / null for whole, null in zip(wholes, nulls, strict=True)
            ),
        )

    def _null_turn(self, requests: int) -> float:
        asked = [self._asked(0, "", NULL) for _ in range(requests)]
        began = time.process_time()
        for one in asked:
            self._answer(one)
        return 1e6 * (time.process_time() - began) / requests

    def _turn(self, callers: int) -> list[float]:
        """What each hop of the walk costs: all callers key one thing, then the next."""
        numbers = [next(self._taken) for _ in range(callers)]
        costs = []
        for nth, text in enumerate(TEXTS):
            asked = [self._asked(number, text) for number in numbers]
            began = time.process_time()
            answers = [self._answer(one) for one in asked]
            costs.append(1e6 * (time.process_time() - began) / callers)
            if any(answer != self._screens[nth] for answer in answers):
                raise click.ClickException(f"a wrong answer to {text!r}")
            if nth == FILED:
                refer_waiting(self._kit)
        return costs

    def _count_what_was_told(self, reports: int) -> None:
        """Raises ClickException where one was not kept."""
        complete = select(func.count()).where(Tip.state == TipState.COMPLETE)
        with self._kit.database.reading() as session:
            kept = session.scalar(complete)
        if kept != reports + self._told:
            raise click.ClickException(f"{reports + self._told} reports were told, {kept} kept")

    def _answer(self, asked: WSGIEnvironment) -> bytes:
        return b"".join(self._application(asked, _start))

    def _asked(self, number: int, text: str, path: str = "") -> WSGIEnvironment:
        fields = {
            "phoneNumber": f"+25078{number:07}",
            "serviceCode": SERVICE_CODE,
            "text": text,
            "sessionId": f"ATUid_{number:032x}",
            "networkCode": "63510",
        }
        body = urlencode(fields).encode()
        return {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path or self._hook,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
        }


@contextmanager
def _report_line(url: str | None) -> Iterator[ReportLine]:
    """A line in a folder of its own, with an embedded Redis, for as long as the block. Raises StartFailed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        ours = {"HOTLINE_HOME": str(Path(folder) / "home")}
        ours |= {"HOTLINE_DATABASE_URL": url} if url else {}
        hotline(os.environ | ours, "init", "--demo")
        addresses = json.loads(hotline(os.environ | ours, "keys", "hooks", "--json"))
        settings = Settings.read(ours)
        with redis_of(settings):
            secrets, kit = LiveSecrets(key_folder(settings, Role.HOOKS)), build_door(settings)
            flask = create_app(kit, secrets, secrets.used, Meter(kit).note)
            flask.add_url_rule(NULL, view_func=_null, methods=["POST"])
            gc.collect()
            gc.freeze()
            try:
                yield ReportLine(kit, hooks_first(flask), urlsplit(addresses["ussd"]).path)
            finally:
                gc.unfreeze()
                kit.database.close()


def _null() -> Response:
    return plain("ok")


def _named(nth: int) -> str:
    return f"{nth} {WALK[nth - 1]}" if nth else "0 dial"


def _start(status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    if not status.startswith("200"):
        raise click.ClickException(f"the line does not take a hop: {status}")
    return io.BytesIO().write
