"""Runs `hotline doctor`, which checks every part of the hotline and says what to do next.

Also runs `hotline law`, which shows what Rwanda's law 058/2021 requires of the data controller.
"""

import json
import os
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from hotline.alarms.rules import CheckResult, CheckState, warning
from hotline.cli import demo_home
from hotline.cli.command_context import LOST, check_files, check_folder, check_gateway_key
from hotline.cli.contexts import Role, build_cli, key_folder, next_step, wrong_sentence
from hotline.cli.options import as_json_option, attributes_of, print_json
from hotline.cli.settings import helps
from hotline.core.contexts import CliContext, Context
from hotline.core.database import open_database
from hotline.core.settings import Settings, variable_of
from hotline.dialogue import service_answers
from hotline.flows import service_check
from hotline.gateway import tables as gateway_tables
from hotline.keys.encrypt import mark_of
from hotline.keys.factor_encryption import FactorEncrypter
from hotline.keys.key_folder import KeyFolder, previous_name
from hotline.keys.key_making import PEPPER_KEY, RELAY_PUBLIC_KEY, missing_keys
from hotline.keys.weekly_lock import cannot_advance
from hotline.monitoring import (
    service_audit_digest,
    service_checks_database,
    service_checks_keys,
    service_checks_outside,
    service_measures,
)
from hotline.monitoring.service_checks_keys import KeysChecked
from hotline.operations import decrypt_rekeying, migrate
from hotline.operations.data_protection import RECORD, TEMPLATE, LawDuty, LawFacts, facts_of
from hotline.people import service_desks
from hotline.text.causes import cause_of
from hotline.text.errors import KeyMissing, NotReady, PartMissing, SettingsInvalid, StoreUnavailable

NOT_YET = "not yet"
NAME = "data protection"
LABELS = ("Purpose", "Legal basis, to confirm", "People", "Data", "Storage period", "Recipients")
"""The labels that `hotline law record` prints before the fields of `Processing`. The first field has no label."""


@click.command()
@as_json_option
def record(as_json: bool) -> None:
    """Print the record of processing that article 17 of law 058/2021 requires: purposes, data, storage periods,
    recipients, processors and hosting.

    The storage periods come from this version of the hotline. The file that HOTLINE_LAW names contains the facts that
    the ministry must fill in.

    Example: hotline law record
    """
    settings = Settings.read(os.environ)
    facts = facts_in(settings.law)
    if as_json:
        print_json(
            {
                "controller": facts._asdict(),
                "owed": [duty._asdict() for duty in facts.owed],
                "kept_at": _locations(settings),
                "processing": [entry._asdict() for entry in RECORD],
            }
        )
        return
    click.echo("\n".join(_page(settings, facts)))


@click.command()
def facts() -> None:
    """Print a form for the facts that law 058/2021 requires. Fill in the form, and name its file in HOTLINE_LAW.

    The form asks for the data controller, its registration, the data protection officer, the impact assessment, the
    hosting and the processors.

    Example: hotline law facts
    """
    click.echo(TEMPLATE, nl=False)


def facts_in(file: Path | None) -> LawFacts:
    """Returns the facts for law 058/2021 that the ministry filled in. The result is empty if the setting HOTLINE_LAW
    names no file. Raises SettingsInvalid."""
    if file is None:
        return LawFacts()
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsInvalid([f"HOTLINE_LAW: {file} cannot be read as TOML"]) from None
    return facts_of(document)


def check_law(settings: Settings) -> CheckResult:
    """Checks that the ministry filled in everything that the law requires. If the gateway is the emulator, a missing
    fact is only a warning."""
    try:
        owed = facts_in(settings.law).owed
    except SettingsInvalid as broken:
        return CheckResult(NAME, False, "; ".join(broken.problems), "fix the file of HOTLINE_LAW")
    if not owed:
        return CheckResult(NAME, True, "everything that law 058/2021 requires is filled in")
    text = f"law 058/2021 still requires {_named(owed)}"
    if settings.is_emulated:
        text = f"{text}: fill this in before the hotline answers real callers"
        return warning(NAME, text, "`hotline law facts > FILE`, and HOTLINE_LAW")
    todo = "; ".join(duty.todo for duty in owed)
    return CheckResult(NAME, False, text, f"{todo}. `hotline law facts > FILE`, and HOTLINE_LAW")


