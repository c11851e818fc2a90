"""Builds the context of each process: its keys, and its connections to the database, to Redis and to the gateway.

If a connection needs a library that is slow to import, a process makes this connection only at its first use. No other
module builds contexts.
"""

import logging
import os
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial, wraps
from pathlib import Path
from socket import gethostname
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.reader_access import ReaderAccess, public_half
from hotline.core import contexts
from hotline.core.catalogues import load_phrases
from hotline.core.database import Database, open_database, sqlite_file
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings
from hotline.dialogue.replay_cache import SessionMemory
from hotline.flows.flow_set_cache import LivePhrases, SqlFlowSets, start_thread
from hotline.flows.screen import SEPTETS
from hotline.flows.service_check import place_lists, read_aids
from hotline.gateway.queries_alert_path import TickMemory
from hotline.gateway.senders import SmsOfRealLines, ThreadSenders
from hotline.keys.conversation_state import StateCipher
from hotline.keys.decrypt import LiveNumbers
from hotline.keys.desk_signatures import LINE_PUBLIC_KEY, DeskTrust
from hotline.keys.encrypt import Encrypter
from hotline.keys.factor_encryption import Proofs
from hotline.keys.gateway_secrets import GATEWAY_KEY, read_gateway_key
from hotline.keys.key_folder import DIAL_SECRET, EACH, KeyFolder, LiveKeys, own_addresses
from hotline.keys.key_making import (
    AUDIT_KEY,
    READER_PUBLIC_KEY,
    RELAY_KEY,
    RELAY_PUBLIC_KEY,
    WATCH_KEY,
    WATCH_PUBLIC_KEY,
)
from hotline.keys.pseudonyms import Pseudonyms
from hotline.keys.tables_canaries import ProcessStart
from hotline.keys.weekly_lock import WEEKLY_KEY, WeeklyLock, cannot_advance
from hotline.monitoring import service_checks_keys
from hotline.people.demo_sign_in import demo_accounts_in
from hotline.text.errors import FolderRefused, KeyWrong, PartMissing, StoreUnavailable

if TYPE_CHECKING:
    from hotline.dialogue.redis_adapters import Circuit
    from hotline.gateway.africastalking import Account
    from hotline.gateway.http import Dialler


EMULATOR_KEY = "emulator"
"""The key for the emulated gateway. This key protects nothing."""
T = TypeVar("T")
P = ParamSpec("P")


class GatewayAccount(NamedTuple):
    """The gateway's address, the hotline's account at the gateway, and the key of this account."""

    url: str
    username: str
    key: str


def gateway_account(settings: Settings, keys: KeyFolder) -> GatewayAccount:
    """Returns the account of the configured gateway. Raises SettingsInvalid if the key cannot be read."""
    file = settings.gateway_api_key_file
    key = EMULATOR_KEY
    if file is not None or not settings.is_emulated:
        key = read_gateway_key(file or keys.path / GATEWAY_KEY)
    return GatewayAccount(settings.gateway_url, settings.gateway_username, key)


