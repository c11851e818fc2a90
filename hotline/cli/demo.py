"""Runs `hotline demo`, which starts a whole hotline on this machine. The demo has the emulator as its gateway, and a
page with two emulated phones."""

import asyncio
import json
import os
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError

import click

from hotline.cli import demo_home, key_gate
from hotline.cli.contexts import Role, build_cli, build_reader, key_folder
from hotline.cli.demo_home import CLOCK, DEFAULTS, HOME, PLAIN
from hotline.cli.desks import PASSPHRASE_FILE
from hotline.cli.hooks import addresses
from hotline.cli.keeper import (
    Keeper,
    Program,
    only_run,
    procfile_option,
    read_procfile,
    refuse_taken,
)
from hotline.cli.run import fork_server_place, listening, programs_of
from hotline.core.environment import CHECKOUT, OWNER_ONLY, PREFIX
from hotline.core.settings import Settings, with_file_settings
from hotline.gateway.rules import responders_short_code
from hotline.keys.key_folder import hook_secrets
from hotline.monitoring import service_alarms
from hotline.people import service_demo
from hotline.people.rules import (
    CALL_BACK_NUMBER,
    NATIONAL_NUMBER,
    ON_CALL,
    WITH_PINS,
    demo_responders,
    read_responders,
)
from hotline.text.errors import ImportRefused, StartFailed

PINS = "demo-pins.json"
"""The file in the demo's home folder with the PINs of three responders."""
DEADLINE = 60.0
"""If the demo is not ready after this number of seconds, the command says so."""
FAREWELL = "\nContinue the README's first walk in another terminal. Ctrl-C ends everything.\n"
NUMBERS = {"HOTLINE_CALL_BACK_NUMBER": CALL_BACK_NUMBER, "HOTLINE_NATIONAL_NUMBER": NATIONAL_NUMBER}
"""The settings for two phone numbers: the number from which the national desk calls, and the number that responders
call. Only in a demo, the flows accept these sample numbers as confirmed."""


@click.command()
@click.option(
    "--page-port",
    default=8001,
    show_default=True,
    help="Port of the web page that shows two emulated phones: a caller's and a responder's.",
)
@click.option("--made", is_flag=True, help="Use the home folder that `hotline init --demo` made.")
@click.option(
    "--pins/--no-pins",
    default=True,
    show_default=True,
    help="Add sample call-backs and a sample on-call contact, and give some responders PINs.",
)
@click.option("--empty", is_flag=True, help="Start the demo without sample data.")
@procfile_option
def demo(page_port: int, procfile: Path, *, made: bool, pins: bool, empty: bool) -> None:
    """Run a hotline with an emulated gateway and a page of two handsets, until Ctrl-C.

    The demo has the same settings as a real hotline. The gateway is always the emulator, so no message leaves this
    machine. A new demo begins with twelve months of sample data, and every page and file says that the data is sample
    data.

    Example: hotline demo --pins
    """
    environ = environ_of(with_file_settings(os.environ), page_port)
    if pins:
        environ = {**NUMBERS, **environ}
    settings = Settings.read(environ)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with only_run(settings.home):
        entries = with_one_click(read_procfile(procfile.read_text(encoding="utf-8")))
        for port in (page_port, *(port for _, port in listening(settings, entries))):
            refuse_taken("127.0.0.1", port)
        if not made:
            words = [sys.executable, "-m", "hotline.cli.main", "init", "--demo"]
            words += [] if empty else ["--sample"]
            # A separate process runs `hotline init`, and prints its progress in the same terminal.
            if subprocess.run(
                words, env=environ, stdout=subprocess.DEVNULL, check=False
            ).returncode:
                raise StartFailed("`hotline init --demo` failed: read the messages above")
        if pins:
            make_pins(settings, settings.home / PASSPHRASE_FILE)
            context = build_cli(settings)
            # The on-call contact may exist already, from an earlier start of the demo.
            with closing(context.database), suppress(ImportRefused):
                service_alarms.add_contact(context, *ON_CALL, by="demo")
        _begin(settings, environ, page_port, entries)


def _begin(
    settings: Settings, environ: dict[str, str], page_port: int, entries: Mapping[str, str]
) -> None:
    demo_home.keep(settings.home, environ)
    hooks = settings.home / "demo-hooks.json"
    hooks.touch(mode=0o600)
    live = hook_secrets(key_folder(settings, Role.HOOKS))
    hooks.write_text(json.dumps(addresses(settings, live)), encoding="utf-8")

    key_gate.record_sender_start(settings)
    handsets = f"http://127.0.0.1:{page_port}/"
    awaited = [f"http://127.0.0.1:{settings.port}/readyz"]
    greeting = (
        f"\nReady. Open {handsets} and dial on the citizen's handset: 5 is the report, 7 English."
    )
    if "console" in entries:
        awaited.append(f"{settings.console_url}/enter")
        greeting += (
            f"\nThe console is {settings.console_url}/: its sign-in page signs you in with one click;"
            " two accounts read tips."
        )
    greeting += pin_text(settings.home, responders_short_code(settings.service_code)) + FAREWELL
    with fork_server_place() as fork_server:
        programs = programs_of(settings, entries, environ, fork_server)
        emulator = _emulator(settings, page_port, hooks, programs[-1].environ)
        keeper = Keeper((*programs, emulator), say=_say)
        asyncio.run(_run(keeper, (*awaited, handsets), greeting))