def _named(owed: Sequence[LawDuty]) -> str:
    return ", ".join(f"{duty.name} (article {duty.article})" for duty in owed)


def _page(settings: Settings, facts: LawFacts) -> Iterator[str]:
    yield "# Record of processing, law 058/2021, article 17\n"
    filled_in = {
        "Controller": facts.controller,
        "Registration": facts.registration,
        "Data protection officer": facts.contact,
        "Impact assessment": facts.assessed,
        "Hosting": facts.hosting,
    }
    for name, fact in (filled_in | _locations(settings)).items():
        yield f"{name}: {fact or NOT_YET}"
    yield f"Processors: {'; '.join(facts.processors) or NOT_YET}"
    yield "Transfers abroad: no data that identifies a person, only rounded statistics"
    if facts.owed:
        yield f"\nStill required: {_named(facts.owed)}"
    for title, *texts in RECORD:
        yield f"\n## {title}\n"
        yield from (f"- {label}: {text}" for label, text in zip(LABELS, texts, strict=True))


def _locations(settings: Settings) -> dict[str, str]:
    """Returns where the database, the gateway and the backups are, without secrets from the settings."""
    database = urlsplit(settings.database_url).hostname or "this machine"
    gateway = urlsplit(settings.gateway_url).hostname or ""
    return {
        "Database": database,
        "Gateway": f"{gateway} (emulated)" if settings.is_emulated else gateway,
        "Backups": "encrypted, in the folder of HOTLINE_BACKUPS" if settings.backups else NOT_YET,
    }


PATIENCE = 2.0
"""The number of seconds within which a process must answer the doctor."""
READY_PATIENCE = 5.0
"""The number of seconds within which the web process must say if it is ready, even if it waits for the database
first."""
MAX_BYTES = 64 * 1024
OK, WRONG_HOST = 200, 421
LINE = "X-Line"
"""The name of the HTTP header with which the console identifies its hotline."""
ANYWHERE = {"", "0.0.0.0", "::"}
BEGIN_WEB = (
    "`hotline run` or `systemctl restart hotline-web` starts it. Its log shows why it ended."
    " Where it runs on another machine, set HOTLINE_LINE_URL"
)
BEGIN_CONSOLE = (
    "`hotline run` or `systemctl start hotline-console` starts it. Its log shows why it ended"
)
END_OTHER = "end that program, or set HOTLINE_PORT; then start the web process"
END_OTHER_CONSOLE = "end that program, or set HOTLINE_CONSOLE_PORT; then start the console"
ELSEWHERE = "run `hotline doctor` on the machine of the web process; the line `dial` shows what the watch process finds"
NOT_READY = "see the lines above; docs/runbook.md explains each reason"
AGAIN = "start the console again: it reads HOTLINE_CONSOLE_URL when it starts"
IN_FRONT = "set HOTLINE_CONSOLE_URL=https://NAME, and put a web server in front: docs/deployment.md, The console"


class Answered(NamedTuple):
    """The answer of a program at an address of the console or of the web process. `mark` says to which hotline the
    console belongs, and is None if the program is no console."""

    status: int
    body: str
    mark: str | None

    @property
    def is_alive(self) -> bool:
        return (self.status, self.body) == (OK, "ok")


class Address(NamedTuple):
    host: str
    port: int
    encrypted: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def asked(
        self, path: str, *, patience: float = PATIENCE, name: str = ""
    ) -> tuple[Answered | None, str]:
        """Requests a page from this address. If `name` is given, the request contains `name` as the host name. Returns
        the answer, or the reason why no answer came."""
        kind = HTTPSConnection if self.encrypted else HTTPConnection
        line = kind(self.host, self.port, timeout=patience)
        try:
            line.request("GET", path, headers={"Host": name} if name else {})
            found = line.getresponse()
            body = found.read(MAX_BYTES).decode("utf-8", "replace")
            return Answered(found.status, body, found.headers.get(LINE)), ""
        except (OSError, HTTPException) as broken:
            return None, cause_of(broken)
        finally:
            line.close()