class LazyObject(Generic[T]):
    """A placeholder that makes an object with the function `make` when the code first uses an attribute of the
    object."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._lock = Lock()

    def __getattr__(self, verb: str) -> Any:
        if verb.startswith("_"):
            raise AttributeError(verb)
        with self._lock:
            if self._made is None:
                self._made = self._make()
        # Stores the method, so that later uses do not call `__getattr__`.
        found = self.__dict__[verb] = getattr(self._made, verb)
        return found


def on_first_use(make: Callable[P, T]) -> Callable[P, T]:
    """Wraps a function, so that a call returns a placeholder at once. The placeholder calls the function at its first
    use."""

    @wraps(make)
    def begun(*given: P.args, **named: P.kwargs) -> T:
        return cast("T", LazyObject(partial(make, *given, **named)))

    return begun


@on_first_use
def circuit() -> "Circuit":
    """Makes the circuit breaker for the Redis clients of a process.

    If one client finds that the Redis server does not answer, the other clients do not wait for the server either.
    """
    from hotline.dialogue.redis_adapters import Circuit

    return Circuit()


@on_first_use
def job_queue(settings: Settings, fuse: "Circuit") -> contexts.JobQueue:
    from hotline.dialogue.redis_adapters import RqJobs

    return RqJobs(settings.redis_url, fuse)


@on_first_use
def state_store(settings: Settings, cipher: StateCipher, fuse: "Circuit") -> contexts.StateStore:
    from hotline.dialogue.redis_adapters import RedisStates

    return RedisStates(settings.redis_url, cipher, fuse)


@on_first_use
def start_store(settings: Settings, fuse: "Circuit") -> contexts.StartStore:
    from hotline.dialogue.redis_adapters import RedisStarts

    return RedisStarts(settings.redis_url, fuse)


@dataclass(frozen=True, slots=True)
class Failpoints:
    """A folder with files that make processes end at chosen points of the code (failpoints), for tests. Each file has
    the name of one failpoint. The first process that reaches the failpoint removes the file, and then kills itself with
    SIGKILL. The folder has an effect only if the settings HOTLINE_FAULTS and HOTLINE_TESTING are given.
    """

    folder: Path

    def __call__(self, name: str) -> None:
        token = self.folder / name
        try:
            token.unlink()
        except FileNotFoundError:
            return
        log = os.open(self.folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(log, f"{name}\n".encode())
        os.close(log)
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class TurnedClock:
    """A clock that the demo and tests can set to another time. The clock shows the true time plus the number of seconds
    in a file. If the file contains a time instead, the clock stops at this time. The clock reads the file at each call,
    so that the time changes in all processes at once. Without a valid file, the clock shows the true time."""

    file: Path

    def __call__(self) -> datetime:
        true = now()
        try:
            text = self.file.read_text(encoding="ascii")
            if "T" in text:
                return datetime.fromisoformat(text)
            return true + timedelta(seconds=int(text))
        except (OSError, ValueError, OverflowError):
            return true


def now() -> datetime:
    return datetime.now(UTC)


def clock(settings: Settings) -> Callable[[], datetime]:
    """Returns the clock with the true time. If a setting names a file, returns a clock that tests can set with this
    file."""
    return TurnedClock(settings.clock) if settings.clock else now


def sms(
    settings: Settings, account: GatewayAccount, sender: str, database: Database
) -> contexts.SmsGateway:
    """Returns the gateway for SMS. If the database contains sample data, no SMS goes to a real gateway."""
    from hotline.gateway.africastalking import AfricasTalkingSms

    real = AfricasTalkingSms(*account, sender, settings.sends_at_once)
    return real if settings.is_emulated else SmsOfRealLines(real, database)


@on_first_use
def instruments(
    settings: Settings, dialler: "Dialler | None" = None, account: "Account | None" = None
) -> contexts.Instruments:
    from hotline.monitoring.instruments import LineInstruments

    addresses = {"line": settings.line_url, "console": settings.console_url}
    return LineInstruments(
        settings.redis_url, settings.home, dialler, account, settings.backups, addresses=addresses
    )


@on_first_use
def other_channel(settings: Settings) -> contexts.OtherChannel:
    from hotline.monitoring.second_channel import SecondChannel

    return SecondChannel(settings.alarm_command, settings.alarm_mail)


logger = logging.getLogger(__name__)


class Role(StrEnum):
    """A group of processes that use the same keys from one key folder. Each process gets only the key folder of its
    role."""

    HOOKS = "hooks"
    """The web process encrypts phone numbers, and decrypts no stored data. Its key folder also contains the secret
    parts of the addresses that the gateway calls."""
    WORKERS = "workers"
    """The workers decrypt responders' phone numbers, but no tip."""
    WATCH = "watch"
    """The watch process (the monitor) decrypts the phone numbers of the on-call contacts, but no responder's number and
    no tip."""
    READER = "reader"
    """The reader process decrypts the PINs that responders typed, and checks them with a secret (the pepper). The
    reader process decrypts a tip only with a responder's PIN."""
    PAGES = "pages"
    """The console encrypts the second factors of accounts. The console enrols people, but decrypts no phone number. The
    console decrypts a tip only with the private key of a person's account."""
    CONSOLE = "console"
    """The commands encrypt the phone numbers of responders and of on-call contacts. The commands decrypt tips with a
    passphrase."""


ENCRYPTING_KEYS = frozenset({WEEKLY_KEY, RELAY_PUBLIC_KEY, READER_PUBLIC_KEY, WATCH_PUBLIC_KEY})
"""Keys with which a process encrypts data for other processes. No process can decrypt data that was encrypted with a
wrong key."""
FORGETTING_ROLES = (Role.HOOKS, Role.WORKERS, Role.READER, Role.PAGES)
"""Roles whose processes destroy the keys of past weeks. Processes with these roles must be able to write in their key
folders."""


