"""Settings: a frozen value out of the environment, read once, every fault told in one list.

Each field's docstring is its help text, shown by `hotline doctor` and in the README.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path
    """HOTLINE_HOME: the folder that holds everything the line writes."""
    port: int
    """HOTLINE_PORT: where the web process listens."""
    database_url: str
    """HOTLINE_DATABASE_URL: SQLite in the home folder where none is given."""
    redis_url: str
    """HOTLINE_REDIS_URL: an embedded Valkey on a unix socket where none is given."""
    embedded_redis: bool
    """Derived: no HOTLINE_REDIS_URL was given."""
    gateway_url: str
    """HOTLINE_GATEWAY_URL: the emulator's address; empty is Africa's Talking itself."""
    gateway_username: str
    """HOTLINE_GATEWAY_USERNAME."""
    gateway_api_key: str
    """HOTLINE_GATEWAY_API_KEY, or HOTLINE_GATEWAY_API_KEY_FILE which names a file that holds it."""
    sender_id: str
    """HOTLINE_SENDER_ID: the sender that responders see; empty is the gateway's default."""
    service_code: str
    """HOTLINE_SERVICE_CODE: what callers dial, `*384*777#`."""
    shortcode: str
    """HOTLINE_SHORTCODE: the number that MO messages are sent to."""
    inbound_sms: bool
    """HOTLINE_INBOUND_SMS: `yes` where replies by SMS reach us; ordinary Rwandan routes carry none."""
    keys: Path | None
    """HOTLINE_KEYS: one key folder, for a process that is given only its own; else `home/keys/<role>`."""
    faults: Path | None
    """HOTLINE_FAULTS: a folder of failpoint tokens. Refused unless HOTLINE_TESTING is `yes`."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsInvalid with every problem."""
        raise NotImplementedError