def check_web(settings: Settings) -> CheckResult:
    """Checks if the web process of this machine answers. If no program listens on this machine, asks the address in
    HOTLINE_LINE_URL instead."""
    host = "127.0.0.1" if settings.web_host in ANYWHERE else settings.web_host
    address, line_address = Address(host, settings.port), _place_of(settings.line_url)
    answered, cause = address.asked("/healthz")
    if answered is not None:
        text = f"another program answers at {address}"
        return _ready(address) if answered.is_alive else CheckResult("web", False, text, END_OTHER)
    text = f"{address}: {cause}"
    if line_address is not None and line_address != address and cause == "connection refused":
        answered, elsewhere = line_address.asked("/healthz")
        if answered is not None and answered.is_alive:
            return _ready(line_address)
        if answered is not None:
            text = f"not asked from here: nothing listens at {address}, and {line_address} shows no /healthz"
            return warning("web", text, ELSEWHERE)
        text = f"{text}; {line_address}: {elsewhere}"
    return CheckResult("web", False, f"{text}: the hotline answers no caller", BEGIN_WEB)


def _place_of(url: str) -> Address | None:
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    encrypted = parts.scheme == "https"
    return Address(parts.hostname, parts.port or (443 if encrypted else 80), encrypted)


def _ready(place: Address) -> CheckResult:
    """Checks that the running web process is ready. If the process is not ready, gives the reasons."""
    answered, cause = place.asked("/readyz", patience=READY_PATIENCE)
    if answered is None:
        text = f"runs at {place}, but does not answer if it is ready: {cause}"
        return CheckResult("web", False, text, "see `database` above")
    if answered.status == OK:
        return CheckResult("web", True, f"answers at {place}, and every service for callers works")
    reasons = f"an error ({answered.status})"
    with suppress(ValueError, TypeError, KeyError):
        reasons = "; ".join(map(str, json.loads(answered.body)["reasons"])) or reasons
    return CheckResult("web", False, f"answers at {place}, but is not ready: {reasons}", NOT_READY)


def check_console(settings: Settings, mark: str) -> CheckResult:
    """Checks that this hotline's console answers a request for the console's own host name. The check asks on this
    machine first, then at the console's HTTPS address.

    `mark` is a text that identifies this hotline. The text is empty if this machine does not have the relay's public
    key.
    """
    causes = []
    name, here = urlsplit(settings.console_url).netloc, Address("127.0.0.1", settings.console_port)
    places, public_address = [(str(here), here)], _place_of(settings.console_url)
    if public_address is not None and public_address.encrypted:
        places.append((name, public_address))
    for label, place in places:
        answered, cause = place.asked("/enter", name=name)
        if answered is None:
            causes.append(f"{label}: {cause}")
            continue
        text, todo = _wrong_console(answered, label, name, mark)
        return CheckResult("console", not text, text or f"answers at {label}", todo)
    return CheckResult("console", False, "; ".join(causes), BEGIN_CONSOLE)


def _wrong_console(answered: Answered, place: str, name: str, mark: str) -> tuple[str, str]:
    """Returns the fault of a console's answer, and the next step. Returns two empty texts if this hotline's console
    answered correctly."""
    if answered.mark is None:
        return f"another program answers at {place}", END_OTHER_CONSOLE
    if mark and answered.mark != mark:
        return f"another hotline's console answers at {place}", END_OTHER_CONSOLE
    if answered.status == WRONG_HOST:
        return f"answers at {place}, and to another name than {name}", AGAIN
    if answered.status != OK:
        return f"answers at {place} with an error ({answered.status})", "its log says why"
    return "", ""