UNFINISHED_INIT = "init-unfinished"
"""The name of a file in the home folder that exists while `hotline init` is not complete. When all parts of the hotline
are made, `hotline init` removes the file.
"""


def key_folder(settings: Settings, role: Role) -> Path:
    """Returns the key folder of a process with this role."""
    return settings.keys or settings.home / "keys" / role.value


def settings_of(settings: Settings, role: Role) -> Settings:
    """Returns the settings of a process with this role. If the role has its own accounts, the addresses of the database
    and of Redis contain these accounts."""
    folder = key_folder(settings, role)
    database, redis = own_addresses(folder, settings.database_url, settings.redis_url)
    return replace(settings, database_url=database, redis_url=redis)


def build_web(settings: Settings, *, without: Collection[str] = ()) -> contexts.WebContext:
    """Builds the context of the web process. Leaves out the keys that `without` names. Raises the same errors as
    `build_context`."""
    fuse = circuit()
    context, keys, settings = _common(settings, Role.HOOKS, without, fuse)
    cipher = StateCipher.of(keys, context.encrypter.weekly_lock, now, each=EACH)
    return contexts.WebContext(
        **vars(context),
        runs=state_store(settings, cipher, fuse),
        notes=start_store(settings, fuse),
        sessions=SessionMemory(),
        reader=ReaderAccess(),
        ticks=TickMemory(),
    )


def build_worker(settings: Settings) -> contexts.WorkerContext:
    """Builds the context of the workers and of the clock process. Raises the same errors as `build_context`."""
    from hotline.gateway.africastalking import AfricasTalkingInbox
    from hotline.gateway.http import ListedHook

    context, keys, settings = _common(settings, Role.WORKERS)
    account = gateway_account(settings, keys)
    return contexts.WorkerContext(
        **vars(context),
        sms=sms(settings, account, sender_of(settings), context.database),
        numbers=_numbers(context, keys, RELAY_KEY),
        senders=ThreadSenders(settings.sends_at_once),
        inbox=AfricasTalkingInbox(*account),
        hook=ListedHook(line_address(settings), keys.path),
        mail_server=settings.mail_server,
    )


def build_monitor(settings: Settings) -> contexts.MonitorContext:
    """Builds the context of the monitor. Raises the same errors as `build_context`."""
    from hotline.gateway.africastalking import Account
    from hotline.gateway.http import Dialler

    context, keys, settings = _common(settings, Role.WATCH)
    account = gateway_account(settings, keys)
    secret = LiveKeys(keys.path, DIAL_SECRET)
    caller = Dialler(line_address(settings), secret.now, settings.service_code)
    measured = instruments(settings, caller, Account(*account))
    return contexts.MonitorContext(
        **vars(context),
        watch=_watch(settings, keys, measured),
        sms=sms(settings, account, sender_of(settings), context.database),
        numbers=_numbers(context, keys, WATCH_KEY),
    )


def build_web_without_wrong_keys(settings: Settings) -> contexts.WebContext:
    """Builds the context of the web process, but leaves out wrong encryption keys, so that the process still accepts
    tips.

    No process could decrypt a tip that was encrypted with a wrong key. Without the key, the web process encrypts each
    tip only for the desks that may read the tip. Raises the same errors as `build_context`.
    """
    context = build_web(settings)
    wrong = wrong_keys(context, settings, Role.HOOKS)
    if not wrong:
        return context
    logger.critical("alarm: %s", wrong_sentence(key_folder(settings, Role.HOOKS), wrong))
    left_out = ENCRYPTING_KEYS & frozenset(wrong)
    if not left_out:
        return context
    context.database.close()
    return build_web(settings, without=left_out)


def build_cli(settings: Settings, *, without: Collection[str] = ()) -> contexts.CliContext:
    """Builds the context of the commands. Leaves out the keys that `without` names. Raises the same errors as
    `build_context`."""
    context, keys, settings = _common(settings, Role.CONSOLE, without)
    watch = _watch(settings, keys, instruments(settings))
    return contexts.CliContext(**vars(context), watch=watch)


def build_console(settings: Settings) -> contexts.ConsoleContext:
    """Builds the context of the console's pages. Raises the same errors as `build_context`."""
    context, keys, settings = _common(settings, Role.PAGES)
    context.database.keep_documents()
    return contexts.ConsoleContext(
        **vars(context),
        watch=_watch(settings, keys, instruments(settings)),
        proofs=Proofs.of(keys),
        console_url=settings.console_url,
        is_emulated=settings.is_emulated,
        proxies=settings.console_proxies,
        demo_accounts=demo_accounts_in(settings.home) if settings.is_emulated else (),
        aids=read_aids(CHECKOUT / "docs" / "glossary.md", CHECKOUT / "flows"),
    )


