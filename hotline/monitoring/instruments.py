"""Measures the parts on which the hotline depends: Redis, workers, disk, backups, certificates, the answer to a test
call, and the balance at the gateway.
"""

import math
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from hotline.core import rules_trial
from hotline.dialogue.redis_adapters import connect
from hotline.gateway.africastalking import Account
from hotline.gateway.http import Dialler
from hotline.text.causes import cause_of

T = TypeVar("T")
DIAL_EACH = 300.0
DIAL_AGAIN = 60.0
"""If the hotline did not answer a test call, the next test call follows after this number of seconds."""
BALANCE_EACH = 600.0
TLS_PATIENCE = 5.0

PROBE = "hotline:probe"
BUSY_SECONDS = 300.0
"""A worker sends no heartbeat during a job. So a busy worker without a heartbeat counts as active for this number of
seconds.
"""


class LineInstruments:
    """Measures the parts of a real hotline."""

    def __init__(
        self,
        redis_url: str,
        home: Path,
        dialler: Dialler | None = None,
        account: Account | None = None,
        backups: Path | None = None,
        elapsed: Callable[[], float] = time.monotonic,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self._redis = connect(redis_url)
        self._home = home
        self._dialler = dialler
        self._account = account
        self._backups = backups
        self._elapsed = elapsed
        self._addresses = addresses or {}
        self._measured: dict[Callable[[], Any], tuple[float, Any]] = {}

    def redis_fault(self) -> str | None:
        """Returns the reason why Redis does not accept a write, or None if Redis accepts it. A write is needed, because
        Redis still answers reads when its disk or memory is full.
        """
        try:
            self._redis.set(PROBE, "", ex=1)
        except (RedisError, OSError) as broken:
            return cause_of(broken)
        return None

    def disk_free(self) -> int | None:
        try:
            return shutil.disk_usage(self._home).free
        except OSError:
            return None

    def backup_age(self) -> float | None:
        if self._backups is None:
            return None
        try:
            newest = max(file.stat().st_mtime for file in self._backups.glob("*.age.sig"))
        except (OSError, ValueError):
            return math.inf
        return max(0.0, time.time() - newest)

    def certificates(self) -> Mapping[str, float]:
        return self._each(BALANCE_EACH, self._certificate_seconds)

    def _certificate_seconds(self) -> Mapping[str, float]:
        found = {name: certificate_seconds(url) for name, url in self._addresses.items()}
        return {name: seconds for name, seconds in found.items() if seconds is not None}

    def _each(self, seconds: float, measure: Callable[[], T]) -> T:
        """Returns the newest result of `measure`. Calls `measure` first if its last call was at least `seconds` seconds
        ago."""
        now = self._elapsed()
        if measure not in self._measured or now - self._measured[measure][0] >= seconds:
            self._measured[measure] = now, measure()
        found: T = self._measured[measure][1]
        return found

    def queue_length(self, queue: str) -> int | None:
        try:
            return int(self._redis.llen(f"rq:queue:{queue}"))
        except (RedisError, OSError):
            return None

    def worker_age(self, queue: str) -> float | None:
        """Returns the seconds since the newest heartbeat of the queue's workers, or None if Redis does not answer. The
        queue library RQ removes the record of a killed worker within two minutes.
        """
        try:
            keys = list(self._redis.smembers(f"rq:workers:{queue}"))
            found: list[Any] = [self._redis.hmget(key, "last_heartbeat", "state") for key in keys]
        except (RedisError, OSError):
            return None
        return min((_age(beat, state) for beat, state in found), default=math.inf)

    def line_answers(self) -> bool | None:
        if self._dialler is None:
            return None
        dial = self._dialler.reaches_the_line
        _, answered = self._measured.get(dial, (0, False))
        return self._each(DIAL_EACH if answered else DIAL_AGAIN, dial)

    def report_trial(self) -> bool:
        return self._dialler is not None and self._dialler.tells(rules_trial.KEYS)

    def balance(self) -> float | None:
        return self._each(BALANCE_EACH, self._account.balance) if self._account else None


def _age(stored: bytes | None, state: bytes | None) -> float:
    """Returns the seconds since a worker's last heartbeat. For a busy worker, returns 0 if its last heartbeat is less
    than `BUSY_SECONDS` old.
    """
    if stored is None:
        return math.inf
    age = (datetime.now(UTC) - datetime.fromisoformat(stored.decode())).total_seconds()
    return 0.0 if state == b"busy" and age < BUSY_SECONDS else max(0.0, age)


def certificate_seconds(url: str) -> float | None:
    """Returns the seconds until the certificate at an address expires. Returns 0 if browsers would refuse the
    certificate.

    Returns None for an address without TLS, or if no program answers at the address.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    place, verifying = (parts.hostname, parts.port or 443), ssl.create_default_context()
    try:
        with (
            socket.create_connection(place, TLS_PATIENCE) as line,
            verifying.wrap_socket(line, server_hostname=parts.hostname) as secure,
        ):
            ends = str((secure.getpeercert() or {})["notAfter"])
    except ssl.SSLCertVerificationError:
        return 0.0
    except OSError:
        return None
    return max(0.0, ssl.cert_time_to_seconds(ends) - time.time())