def check_address(settings: Settings) -> CheckResult:
    """Checks that people can reach the console from their own computers. In a demo, the check accepts an address that
    works only on this machine."""
    url = settings.console_url
    if urlsplit(url).scheme == "https":
        return CheckResult("console address", True, url)
    text = f"{url}: people can open it only on this machine"
    todo = "" if settings.is_emulated else IN_FRONT
    return CheckResult("console address", settings.is_emulated, text, todo)


def check_key_owners(owners: Mapping[Role, int], folder: Path) -> CheckResult:
    """Checks that the web process cannot read the key that encrypts the second factors of console accounts. The check
    compares the owners of the key folders."""
    name = "console key apart"
    if len(set(owners.values())) < 2:
        text = "one account owns every key folder: `hotline run` separates the web process"
        return CheckResult(name, True, text)
    if owners.get(Role.PAGES) != owners.get(Role.HOOKS):
        return CheckResult(name, True, "the web process runs as an account that cannot read it")
    text = f"{folder} belongs to the account of the web process, which the internet can reach"
    return CheckResult(name, False, text, f"chown -R hotline-console: {folder}")


def owners_of(folders: Mapping[Role, Path]) -> Mapping[Role, int]:
    """Returns for each existing folder the user id of its owner."""
    return {role: path.stat().st_uid for role, path in folders.items() if path.is_dir()}


MADE = "`hotline upgrade` copies it from another role's folder, or makes it where this release brings it"
DOCTOR_PATIENCE = 2.0
"""The number of seconds within which the gateway must answer the doctor."""
DATABASE_TODO = "check the database's server, disk and lock, and HOTLINE_DATABASE_URL"
COLOURS = {CheckState.OK: "green", CheckState.WARNING: "yellow", CheckState.WRONG: "red"}
REAL_LINE_CHECKS = frozenset(
    {
        "emergency text",
        "on-call contacts",
        "backup",
        "second channel",
        "trial",
        "data protection",
        "audit log",
    }
)
"""Checks whose warnings matter only for a hotline with real callers."""
CHECKED_BY_DOCTOR = frozenset({"database", service_checks_outside.ON_CALL_CONTACTS})
"""The names of the monitor's checks that the doctor leaves out, because the doctor checks the same parts of the hotline
more strictly."""
SHOWN = ("name", "state", "message", "todo", "level", "names")
"""The fields of a check in the JSON output for programs."""


@click.command()
@as_json_option
@click.option("--wrong", "only_wrong", is_flag=True, help="Hide the checks that passed.")
@click.option(
    "--settings", "with_settings", is_flag=True, help="Also list and explain every setting."
)
def doctor(*, as_json: bool, only_wrong: bool, with_settings: bool) -> None:
    """Check every part of the hotline, and exit with 1 if a part is wrong.

    The output shows no key, no phone number and no text of a tip.

    Example: hotline doctor --wrong
    """
    settings = Settings.read(os.environ)
    found = run_checks(settings)
    results = [result for result in found if not only_wrong or result.state is not CheckState.OK]
    wrong = sum(result.state is CheckState.WRONG for result in found)
    warnings = sum(result.state is CheckState.WARNING for result in found)
    if as_json:
        print_json(
            {
                **({"settings": settings.shown()} if with_settings else {}),
                "findings": [attributes_of(result, *SHOWN) for result in results],
                "counts": {"wrong": wrong, "warnings": warnings, "checks": len(found)},
            }
        )
    else:
        if with_settings:
            values = settings.shown()
            for each in helps():
                click.echo(f"{each.name:18} {values[each.name] or '(empty)'}")
                click.secho(f"{'':18} {variable_of(each.name)}: {each.description}", dim=True)
            click.echo()
        for result in results:
            word = "WRONG" if result.state is CheckState.WRONG else result.state
            mark = click.style(f"{word:7}", fg=COLOURS[result.state])
            click.echo(f"{mark} {result.name}: {result.message}")
            if result.todo and result.state is not CheckState.OK:
                click.echo(f"        -> {result.todo}")
        ending = "" if warnings == 1 else "s"
        click.echo(f"{wrong} wrong, {warnings} warning{ending} of {len(found)}")
    if wrong:
        sys.exit(1)