def build_reader(settings: Settings) -> ReaderContext:
    """Builds the context of the reader process. Raises the same errors as `build_context`."""
    context, keys, _ = _common(settings, Role.READER)
    return ReaderContext.of(context, keys)


BUILDERS: Mapping[Role, Callable[[Settings], contexts.Context]] = MappingProxyType(
    {
        Role.HOOKS: build_web,
        Role.WORKERS: build_worker,
        Role.WATCH: build_monitor,
        Role.READER: build_reader,
        Role.CONSOLE: build_cli,
        Role.PAGES: build_console,
    }
)


def build_context(settings: Settings, role: Role) -> contexts.Context:
    """Builds the context of one role. The function opens no connection yet.

    Raises NotReady before `hotline init`, FolderRefused if a weekly key cannot be written, KeyMissing if a key file
    is missing, and SettingsInvalid if a setting is wrong.
    """
    return BUILDERS[role](settings)


def _common(
    settings: Settings, role: Role, without: Collection[str] = (), fuse: "Circuit | None" = None
) -> tuple[contexts.Context, KeyFolder, Settings]:
    """Builds the parts of a context that every process has. Also returns the key folder of this role, and the settings
    with the accounts of this role."""
    settings = settings_of(settings, role)
    keys = KeyFolder(require_folder(settings, key_folder(settings, role)), without=without)
    if role in FORGETTING_ROLES and cannot_advance(keys):
        raise FolderRefused(
            f"this process cannot write to the key folder {keys.path}, so it cannot destroy keys of past weeks:"
            " correct the mount or the owner of this folder (docs/deployment.md)"
        )
    database = open_database(settings.database_url)
    database.audit_key = audit_key(keys, role)
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise missing_error(settings, f"the database {file} is missing")
    # In the web process, a thread loads newly published flows, so that no caller waits for them. Every other process
    # loads them before their next use, so that the console shows a publication at once.
    behind = start_thread if role is Role.HOOKS else None
    books = SqlFlowSets(database, place_lists(), behind=behind)
    context = contexts.Context(
        database=database,
        flow_sets=books,
        jobs=job_queue(settings, fuse or circuit()),
        encrypter=_encrypter(keys, RELAY_PUBLIC_KEY),
        pseudonyms=Pseudonyms(keys),
        phrases=load_phrases(live=LivePhrases(books)),
        line=line_of(settings),
        now=clock(settings),
        failpoint=Failpoints(settings.faults) if settings.faults else no_failpoint,
    )
    return context, keys, settings


def audit_key(keys: KeyFolder, role: Role) -> tuple[str, bytes] | None:
    """Returns the name of the role, and the key with which this role seals its rows of the audit log. Returns None if
    the key is missing: the role then writes its rows without a seal.

    If HOTLINE_KEYS names the folder of another role, returns the name and the key of that role.
    """
    name = keys.path.name if keys.path.name in set(Role) else role.value
    return (name, keys.read(AUDIT_KEY)) if keys.holds(AUDIT_KEY) else None


def require_folder(settings: Settings, folder: Path) -> Path:
    """Returns the key folder `folder` if it exists, and otherwise raises PartMissing."""
    if not folder.is_dir():
        raise missing_error(settings, f"the key folder {folder} is missing")
    return folder


def missing_error(settings: Settings, what: str) -> PartMissing:
    """Returns an error that names the missing part and says what to do next."""
    return PartMissing(what, next_step(settings))


def next_step(settings: Settings) -> str:
    """Returns a text that says what to do next if a folder, a key or the tables are missing.

    The text advises `hotline init` only on a machine without any part of a hotline. If the disk with the hotline is not
    mounted, the machine looks like a new machine. `hotline init` would then make new keys, which cannot decrypt the
    hotline's data.
    """
    if (settings.home / UNFINISHED_INIT).exists():
        return "`hotline init` was interrupted here: run `hotline init` again to create the missing parts"
    part = existing_part(settings)
    if not part:
        return "run `hotline init`"
    return (
        f"{part} is there, so mount what is missing, restore it (`hotline keys import`, `hotline restore`),"
        " or set HOTLINE_HOME"
    )


