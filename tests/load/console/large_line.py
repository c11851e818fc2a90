"""A large line for a bench of pages: flows, tips and responders of a nation, and a change that waits to be read."""

import copy
import csv
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from hotline.bootstrap import build_console, build_pages, build_relay
from hotline.config import Settings
from hotline.domain.changes.change import ChangeAuthor
from hotline.domain.people.enrolment import COLUMNS
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level
from hotline.environment import CHECKOUT
from hotline.ports import ConsoleKit
from hotline.services.accounts import demo_accounts
from hotline.services.accounts.demo_accounts import DemoEntry
from hotline.services.changes import drafts, folders, judging, proposing, steps
from hotline.services.changes.drafts import NewStep
from hotline.services.flows import authoring, publishing
from hotline.services.people import enrolment
from hotline.services.referrals import referral
from tests.embedded import redis_of
from tests.load import burst
from tests.load.console.documents import flow_name, large_document, screen_name
from tests.stack import free_port, hotline

EDITOR, APPROVER = "Editor 1", "Approver 1"
"""Two accounts of the demo."""
PREFIX = "+2507893"
"""Of invented numbers."""
EDITED_FLOWS = 3
"""In which the change that is read has edited a screen."""
WHY = "a bench of pages"


@dataclass(frozen=True, slots=True)
class LineSize:
    flows: int
    screens: int
    tips: int
    responders: int


@dataclass(frozen=True, slots=True)
class LargeLine:
    """`environ` is what its processes are started with."""

    size: LineSize
    environ: Mapping[str, str] = field(repr=False)
    kit: ConsoleKit = field(repr=False)
    folder: Path
    port: int
    """The web process's."""
    console_port: int

    def entry(self, name: str) -> DemoEntry:
        """How an account of the demo signs in now."""
        return next(one for one in demo_accounts.shown(self.kit) if one.name == name)


@contextmanager
def large_line(folder: Path, size: LineSize, url: str | None = None) -> Iterator[LargeLine]:
    """On an empty database at that address, else on SQLite; without a process but its Redis. Raises StartFailed."""
    port, console_port = free_port(), free_port()
    environ = _environ(folder, url, port, console_port)
    hotline(environ, "init", "--demo")
    settings = Settings.read(environ)
    with redis_of(settings):
        _fill(settings, size)
        kit = build_pages(settings)
        with closing(kit.database):
            yield LargeLine(size, environ, kit, folder, port, console_port)


def proposed_change(line: LargeLine) -> int:
    """A change of a few screens, checked and proposed, whose reading page is measured."""
    kit = line.kit
    editor = ChangeAuthor(EDITOR, None)
    change = folders.open_change(kit, editor, "Words of a bench", WHY)
    assert isinstance(change, int)
    for at in range(min(EDITED_FLOWS, line.size.flows)):
        name, node = flow_name(at), screen_name(1)
        draft = drafts.draft(kit, change, name)
        flow = copy.deepcopy(dict(draft.document or {}))
        flow["nodes"][node]["say"]["text"]["en"] = "Ask before you go."
        says = {"did": "edited", "node": node, "languages": ["en"]}
        steps.save_step(
            kit, editor, change, NewStep(name, flow, name, says), base_version=draft.version
        )
    tell("checking what is live and a change ...")
    judging.check_live(kit)
    judging.check_change(kit, change)
    proposing.propose(kit, editor, change)
    return change


def tell(words: str) -> None:
    click.echo(words, err=True)


def _fill(settings: Settings, size: LineSize) -> None:
    tell(f"publishing {size.flows} flows of {size.screens} screens ...")
    commands = build_console(settings)
    with closing(commands.database):
        document = large_document(
            authoring.read_folder(CHECKOUT / "flows"), size.flows, size.screens
        )
        publishing.publish(commands, document, by=EDITOR, reason=WHY, of_version=True)
        if size.responders:
            enrolment.import_responders(commands, _responders(size.responders))
    if size.tips:
        tell(f"filing {size.tips} tips ...")
        relay = build_relay(settings)
        with closing(relay.database):
            burst.file_tips(relay.database, size.tips, relay.now())
            referral.refer_waiting(relay)


def _responders(count: int) -> str:
    """A file of invented people, spread over the districts."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    areas = districts()
    for n in range(count):
        area = areas[n % len(areas)]
        rows.writerow(
            (f"{area.name} bench {n}", f"{PREFIX}{n:05}", "rw", Level.RESPONDER, area.name, "")
        )
    return file.getvalue()


def _environ(folder: Path, url: str | None, port: int, console_port: int) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return others | {
        "HOTLINE_HOME": str(folder / "home"),
        "HOTLINE_PORT": str(port),
        "HOTLINE_CONSOLE_PORT": str(console_port),
        # Nothing is sent: no process that sends is started.
        "HOTLINE_GATEWAY_URL": f"http://127.0.0.1:{free_port()}",
        "HOTLINE_WEB_WORKERS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(CHECKOUT),
        **({"HOTLINE_DATABASE_URL": url} if url else {}),
    }