def run_checks(settings: Settings) -> Sequence[CheckResult]:
    """Runs every check. Returns the results in the order in which a person should read them."""
    found = (
        check_folder("home", settings.home, settings),
        *check_files(settings),
        *check_gateway_key(settings),
        *check_key_folders(settings),
        *_inside(settings),
        check_web(settings),
        *_console(settings),
        check_law(settings),
        _gateway_found(settings.gateway_url),
    )
    demo = settings.is_emulated and demo_home.is_demo(settings.home)
    return tuple(map(_of_demo, found)) if demo else found


def _of_demo(result: CheckResult) -> CheckResult:
    """Returns the result of a check as a demo shows it. A warning that matters only for real callers becomes a normal
    result."""
    if result.state is not CheckState.WARNING or result.name not in REAL_LINE_CHECKS:
        return result
    return CheckResult(result.name, True, f"{result.message} (normal in a demo)")


def check_key_folders(settings: Settings) -> Iterator[CheckResult]:
    """Yields the result of checking the key folder of each role. If HOTLINE_KEYS is set, does not report missing keys,
    because the folder has only the keys of one role."""
    known_names, opened = _proofs(settings)
    for role in Role:
        folder = key_folder(settings, role)
        name = f"keys of {role}"
        found = check_folder(name, folder, settings)
        if found.ok and cannot_advance(KeyFolder(folder)):
            text = f"{folder} is read-only: keys of past weeks stay there, and still decrypt erased text"
            todo = "mount it writable for the role's account, and restart the role's processes"
            found = CheckResult(name, False, text, todo)
        missing = missing_keys(folder, role) if found.ok and settings.keys is None else []
        if missing:
            lost = known_names.intersection(missing)
            todo = next_step(settings) if not known_names else LOST if lost else MADE
            found = CheckResult(name, False, f"{folder} lacks {', '.join(missing)}", todo)
        elif found.ok:
            found = _proved(name, folder, opened.get(role, KeysChecked()))
        yield found


def _proved(name: str, folder: Path, checked: KeysChecked) -> CheckResult:
    if checked.wrong:
        text, _, todo = wrong_sentence(folder, checked.wrong).partition(": ")
        return CheckResult(name, False, text, todo)
    if checked.unproved:
        text = f"nothing proves that {', '.join(checked.unproved)} in {folder} are this hotline's"
        return warning(name, text, "compare them with the export; then `hotline upgrade`")
    return CheckResult(name, True, str(folder))


def _proofs(settings: Settings) -> tuple[frozenset[str], dict[Role, KeysChecked]]:
    """Returns the names of the keys that the database knows, and for each role the result of checking its key folder.

    The result is empty if the database does not answer, or if its tables are not the tables of this release.
    """
    try:
        if migrate.find_tables(settings.database_url).state is not migrate.TablesState.CURRENT:
            return frozenset(), {}
        with closing(open_database(settings.database_url)) as database:
            known_names = service_checks_keys.known_names(database)
            return known_names, {
                role: service_checks_keys.check_keys(database, key_folder(settings, role))
                for role in Role
            }
    except StoreUnavailable:
        return frozenset(), {}


def _inside(settings: Settings) -> tuple[CheckResult, ...]:
    tables = _tables(settings)
    try:
        context = build_cli(settings)
    except PartMissing as broken:
        return tables, CheckResult("line", False, broken.what, broken.step)
    except (NotReady, KeyMissing) as broken:
        return tables, CheckResult("line", False, str(broken), next_step(settings))
    with closing(context.database):
        tables = _commits(context, tables) if tables.ok else tables
        return (
            tables,
            *(_of_rows(context, settings) if tables.ok else ()),
            *service_checks_outside.check_outside(context),
            service_checks_outside.check_second_channel(context),
            *service_checks_outside.traffic_findings(context),
        )