def existing_part(settings: Settings) -> str:
    """Returns the name of an existing part of a hotline on this machine: a home, a key folder or a database. The result
    is empty on a new machine."""
    for folder in (settings.keys, settings.home):
        if folder is not None and folder.exists():
            return str(folder)
    from hotline.operations.migrate import TablesState, database_name, find_tables

    try:
        found = find_tables(settings.database_url)
    except StoreUnavailable:
        return database_name(settings.database_url)
    return "" if found.state is TablesState.MISSING else found.place


def _encrypter(keys: KeyFolder, public_key: str) -> Encrypter:
    live = LiveKeys(keys.path, public_key) if keys.holds(public_key) else None
    desks = DeskTrust(keys) if keys.holds(LINE_PUBLIC_KEY) else None
    return Encrypter(
        weekly_lock=WeeklyLock(keys),
        live=live,
        reader=public_half(keys),
        desks=desks,
        mark_key=Pseudonyms(keys).mark_key,
    )


def _numbers(context: contexts.Context, keys: KeyFolder, name: str) -> LiveNumbers:
    return LiveNumbers(
        LiveKeys(keys.path, name),
        lambda key: service_checks_keys.is_own_key(context.database, name, key),
    )


def wrong_keys(context: contexts.Context, settings: Settings, role: Role) -> Sequence[str]:
    """Returns the names of this process's keys that cannot decrypt their canaries (test values). Also records the start
    of this process in the database, for the other processes and for the doctor.

    If the database does not answer, the result is empty. The process checks its keys again when it cannot decrypt a
    phone number.
    """
    try:
        wrong = service_checks_keys.check_keys(context.database, key_folder(settings, role)).wrong
    except StoreUnavailable:
        return ()
    other = bool(settings.alarm_command or settings.alarm_mail) if role is Role.WATCH else None
    start = ProcessStart(
        role=role,
        host=gethostname(),
        at=context.now(),
        wrong_keys=", ".join(wrong),
        second_channel=other,
        line_key=trust.mark if (trust := context.encrypter.desks) else "",
    )
    service_checks_keys.note_start(context.database, start)
    return wrong


def refuse_wrong_keys(context: contexts.Context, settings: Settings, role: Role) -> None:
    """Raises KeyWrong if a key of this process is wrong, because no process could decrypt the data that a wrong key
    encrypts."""
    if wrong := wrong_keys(context, settings, role):
        raise KeyWrong(wrong_sentence(key_folder(settings, role), wrong))


def wrong_sentence(folder: Path, wrong: Sequence[str]) -> str:
    its = f"{'is' if len(wrong) == 1 else 'are'} damaged, or another hotline's"
    return (
        f"{', '.join(wrong)} in {folder} {its}: mount the right folder or set HOTLINE_HOME,"
        " or move each wrong key out of the folder and run `hotline keys import`"
    )


def _watch(
    settings: Settings, keys: KeyFolder, instruments: contexts.Instruments
) -> contexts.MonitorTools:
    return contexts.MonitorTools(
        encrypter=_encrypter(keys, WATCH_PUBLIC_KEY),
        instruments=instruments,
        other=other_channel(settings),
        budget=settings.sms_budget,
        digests=digests_file(settings),
        newest=newest_file(settings),
    )


def digests_file(settings: Settings) -> Path:
    """Returns the file outside the database in which the monitor keeps the digests of the audit log."""
    return settings.home / "audit-digests"


def newest_file(settings: Settings) -> Path:
    """Returns the file in which the monitor remembers the newest row of the audit log. The file's name begins with a
    dot, so the code never reads the file as a key.
    """
    return key_folder(settings, Role.WATCH) / ".audit.newest"


def line_address(settings: Settings) -> str:
    """Returns the address at which other processes of the hotline reach the web process."""
    return settings.line_url or f"http://127.0.0.1:{settings.port}"


def line_of(settings: Settings) -> contexts.Line:
    """Returns the settings that services need, with the number of septets that fit on a screen of each network."""
    names = {field.name for field in fields(contexts.Line)} - {"limits"}
    return contexts.Line(**{name: getattr(settings, name) for name in names}, limits={"": SEPTETS})


def no_failpoint(_failpoint: str) -> None:
    """Does nothing. Outside of tests, the hotline calls this function at each failpoint (a place where a test can end
    the process)."""


def sender_of(settings: Settings) -> str:
    """Returns the sender name or number that a phone shows for an alert. If the settings name no sender and responders
    can reply by SMS, returns the short code."""
    return settings.sender_id or (settings.shortcode if settings.inbound_sms else "")
