"""The only place where a real thing is made."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hotline import plugs
from hotline.adapters.absent import NoInbox, NoNumbers, NoRuns, NoSms
from hotline.adapters.bookshelf import SqlBookshelf
from hotline.adapters.catalogues import load_phrases
from hotline.adapters.failpoints import Failpoints
from hotline.adapters.turned_clock import TurnedClock
from hotline.config import Settings
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.errors import FolderRefused, NotReady
from hotline.plugs import GatewayAccount
from hotline.ports import Kit, Line, Listening, NumberOpener, RunStore, SmsGateway, Watch
from hotline.sealing.keys.gatewaykey import GATEWAY_KEY, read_gateway_key
from hotline.sealing.keys.keyfolder import DIAL_SECRET, KeyFolder
from hotline.sealing.keys.keymaking import RELAY_KEY, RELAY_PUBLIC_KEY, WATCH_KEY, WATCH_PUBLIC_KEY
from hotline.sealing.keys.livekeys import EACH, LiveKeys
from hotline.sealing.keys.pseudonyms import Pseudonyms
from hotline.sealing.keys.weekly_lock import Epochs, stuck
from hotline.sealing.opening import LiveNumbers
from hotline.sealing.runs import RunCipher
from hotline.sealing.sealer import Sealer
from hotline.sealing.weeklyruns import WeeklyRuns
from hotline.services.flows.places import place_lists
from hotline.store.database import open_database, sqlite_file

if TYPE_CHECKING:
    from hotline.adapters.queue.circuit import Circuit

EMULATOR_KEY = "emulator"
"""What the pretended gateway takes for a key: it opens nothing."""


class Role(StrEnum):
    """A trust: each has a key folder of its own, and a process is started with that one alone."""

    HOOKS = "hooks"
    """web: session, run, contact, enrolled and stop keys, the secrets of the hooks' paths; the relay's
    public key. Opens nothing stored."""
    WORKERS = "workers"
    """alerts, misc, clock: the relay's key pair (responders' numbers) and the stop key. Opens no tip."""
    WATCH = "watch"
    """watch: the key of whom it wakes. Opens neither a responder's number nor a tip."""
    READER = "reader"
    """Later: the pepper of the responders' PINs."""
    CONSOLE = "console"
    """The commands: enrolled and stop keys, the relay's and the watchman's public keys. Tips open with a passphrase."""


WALKING = (Role.HOOKS, Role.WORKERS)
"""Whose processes destroy the keys of past weeks by themselves, and so must write in their folders."""


def now() -> datetime:
    return datetime.now(UTC)


def key_folder(settings: Settings, role: Role) -> Path:
    """The folder that a process of this role is started with."""
    return settings.keys or settings.home / "keys" / role.value


def build_kit(settings: Settings, role: Role) -> Kit:
    """Every plug for one role. Opens no connection yet.

    Raises NotReady before `hotline init`, FolderRefused where a key that walks cannot be written, KeyMissing,
    SettingsInvalid.
    """
    keys = KeyFolder(key_folder(settings, role))
    if not keys.path.is_dir():
        raise NotReady(f"no key folder for {role}: run `hotline init`")
    if role in WALKING and stuck(keys):
        raise FolderRefused(
            f"the key folder {keys.path} cannot be written, so that the keys of past weeks would stay:"
            " mount it writable for this role's account, and it must own it (docs/deployment.md)"
        )
    database = open_database(settings.database_url)
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise NotReady("no database: run `hotline init`")

    sealer = _sealer(keys, RELAY_PUBLIC_KEY)
    fuse = plugs.circuit()
    return Kit(
        database=database,
        books=SqlBookshelf(database, place_lists()),
        runs=_runs(settings, role, keys, sealer.epochs, fuse),
        sms=_sms(settings, role, keys),
        senders=plugs.senders(settings),
        jobs=plugs.jobs(settings, fuse),
        limiter=plugs.limiter(settings, fuse),
        sealer=sealer,
        pseudonyms=Pseudonyms(keys),
        numbers=_numbers(role, keys),
        phrases=load_phrases(),
        line=line_of(settings),
        watch=_watch(settings, role, keys),
        listening=_listening(settings, role, keys),
        now=TurnedClock(settings.clock) if settings.clock else now,
        failpoint=Failpoints(settings.faults) if settings.faults else survive,
    )


