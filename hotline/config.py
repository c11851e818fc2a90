"""Settings: a frozen value out of the environment, read once, every fault told in one list.

Each field's docstring is its help text, shown by `hotline doctor --settings` and in the README. With nothing set, they
are those of a demo on one machine: the gateway is the emulator on loopback, so that no forgotten setting sends anything
out.
"""

import ast
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

from hotline.environment import (
    ELSEWHERE,
    LOOPBACK,
    Environment,
    is_bare,
    is_encrypted,
    is_yes,
    socket_below,
    split_url,
    without_password,
)
from hotline.errors import SettingsInvalid

GATEWAY_HOST = "africastalking.com"
CALL_BACK_SHAPE = (r"\d{3,13}", "3 to 13 digits, as in numbers.csv")
SERVICE_CODE_SHAPE = (r"\*\d{2,5}(\*\d{1,6})*#", "dialled like *384*777#")
SENDER = r"[A-Za-z0-9 ]{1,11}"


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path
    """HOTLINE_HOME: the folder that holds everything the line writes; `var` where none is given."""
    port: int
    """HOTLINE_PORT: where the web process listens; 8000."""
    web_host: str
    """HOTLINE_WEB_HOST: the address that the web process listens on; 127.0.0.1."""
    web_workers: int
    """HOTLINE_WEB_WORKERS: processes that answer hops, 1 to 64; 2."""
    database_url: str
    """HOTLINE_DATABASE_URL: `postgresql+psycopg://...`; SQLite in the home folder where none is given."""
    redis_url: str
    """HOTLINE_REDIS_URL: `redis://...`; an embedded Valkey on a unix socket where none is given."""
    embedded_redis: bool
    """Derived: no HOTLINE_REDIS_URL was given."""
    gateway_url: str
    """HOTLINE_GATEWAY_URL: `https://api.africastalking.com`; the emulator on this machine where none is given."""
    gateway_username: str
    """HOTLINE_GATEWAY_USERNAME: the account's name; `sandbox`."""
    gateway_api_key_file: Path | None
    """HOTLINE_GATEWAY_API_KEY_FILE: a file with the gateway's key, mode 0400; else `gateway.key` in the key folder."""
    sender_id: str
    """HOTLINE_SENDER_ID: the sender that responders see; by default the shortcode if replies reach it."""
    service_code: str
    """HOTLINE_SERVICE_CODE: what callers dial; `*384*777#`."""
    shortcode: str
    """HOTLINE_SHORTCODE: the number that MO messages are sent to; 3847."""
    inbound_sms: bool
    """HOTLINE_INBOUND_SMS: `yes` where replies by SMS reach us; ordinary Rwandan routes carry none, so `no`."""
    sms_inbox: bool
    """HOTLINE_SMS_INBOX: `none` where the gateway lists no inbox: an answer by SMS is then believed unproved."""
    answer_cries: bool
    """HOTLINE_ANSWER_CRIES: `yes` when the ministry has signed that a cry by SMS gets the line's advertisement."""
    gateway_addresses: tuple[str, ...]
    """HOTLINE_GATEWAY_ADDRESSES: what the gateway's callbacks come from, such as `192.0.2.0/28 198.51.100.7`."""
    call_back_number: str
    """HOTLINE_CALL_BACK_NUMBER: what the national desk calls from, signed in `numbers.csv`; else no call is offered."""
    national_number: str
    """HOTLINE_NATIONAL_NUMBER: what responders ring at the national desk, signed in `numbers.csv`."""
    backups: Path | None
    """HOTLINE_BACKUPS: the folder that `hotline backup` writes to; an alarm when its newest is older than 26 hours."""
    metrics_port: int
    """HOTLINE_METRICS_PORT: where the watch process serves `/metrics`; nowhere where none is given."""
    metrics_host: str
    """HOTLINE_METRICS_HOST: the address it does so on; 127.0.0.1."""
    log: str
    """HOTLINE_LOG: `json`, one object a line on standard error, or `text` for people."""
    line_url: str
    """HOTLINE_LINE_URL: how the web process is reached, by the watchman and the relay too; by default on loopback."""
    sms_budget: int
    """HOTLINE_SMS_BUDGET: what the gateway's balance is when filled up: alarms at 50, 80 and 100 % of it spent."""
    sms_a_day: int
    """HOTLINE_SMS_A_DAY: SMS that a day may cost; answers to strangers stop at 70 % of it, alerts never; 1000."""
    sends_at_once: int
    """HOTLINE_SENDS_AT_ONCE: SMS on the wire at a time; five of eight are kept for first alerts of danger; 32."""
    alarm_command: str
    """HOTLINE_ALARM_COMMAND: run by `sh` with an alarm's words on its standard input, beside the SMS."""
    alarm_mail: str
    """HOTLINE_ALARM_MAIL: `smtps://account:password@server/recipient`: where an alarm is mailed, beside the SMS."""
    console_port: int
    """HOTLINE_CONSOLE_PORT: where the console's pages are served; 8080."""
    console_host: str
    """HOTLINE_CONSOLE_HOST: the address that the console listens on; 127.0.0.1."""
    console_url: str
    """HOTLINE_CONSOLE_URL: `https://...`, the one address that the console answers to; by default on loopback."""
    console_proxies: tuple[str, ...]
    """HOTLINE_CONSOLE_PROXIES: web servers in front of the console on other machines, such as `192.0.2.7`."""
    law: Path | None
    """HOTLINE_LAW: a TOML file of what the controller owes by law 058/2021; `hotline law facts` prints one."""
    keys: Path | None
    """HOTLINE_KEYS: one key folder, for a process that is given only its own; else `keys/<role>` in the home folder."""
    clock: Path | None
    """HOTLINE_CLOCK: a file of the seconds by which this line's clock is turned. Refused with a real gateway."""
    faults: Path | None
    """HOTLINE_FAULTS: a folder of failpoint tokens. Refused unless HOTLINE_TESTING is `yes`."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsInvalid with every problem."""
        env = Environment(environ, elsewhere=ELSEWHERE)
        settings = _Reader(env).settings()
        if problems := env.problems():
            raise SettingsInvalid(problems)
        return settings

    @property
    def pretended(self) -> bool:
        """Whether the gateway is the emulator: nothing leaves this machine."""
        return urlsplit(self.gateway_url).hostname in LOOPBACK

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value}' for name, value in self.shown().items())})"

    def shown(self) -> dict[str, str]:
        """Every value by field, fit to be read by anybody: no API key, and no password in a URL."""
        shown = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        shown["alarm_command"] = "(set)" if self.alarm_command else ""
        for name in ("database_url", "redis_url", "gateway_url", "alarm_mail"):
            shown[name] = without_password(shown[name])
        return shown

    @classmethod
    def helps(cls) -> dict[str, str]:
        """What each field is for, by field: the docstrings above."""
        body = ast.parse(dedent(inspect.getsource(cls))).body[0]
        assert isinstance(body, ast.ClassDef)
        helps: dict[str, str] = {}
        for field, text in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            ):
                helps[field.target.id] = str(text.value.value)
        return helps


