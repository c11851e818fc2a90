"""Creates the adapters whose libraries are slow to import. An adapter is created when it is first used.

Each function returns an adapter with the type of its port. The type checker refuses an adapter that does not fit its
port.
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

from hotline.core import contexts
from hotline.core.database import Database
from hotline.core.settings import Settings
from hotline.gateway.senders import SmsOfRealLines
from hotline.keys.conversation_state import WeeklyStateCipher
from hotline.keys.gateway_key import GATEWAY_KEY, read_gateway_key
from hotline.keys.key_folder import KeyFolder

if TYPE_CHECKING:
    from hotline.dialogue.redis_adapters import Circuit
    from hotline.gateway.africastalking import Account
    from hotline.gateway.own_calls import Dialler

EMULATOR_KEY = "emulator"
"""The key for the emulated gateway. It gives access to nothing."""
T = TypeVar("T")
P = ParamSpec("P")


class GatewayAccount(NamedTuple):
    """The gateway's address, our account there, and the key of the account."""

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
    """A placeholder for an object that `make` creates. The object is created when one of its attributes is first
    used."""

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
    """Changes a function so that it returns at once. The object that it returns is created when it is first used."""

    @wraps(make)
    def begun(*given: P.args, **named: P.kwargs) -> T:
        return cast("T", LazyObject(partial(make, *given, **named)))

    return begun


@on_first_use
def circuit() -> "Circuit":
    """Returns the circuit breaker that all Redis clients of a process share.

    If one client finds that the server does not answer, the others do not wait for it.
    """
    from hotline.dialogue.redis_adapters import Circuit

    return Circuit()


@on_first_use
def job_queue(settings: Settings, fuse: "Circuit") -> contexts.JobQueue:
    from hotline.dialogue.redis_adapters import RqJobs

    return RqJobs(settings.redis_url, fuse)


@on_first_use
def state_store(
    settings: Settings, cipher: WeeklyStateCipher, fuse: "Circuit"
) -> contexts.StateStore:
    from hotline.dialogue.redis_adapters import RedisStates

    return RedisStates(settings.redis_url, cipher, fuse)


@on_first_use
def start_store(settings: Settings, fuse: "Circuit") -> contexts.StartStore:
    from hotline.dialogue.redis_adapters import RedisStarts

    return RedisStarts(settings.redis_url, fuse)


@on_first_use
def senders(settings: Settings) -> contexts.Senders:
    from hotline.gateway.senders import ThreadSenders

    return ThreadSenders(settings.sends_at_once)


@dataclass(frozen=True, slots=True)
class Failpoints:
    """A folder with files that kill processes in tests. Each file has the name of a failpoint. The first process that
    reaches the failpoint removes the file and is killed as with `kill -9`. The folder works only with HOTLINE_FAULTS
    and HOTLINE_TESTING.
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
    """A clock that can be moved, for the demo and for tests. It shows the true time plus the seconds in a file. It
    reads the file at each call, so that the time changes in all processes at once. Without a valid file, it shows
    the true time."""

    file: Path

    def __call__(self) -> datetime:
        true = datetime.now(UTC)
        try:
            return true + timedelta(seconds=int(self.file.read_text(encoding="ascii")))
        except (OSError, ValueError, OverflowError):
            return true


def now() -> datetime:
    return datetime.now(UTC)


def clock(settings: Settings) -> Callable[[], datetime]:
    """Returns the clock with the true time. In a demo, it returns the clock that can be moved."""
    return TurnedClock(settings.clock) if settings.clock else now


@on_first_use
def sms(
    settings: Settings, account: GatewayAccount, sender: str, database: Database
) -> contexts.SmsGateway:
    """Returns the gateway for SMS. If the database has sample data, a real gateway sends nothing."""
    from hotline.gateway.africastalking import AfricasTalkingSms

    real = AfricasTalkingSms(*account, sender, settings.sends_at_once)
    return real if settings.is_emulated else SmsOfRealLines(real, database)


@on_first_use
def inbox(account: GatewayAccount) -> contexts.SmsInbox:
    from hotline.gateway.africastalking import AfricasTalkingInbox

    return AfricasTalkingInbox(*account)


@on_first_use
def own_hook(address: str, keys: Path) -> contexts.OwnHook:
    from hotline.gateway.own_calls import ListedHook

    return ListedHook(address, keys)


@on_first_use
def instruments(
    settings: Settings, dialler: "Dialler | None", account: "Account | None"
) -> contexts.Instruments:
    from hotline.monitoring.instruments import LineInstruments

    addresses = {"line": settings.line_url, "console": settings.console_url}
    return LineInstruments(
        settings.redis_url,
        settings.home,
        dialler,
        account,
        settings.backups,
        addresses=addresses,
    )


@on_first_use
def dialler(address: str, secrets: Callable[[], Sequence[bytes]], service_code: str) -> "Dialler":
    from hotline.gateway.own_calls import Dialler

    return Dialler(address, secrets, service_code)


@on_first_use
def balance(account: GatewayAccount) -> "Account":
    from hotline.gateway.africastalking import Account

    return Account(*account)


@on_first_use
def other_channel(settings: Settings) -> contexts.OtherChannel:
    from hotline.monitoring.second_channel import SecondChannel

    return SecondChannel(settings.alarm_command, settings.alarm_mail)