def environ_of(variables: Mapping[str, str], page_port: int) -> dict[str, str]:
    """Returns the given settings, with the emulator as the gateway. Also turns on SMS replies, unless `variables` turns
    them off."""
    environ = {**DEFAULTS, **variables, "HOTLINE_GATEWAY_USERNAME": "sandbox"}
    environ["HOTLINE_GATEWAY_URL"] = f"http://127.0.0.1:{page_port}"
    for name in ("GATEWAY_API_KEY", "GATEWAY_API_KEY_FILE"):
        environ.pop(f"{PREFIX}{name}", None)
    environ.setdefault("HOTLINE_CLOCK", str(Path(environ.get(HOME, PLAIN)) / CLOCK))
    return environ


def with_one_click(entries: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the commands of the demo's processes, with the demo's console in place of the real console."""
    return {
        name: command.replace("workers.console:application", "workers.demo_console:application")
        for name, command in entries.items()
    }


def _emulator(settings: Settings, port: int, hooks: Path, environ: Mapping[str, str]) -> Program:
    argv = ["hotline", "process", "emulator", "--port", str(port), "--hooks", str(hooks)]
    argv += ["--service-code", settings.service_code, "--shortcode", settings.shortcode]
    argv += ["--clock", str(settings.clock)]
    for person in read_responders(demo_responders()):
        argv += ["--responder", f"{person.msisdn}:{person.name}"]
    argv += ["--responder", f"{ON_CALL[1]}:{ON_CALL[0]}"]
    argv += ["--console", f"{settings.console_url}/", "--readme", str(CHECKOUT / "README.md")]
    rest = {name: value for name, value in environ.items() if not name.startswith("HOTLINE_")}
    return Program("gateway", ("/bin/sh", "-c", f"exec {shlex.join(argv)} >/dev/null"), rest)


async def _run(keeper: Keeper, awaited: Iterable[str], greeting: str) -> None:
    telling = asyncio.create_task(_tell_when_ready(awaited, greeting))
    try:
        await keeper.run()
    finally:
        telling.cancel()


async def _tell_when_ready(awaited: Iterable[str], greeting: str) -> None:
    """Prints the demo's addresses and what to do first, as soon as all its processes answer. Reports a failure if one
    address does not answer in time."""
    try:
        async with asyncio.timeout(DEADLINE):
            for address in awaited:
                while not await asyncio.to_thread(_answers, address):
                    await asyncio.sleep(0.1)
    except TimeoutError:
        _say(f"not ready after {DEADLINE:.0f} seconds: `hotline doctor` says why")
        return
    click.echo(greeting)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _say(line: str) -> None:
    click.echo(f"hotline: {line}", err=True)


def make_pins(settings: Settings, passphrase: Path) -> None:
    """Makes PINs for the demo's responders. If the gateway is real, or if the file with the desks' passphrase is
    missing, makes no PINs."""
    if not settings.is_emulated or not passphrase.exists():
        return
    context = build_reader(settings)
    with closing(context.database):
        words = passphrase.read_text(encoding="utf-8").strip()
        people = service_demo.make_pins(context, context.vault.wrap, words)
    file = settings.home / PINS
    file.touch(mode=0o666 & ~OWNER_ONLY)
    pins = {**read_pins(settings.home), **{person.name: person.pin for person in people}}
    file.write_text(json.dumps(pins), encoding="utf-8")


def read_pins(home: Path) -> Mapping[str, str]:
    """Returns the demo's PINs by the responders' names. The result is empty if the file is missing or damaged."""
    try:
        return dict(json.loads((home / PINS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def pin_text(home: Path, entry: str) -> str:
    """Returns a text with one line for each responder: the command that dials from the responder's phone, and the
    responder's PIN. The text is empty if no responder has a PIN."""
    pins = read_pins(home)
    people = [person for person in read_responders(demo_responders()) if person.name in WITH_PINS]
    rows = [
        f"\n  hotline dial '{entry}' --as {person.msisdn}   PIN {pins[person.name]}   {person.name}"
        for person in people
        if person.name in pins
    ]
    return f"\nThree responders read cases behind a PIN:{''.join(rows)}" if rows else ""