class _Reader:
    """What each setting means, in the words of one environment."""

    def __init__(self, env: Environment) -> None:
        self._env = env

    def settings(self) -> Settings:
        home = Path(self._env.text("HOME", "var")).absolute()
        redis_url = self._redis_url()
        gateway_url = self._gateway_url()
        console_port = self._env.port("CONSOLE_PORT", "8080")
        return Settings(
            home=home,
            port=self._env.port("PORT", "8000"),
            web_host=self._env.host("WEB_HOST", "127.0.0.1"),
            web_workers=self._env.count("WEB_WORKERS", "2", most=64),
            database_url=self._database_url(home),
            redis_url=redis_url or f"unix://{socket_below(home)}",
            embedded_redis=not redis_url,
            gateway_url=gateway_url,
            gateway_username=self._env.text("GATEWAY_USERNAME", "sandbox"),
            gateway_api_key_file=self._api_key_file(),
            sender_id=self._env.shaped("SENDER_ID", "", SENDER, "at most 11 letters and digits"),
            service_code=self._env.shaped("SERVICE_CODE", "*384*777#", *SERVICE_CODE_SHAPE),
            shortcode=self._env.shaped("SHORTCODE", "3847", r"\d{3,8}", "3 to 8 digits"),
            inbound_sms=self._env.yes("INBOUND_SMS"),
            sms_inbox=self._env.one_of("SMS_INBOX", "read", "read", "none") == "read",
            answer_cries=self._answer_cries(),
            gateway_addresses=self._env.networks("GATEWAY_ADDRESSES"),
            call_back_number=self._env.shaped("CALL_BACK_NUMBER", "", *CALL_BACK_SHAPE),
            national_number=self._env.shaped("NATIONAL_NUMBER", "", *CALL_BACK_SHAPE),
            backups=self._env.folder("BACKUPS"),
            metrics_port=self._env.port("METRICS_PORT"),
            metrics_host=self._env.text("METRICS_HOST", "127.0.0.1"),
            log=self._env.one_of("LOG", "json", "json", "text"),
            line_url=self._line_url(),
            sms_budget=self._env.number("SMS_BUDGET"),
            sms_a_day=self._env.number("SMS_A_DAY", "1000"),
            sends_at_once=self._env.count("SENDS_AT_ONCE", "32"),
            alarm_command=self._env.text("ALARM_COMMAND"),
            alarm_mail=self._env.mailbox("ALARM_MAIL"),
            console_port=console_port,
            console_host=self._env.host("CONSOLE_HOST", "127.0.0.1"),
            console_url=self._env.address("CONSOLE_URL", f"http://127.0.0.1:{console_port}"),
            console_proxies=self._env.networks("CONSOLE_PROXIES"),
            law=self._env.folder("LAW"),
            keys=self._env.folder("KEYS"),
            clock=self._clock(gateway_url),
            faults=self._env.testing_folder("FAULTS", "makes processes die, and is for tests"),
        )

    def _database_url(self, home: Path) -> str:
        url = self._env.text("DATABASE_URL", f"sqlite:///{home / 'hotline.db'}")
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            self._env.wrong("DATABASE_URL", "must begin sqlite:/// or postgresql+psycopg://")
        return url

    def _redis_url(self) -> str:
        url = self._env.text("REDIS_URL")
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            self._env.wrong("REDIS_URL", "must begin redis://, rediss:// or unix://")
        return url

    def _gateway_url(self) -> str:
        url = self._env.text("GATEWAY_URL", "http://127.0.0.1:8001").rstrip("/")
        parts = split_url(url)
        host = (parts and parts.hostname) or ""
        ours = host == GATEWAY_HOST or host.endswith(f".{GATEWAY_HOST}")
        if parts is None or not is_encrypted(parts) or not (ours or host in LOOPBACK):
            wanted = f"must be https:// on a host of {GATEWAY_HOST}, or on loopback"
            self._env.wrong("GATEWAY_URL", wanted)
        elif not is_bare(parts):
            self._env.wrong("GATEWAY_URL", "must be scheme, host and port alone")
        return url

    def _line_url(self) -> str:
        url = self._env.text("LINE_URL").rstrip("/")
        if url and not url.startswith(("http://", "https://")):
            self._env.wrong("LINE_URL", "must begin https:// or http://")
        return url

    def _answer_cries(self) -> bool:
        wanted, reads = self._env.yes("ANSWER_CRIES"), self._env.text("SMS_INBOX") != "none"
        heard = reads and is_yes(self._env.text("INBOUND_SMS"))
        if wanted and not (heard and self._env.text("GATEWAY_ADDRESSES")):
            self._env.wrong("ANSWER_CRIES", "needs INBOUND_SMS, an inbox, and GATEWAY_ADDRESSES")
        return wanted

    def _clock(self, gateway_url: str) -> Path | None:
        """Whose alerts go to nobody may play with time."""
        file = self._env.folder("CLOCK")
        parts = split_url(gateway_url)
        if file is not None and (parts is None or parts.hostname not in LOOPBACK):
            self._env.wrong("CLOCK", "turns the clock, and is for the pretended gateway alone")
        return file

    def _api_key_file(self) -> Path | None:
        """The file is read by the processes that send, and only named here."""
        if self._env.text("GATEWAY_API_KEY"):
            self._env.wrong(
                "GATEWAY_API_KEY",
                "no key in an environment: unset it, and put the key in its file by `hotline keys gateway`",
            )
        return self._env.folder("GATEWAY_API_KEY_FILE")
