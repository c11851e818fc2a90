"""Creates the adapters whose libraries are slow to import. Each is created when it is first used.

Each function returns the adapter as its port. The type checker refuses an adapter that does not fit the port.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from hotline.core.clock import TurnedClock
from hotline.core.context import (
    Instruments,
    JobQueue,
    OpeningNotes,
    OtherChannel,
    OwnHook,
    RunStore,
    Senders,
    SmsGateway,
    SmsInbox,
)
from hotline.core.database import Database
from hotline.core.settings import Settings
from hotline.gateway.senders import SmsOfRealLines
from hotline.keys.conversation_state import WeeklyRuns
from hotline.keys.gateway_key import GATEWAY_KEY, read_gateway_key
from hotline.keys.key_folder import KeyFolder

if TYPE_CHECKING:
    from hotline.dialogue.redis_adapters import Circuit
    from hotline.gateway.africastalking import Account
    from hotline.gateway.own_line import Dialler

EMULATOR_KEY = "emulator"
"""Key for the emulated gateway. It gives access to nothing."""
T = TypeVar("T")


class GatewayAccount(NamedTuple):
    """The gateway's address, our account there, and its key."""

    url: str
    username: str
    key: str


def gateway_account(settings: Settings, keys: KeyFolder) -> GatewayAccount:
    """Returns the account of the configured gateway. Raises SettingsInvalid where the key cannot be read."""
    file = settings.gateway_api_key_file
    key = EMULATOR_KEY
    if file is not None or not settings.pretended:
        key = read_gateway_key(file or keys.path / GATEWAY_KEY)
    return GatewayAccount(settings.gateway_url, settings.gateway_username, key)


class Later(Generic[T]):
    """A placeholder for the object that `make` creates. It creates the object on the first access to an attribute."""

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
        # Stores the method, so that later accesses do not call `__getattr__`.
        found = self.__dict__[verb] = getattr(self._made, verb)
        return found


def later(make: Callable[[], T]) -> T:
    """Returns an object that `make` creates on first use."""
    return cast("T", Later(make))


def circuit() -> "Circuit":
    """Returns one circuit breaker for all Redis clients of a process.

    The first client that meets a hanging server saves the others from waiting for it.
    """

    def make() -> "Circuit":
        from hotline.dialogue.redis_adapters import Circuit

        return Circuit()

    return later(make)


def jobs(settings: Settings, fuse: "Circuit") -> JobQueue:
    def make() -> JobQueue:
        from hotline.dialogue.redis_adapters import RqJobs

        return RqJobs(settings.redis_url, fuse)

    return later(make)


def runs(settings: Settings, cipher: WeeklyRuns, fuse: "Circuit") -> RunStore:
    def make() -> RunStore:
        from hotline.dialogue.redis_adapters import RedisRuns

        return RedisRuns(settings.redis_url, cipher, fuse)

    return later(make)


def notes(settings: Settings, fuse: "Circuit") -> OpeningNotes:
    def make() -> OpeningNotes:
        from hotline.dialogue.redis_adapters import RedisNotes

        return RedisNotes(settings.redis_url, fuse)

    return later(make)


def senders(settings: Settings) -> Senders:
    def make() -> Senders:
        from hotline.gateway.senders import ThreadSenders

        return ThreadSenders(settings.sends_at_once)

    return later(make)


def now() -> datetime:
    return datetime.now(UTC)


def clock(settings: Settings) -> Callable[[], datetime]:
    """Returns the clock of true time. In a demo, returns the adjustable clock."""
    return TurnedClock(settings.clock) if settings.clock else now


def sms(settings: Settings, account: GatewayAccount, sender: str, database: Database) -> SmsGateway:
    """Returns the SMS gateway. A real gateway sends nothing from a database with sample data."""

    def make() -> SmsGateway:
        from hotline.gateway.africastalking import AfricasTalkingSms

        real = AfricasTalkingSms(*account, sender, settings.sends_at_once)
        return real if settings.pretended else SmsOfRealLines(real, database)

    return later(make)


def inbox(account: GatewayAccount) -> SmsInbox:
    def make() -> SmsInbox:
        from hotline.gateway.africastalking import AfricasTalkingInbox

        return AfricasTalkingInbox(*account)

    return later(make)


def own_hook(address: str, keys: Path) -> OwnHook:
    def make() -> OwnHook:
        from hotline.gateway.own_line import ListedHook

        return ListedHook(address, keys)

    return later(make)


def instruments(
    settings: Settings, dialler: "Dialler | None", account: "Account | None"
) -> Instruments:
    def make() -> Instruments:
        from hotline.monitoring.instruments import Gauges

        return Gauges(settings.redis_url, settings.home, dialler, account, settings.backups)

    return later(make)


def dialler(address: str, secrets: Callable[[], Sequence[bytes]], service_code: str) -> "Dialler":
    def make() -> "Dialler":
        from hotline.gateway.own_line import Dialler

        return Dialler(address, secrets, service_code)

    return later(make)


def balance(account: GatewayAccount) -> "Account":
    def make() -> "Account":
        from hotline.gateway.africastalking import Account

        return Account(*account)

    return later(make)


def other_channel(settings: Settings) -> OtherChannel:
    def make() -> OtherChannel:
        from hotline.monitoring.other_channel import OtherWay

        return OtherWay(settings.alarm_command, settings.alarm_mail)

    return later(make)