def _of_rows(context: CliContext, settings: Settings) -> tuple[CheckResult, ...]:
    """Returns the results of the checks that query the database."""
    encrypted = KeyFolder(key_folder(settings, Role.HOOKS)).holds(RELAY_PUBLIC_KEY)
    return (
        *(
            result
            for result in service_checks_database.check_database(context)
            if result.name not in CHECKED_BY_DOCTOR
        ),
        *service_checks_outside.process_findings(context),
        *service_checks_outside.check_sample_data(context, is_emulated=settings.is_emulated),
        service_audit_digest.check_log(context),
        service_answers.check_answers(context, encrypted=encrypted),
        *service_checks_database.call_back_findings(context),
        service_check.check_national_number(context),
        *_pepper(context, settings),
        *service_checks_database.console_findings(
            context, _factors(settings), is_emulated=settings.is_emulated
        ),
        *service_desks.check_desk_keys(context),
        *service_desks.check_console_readers(context),
        service_measures.check_levels(context),
    )


def _tables(settings: Settings) -> CheckResult:
    """Checks that the database answers and has the tables of this release."""
    try:
        found = migrate.find_tables(settings.database_url)
        if found.state is migrate.TablesState.MISSING:
            text = f"the database {found.place} lacks the hotline's tables"
            return CheckResult("database", False, text, next_step(settings))
        migrate.refuse_unless_current(found)
    except StoreUnavailable as broken:
        place = migrate.database_name(settings.database_url)
        return CheckResult("database", False, f"{broken} ({place})", DATABASE_TODO)
    except NotReady as broken:
        return CheckResult("database", False, str(broken), "docs/runbook.md, Missing parts")
    return CheckResult("database", True, f"{found.place} answers and can store data")


def _commits(context: Context, tables: CheckResult) -> CheckResult:
    """Checks that the database can commit. If the disk is full, the database still answers queries, but cannot
    commit."""
    try:
        with context.database.writing() as session:
            gateway_tables.try_writing(session, context.now())
    except StoreUnavailable as broken:
        return CheckResult(tables.name, False, f"{broken}: it cannot save", DATABASE_TODO)
    return tables


def _pepper(context: Context, settings: Settings) -> tuple[CheckResult, ...]:
    """Counts the PINs that still need the old pepper (a secret that protects PINs) during a change of the pepper.
    Counts them only on a machine that has the old pepper."""
    keys = KeyFolder(key_folder(settings, Role.READER))
    before = previous_name(PEPPER_KEY)
    return (
        (decrypt_rekeying.check_pepper(context, keys.read(before)),) if keys.holds(before) else ()
    )


def _factors(settings: Settings) -> FactorEncrypter | None:
    """Returns the object that encrypts the second factors of accounts. Returns None if this machine lacks the key of
    the console."""
    try:
        return FactorEncrypter.of(KeyFolder(key_folder(settings, Role.PAGES)))
    except KeyMissing:
        return None


def _console(settings: Settings) -> Iterator[CheckResult]:
    yield check_address(settings)
    folders = {role: key_folder(settings, role) for role in Role}
    if settings.keys is None:
        yield check_key_owners(owners_of(folders), folders[Role.PAGES])
    keys = [KeyFolder(folders[role]) for role in (Role.CONSOLE, Role.PAGES)]
    role_keys = [folder.read(RELAY_PUBLIC_KEY) for folder in keys if folder.holds(RELAY_PUBLIC_KEY)]
    yield check_console(settings, mark_of(role_keys[0]) if role_keys else "")


def _gateway_found(url: str) -> CheckResult:
    """Checks that a program listens at the gateway's address. The result shows the host but not the URL, because the
    URL may contain a password."""
    place = _place_of(url)
    assert place is not None
    try:
        socket.create_connection(place[:2], DOCTOR_PATIENCE).close()
    except OSError as broken:
        text = f"{cause_of(broken)} ({place})"
        return CheckResult("gateway", False, text, "check HOTLINE_GATEWAY_URL and the network")
    return CheckResult("gateway", True, f"answers at {place}")