def _sealer(keys: KeyFolder, public_key: str) -> Sealer:
    live = LiveKeys(keys.path, public_key) if keys.holds(public_key) else None
    return Sealer(epochs=Epochs(keys), live=live)


def _watch(settings: Settings, role: Role, keys: KeyFolder) -> Watch:
    dialler = account = None
    if role is Role.WATCH:
        secret = LiveKeys(keys.path, DIAL_SECRET)
        dialler = plugs.dialler(line_address(settings), secret.now, settings.service_code)
        account = plugs.balance(_gateway(settings, keys))
    return Watch(
        sealer=_sealer(keys, WATCH_PUBLIC_KEY),
        instruments=plugs.instruments(settings, dialler, account),
        other=plugs.other_channel(settings),
        budget=settings.sms_budget,
    )


def _listening(settings: Settings, role: Role, keys: KeyFolder) -> Listening:
    if role is not Role.WORKERS:
        return Listening(NoInbox(role), NoInbox(role))
    return Listening(
        inbox=plugs.inbox(_gateway(settings, keys)),
        hook=plugs.own_hook(line_address(settings), keys.path),
    )


def line_address(settings: Settings) -> str:
    """How a process of ours reaches the web process."""
    return settings.line_url or f"http://127.0.0.1:{settings.port}"


def line_of(settings: Settings) -> Line:
    return Line(
        service_code=settings.service_code,
        shortcode=settings.shortcode,
        inbound_sms=settings.inbound_sms,
        inbox=settings.sms_inbox,
        limits={"": DEFAULT_LIMIT},
        sms_a_day=settings.sms_a_day,
        sends_at_once=settings.sends_at_once,
        answers_cries=settings.answer_cries,
        gateway_addresses=settings.gateway_addresses,
        call_back_number=settings.call_back_number,
        national_number=settings.national_number,
    )


def survive(_failpoint: str) -> None:
    """Where nobody tests, nothing dies."""


def _runs(
    settings: Settings, role: Role, keys: KeyFolder, epochs: Epochs, fuse: "Circuit"
) -> RunStore:
    if role is not Role.HOOKS:
        return NoRuns(role)
    return plugs.runs(settings, WeeklyRuns(RunCipher.of(keys, each=EACH), epochs, now), fuse)


def _sms(settings: Settings, role: Role, keys: KeyFolder) -> SmsGateway:
    if role not in (Role.WORKERS, Role.WATCH):
        return NoSms(role)
    return plugs.sms(settings, _gateway(settings, keys), sender_of(settings))


def _gateway(settings: Settings, keys: KeyFolder) -> GatewayAccount:
    """Raises SettingsInvalid where the key cannot be read."""
    file = settings.gateway_api_key_file
    key = EMULATOR_KEY
    if file is not None or not settings.pretended:
        key = read_gateway_key(file or keys.path / GATEWAY_KEY)
    return GatewayAccount(settings.gateway_url, settings.gateway_username, key)


def sender_of(settings: Settings) -> str:
    """Whom an alert comes from: where a reply is asked for, by default the number that a reply reaches."""
    return settings.sender_id or (settings.shortcode if settings.inbound_sms else "")


def _numbers(role: Role, keys: KeyFolder) -> NumberOpener:
    key = {Role.WORKERS: RELAY_KEY, Role.WATCH: WATCH_KEY}.get(role)
    return NoNumbers(role) if key is None else LiveNumbers(LiveKeys(keys.path, key))
