"""Reads the settings from the environment and a TOML file into one object. One error lists all faults in the
settings. The docstring of each field is the help text of the setting. `hotline settings` prints all settings as TOML,
and writes docs/settings.md. Without any setting, the hotline has the values of a demo on one machine. The gateway is
then the emulator on this machine, so that a forgotten setting cannot send SMS to real phones."""

import ast
import hashlib
import inspect
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir
from textwrap import dedent
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from hotline.core.environment import LOOPBACK, NO, NOT_SETTINGS, PREFIX, YES, did_you_mean, is_yes
from hotline.text.errors import SettingsInvalid

FILE = f"{PREFIX}SETTINGS"
"""The environment variable that names the TOML file. If this variable is not set, the hotline reads no file."""
API_KEY = f"{PREFIX}GATEWAY_API_KEY"
GATEWAY_HOST = "africastalking.com"
MAIL_SCHEMES = frozenset({"smtp", "smtp+starttls", "smtps"})
SOCKET_PATH_BYTES = 100
"""The maximum number of bytes in the path of a unix socket. Linux allows 108 bytes, including the end mark."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value that settings have: its description, its check, and its conversion from text."""

    meaning: str
    """The words that follow "must be" in an error, such as `a number from 1 to 65535`."""
    fits: Callable[[str], object]
    made: Callable[[str], object] = str

    def read(self, text: str) -> object:
        """Converts the text of a setting to the setting's value. Raises ValueError if the text is not valid. The
        error does not quote the text, because the text may be a secret."""
        if not self.fits(text):
            raise ValueError(f"the value of this setting must be {self.meaning}")
        return self.made(text)


def _matching(pattern: str, meaning: str, convert: Callable[[str], object] = str) -> Kind:
    return Kind(meaning, re.compile(pattern, re.ASCII).fullmatch, convert)


def _to(maximum: int) -> Kind:
    return Kind(
        f"a number from 1 to {maximum}",
        lambda text: re.fullmatch(r"\d{1,5}", text, re.ASCII) and 1 <= int(text) <= maximum,
        int,
    )


def _one_of(*words: str, convert: Callable[[str], object] = str) -> Kind:
    return Kind(" or ".join(words), words.__contains__, convert)


def _begins(*schemes: str) -> Kind:
    return Kind(f"a URL that begins {' or '.join(schemes)}", lambda url: url.startswith(schemes))


def _trimmed(meaning: str, fits: Callable[[str], object]) -> Kind:
    """Returns a kind of setting whose value is a URL. The conversion removes a slash at the end of a URL."""
    return Kind(meaning, lambda url: fits(_without_slash(url)), _without_slash)


def _split_url(url: str) -> SplitResult | None:
    """Returns the parts of a URL, or None if the text is not a URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_address(url: str) -> bool:
    """Returns True for a URL that has only a scheme, a host and a port. The URL must use TLS, unless its host is this
    machine."""
    parts = _split_url(url)
    if parts is None or parts.path or parts.query or parts.fragment or parts.username is not None:
        return False
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    return is_local or (parts.scheme == "https" and bool(parts.hostname))


def _is_gateway(url: str) -> bool:
    host = urlsplit(url).hostname or "" if _is_address(url) else ""
    return host in LOOPBACK or f".{host}".endswith(f".{GATEWAY_HOST}")


def _is_mailbox(url: str) -> bool:
    """Returns True for an address with a mail server and a recipient."""
    parts = _split_url(url)
    return parts is not None and _is_mail_server(url) and "@" in unquote(parts.path)


def _is_mail_server(url: str) -> bool:
    parts = _split_url(url)
    return parts is not None and parts.scheme in MAIL_SCHEMES and bool(parts.hostname)


def _words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


def _are_networks(value: str) -> bool:
    try:
        return all(map(ip_network, _words(value)))
    except ValueError:
        return False


def _without_slash(url: str) -> str:
    return url.rstrip("/")


TEXT = Kind("text", bool)
FOLDER = Kind("a path", bool, lambda text: Path(text).absolute())
PORT = _to(65535)
WHOLE = _matching(r"\d{1,9}", "a whole number", int)
SWITCH = Kind(
    "yes or no (or true, on, 1; false, off, 0)", lambda text: text.casefold() in YES | NO, is_yes
)
HOST = _matching(
    r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*",
    "an address of this machine, such as 127.0.0.1",
)
DIALLED = _matching(r"\d{3,13}", "3 to 13 digits, as in numbers.csv")
NETWORKS = Kind("addresses or networks, such as 192.0.2.0/28", _are_networks, _words)


def _setting(
    kind: Kind,
    default: object,
    *,
    example: object = None,
    needs: Callable[[Mapping[str, Any]], str] = lambda _: "",
) -> Any:
    """Declares one setting. If the default depends on settings that are declared above this setting, `default` is a
    function of their values. If this setting is set, the function `needs` checks the settings that are declared above
    this setting. `needs` returns the text of a problem, or an empty text. `example` is the value in the example TOML
    file.
    """
    return field(metadata={"kind": kind, "default": default, "example": example, "needs": needs})


def _answer_cries_fault(values: Mapping[str, Any]) -> str:
    needed = ("inbound_sms", "sms_inbox", "gateway_addresses")
    proved = all(values[name] for name in needed) or not values["answer_cries"]
    return "" if proved else "needs INBOUND_SMS, an inbox, and GATEWAY_ADDRESSES"


def _emulated_gateway(values: Mapping[str, Any]) -> str:
    is_local = urlsplit(values["gateway_url"]).hostname in LOOPBACK
    return "" if is_local else "moves the clock, so it needs the emulated gateway"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process."""

    home: Path = _setting(FOLDER, lambda _: Path("var").absolute(), example="var")
    """The folder that holds everything that the hotline writes: database, keys, Redis' files.

    If not set: the folder `var`
    """
    port: int = _setting(PORT, 8000)
    """The port that the web process listens on."""
    web_host: str = _setting(HOST, "127.0.0.1")
    """The address that the web process listens on. Change this address if the web server for TLS runs on another
    machine."""
    web_workers: int = _setting(_to(64), 2)
    """The number of processes that answer callers."""
    database_url: str = _setting(
        _begins("sqlite:///", "postgresql+psycopg://"),
        lambda above: f"sqlite:///{above['home'] / 'hotline.db'}",
        example="postgresql+psycopg://hotline@localhost/hotline",
    )
    """The database.

    If not set: SQLite in the home folder
    """
    redis_url: str = _setting(
        _begins("redis://", "rediss://", "unix://"),
        lambda above: f"unix://{socket_below(above['home'])}",
        example="redis://localhost:6379/0",
    )
    """The URL of the Redis server.

    If not set: an embedded Valkey on a unix socket
    """
    gateway_url: str = _setting(
        _trimmed(
            f"https://, a host of {GATEWAY_HOST} or of this machine, a port, nothing else",
            _is_gateway,
        ),
        "http://127.0.0.1:8001",
    )
    """The gateway's URL: `https://api.africastalking.com`. The default is the emulator, so that no SMS leaves this
    machine by mistake."""
    gateway_username: str = _setting(TEXT, "sandbox")
    """The name of the hotline's account at the gateway."""
    gateway_api_key_file: Path | None = _setting(FOLDER, None, example="/etc/hotline/gateway.key")
    """A file with the gateway's key, of mode 0400. The hotline refuses the key itself as a setting. The emulator gets
    the key `emulator`, never the stored key.

    If not set: the file `gateway.key` in the key folder of each process that sends; `hotline keys gateway` writes
    this file
    """
    sender_id: str = _setting(
        _matching(r"[A-Za-z0-9 ]{1,11}", "at most 11 letters and digits"), "", example="JOBSAFE"
    )
    """The sender that responders see. If the sender is a name, responders cannot reply.

    If not set: the shortcode if SMS to the shortcode reach the hotline, else the sender of the gateway
    """
    service_code: str = _setting(
        _matching(r"\*\d{2,5}(\*\d{1,6})*#", "dialled like *384*777#"), "*384*777#"
    )
    """The code that callers dial."""
    shortcode: str = _setting(_matching(r"\d{3,8}", "3 to 8 digits"), "3847")
    """The number that people send SMS to."""
    inbound_sms: bool = _setting(SWITCH, False)
    """`yes` if replies by SMS reach the hotline. An SMS of a stranger is then a tip or opens a lesson. The hotline
    reads the gateway's inbox each minute. If replies do not reach the hotline, alerts say what to dial."""
    sms_inbox: bool = _setting(_one_of("read", "none", convert="read".__eq__), True, example="read")
    """`none` if the gateway offers no list of incoming SMS. The hotline then believes an answer by SMS without a proof,
    and `hotline doctor` warns about this.

    If not set: `read`; the hotline reads the inbox each minute
    """
    gateway_addresses: tuple[str, ...] = _setting(
        NETWORKS, (), example=["192.0.2.0/28", "198.51.100.7"]
    )
    """The addresses that the gateway's callbacks come from. The web server that passes on the callbacks must name
    these addresses in `X-Forwarded-For`, and run on the same machine.

    If not set: the hotline answers no cry for help by SMS
    """
    answer_cries: bool = _setting(SWITCH, False, needs=_answer_cries_fault)
    """`yes` if the ministry has approved that the hotline answers a cry for help by SMS with its advertisement. The
    answer comes within a minute or not at all, at most once in seven days. Without this approval, a tip by SMS gets
    no answer."""
    call_back_number: str = _setting(DIALLED, "", example="3512")
    """The number that the national desk calls from, verified in `flows/numbers.csv`. If anyone calls this number, the
    desk must answer as a service for safe work, and not name the hotline.

    If not set: the hotline offers no call-back
    """
    national_number: str = _setting(DIALLED, "", example="3029")
    """The number at which responders call the national desk, verified in `flows/numbers.csv`.

    If not set: texts tell responders to ask the national desk but give no number, and `hotline doctor` warns about
    this
    """
    national_in_console: bool = _setting(SWITCH, False)
    """`yes` if the national desk reads tips in the console only. By phone, people of the desk see references, take
    cases and pass them on. They close only cases that they read in the console. A change takes effect when all
    processes start again."""
    backups: Path | None = _setting(FOLDER, None, example="/var/lib/hotline-backups")
    """The folder that `hotline backup` writes to. An alarm reports if the newest backup is older than 26 hours.

    If not set: no alarm about backups
    """
    metrics_port: int = _setting(PORT, 0, example=9464)
    """The port on which the watch process serves `/metrics` for Prometheus.

    If not set: no metrics
    """
    metrics_host: str = _setting(TEXT, "127.0.0.1")
    """The address on which the watch process serves `/metrics`."""
    log: str = _setting(_one_of("json", "text"), "json")
    """The format of the log on standard error. With `json`, each line is a JSON object. With `text`, the lines are
    easier to read. A demo writes `text`."""
    log_level: str = _setting(_one_of("info", "warning", "error"), "warning")
    """The lowest level of log lines that the hotline writes. `info` adds a line for each request of the gateway and
    each SMS."""
    line_url: str = _setting(
        _trimmed(
            "a URL that begins https:// or http://",
            lambda url: url.startswith(("https://", "http://")),
        ),
        "",
        example="https://line.example",
    )
    """The address at which the gateway, the watch process and the clock reach the web process.

    If not set: the web process on loopback
    """
    sms_budget: int = _setting(WHOLE, 0, example=250000)
    """The balance of the account at the gateway after the last payment, in the account's currency. Alarms report when
    50, 80 and 100 % of this balance are spent.

    If not set: an alarm only when no money is left
    """
    sms_a_day: int = _setting(WHOLE, 1000)
    """The number of SMS that the hotline may pay for in a day. After 70 % of these SMS, the hotline answers no
    strangers, and sends repeated alerts together in one SMS. First alerts about danger never stop."""
    sms_an_hour: int = _setting(WHOLE, 20)
    """The number of single SMS that one person gets in an hour. After these SMS, the hotline sends alerts without
    danger and notices together, in one SMS every 15 minutes. First alerts about danger never stop."""
    sends_at_once: int = _setting(_to(999), 32)
    """The number of SMS that all processes send at the same time. The hotline reserves five eighths of this number for
    first alerts about danger."""
    alarm_command: str = _setting(TEXT, "", example="/usr/local/bin/page-duty")
    """A command that `sh` runs for each alarm, in addition to the SMS. The command reads the alarm's text on standard
    input.

    If not set: no command
    """
    alarm_mail: str = _setting(
        Kind("smtps://account:password@server/recipient@its.host", _is_mailbox),
        "",
        example="smtps://account:password@mail.example/duty@example.org",
    )
    """The mailbox that gets each alarm, in addition to the SMS. Instead of `smtps`, the URL may begin with `smtp` or
    `smtp+starttls`.

    If not set: no mail about alarms
    """
    mail_server: str = _setting(
        Kind("smtps://account:password@server", _is_mail_server),
        "",
        example="smtps://account:password@mail.example",
    )
    """The mail server that tells people by mail, at most once a day, about waiting drafts and comments.

    If not set: no mail about drafts
    """
    console_port: int = _setting(PORT, 8080)
    """The port that the console listens on."""
    console_host: str = _setting(HOST, "127.0.0.1")
    """The address that the console listens on. Change this address if the web server for TLS runs on another
    machine."""
    console_url: str = _setting(
        _trimmed("https://, a host and a port, nothing else", _is_address),
        lambda above: f"http://127.0.0.1:{above['console_port']}",
        example="https://desk.example",
    )
    """The address at which people reach the console, through a web server that speaks TLS.

    If not set: the console on loopback
    """
    console_proxies: tuple[str, ...] = _setting(NETWORKS, (), example=["192.0.2.7"])
    """The addresses of web servers on other machines that pass requests to the console. The console believes the
    client address that these servers name in `X-Forwarded-For`. The console always believes a web server on its own
    machine.

    If not set: no server on another machine
    """
    law: Path | None = _setting(FOLDER, None, example="/etc/hotline/law.toml")
    """A TOML file with the facts that law 058/2021 requires from the controller. `hotline law facts` prints an empty
    file to fill in.

    If not set: `hotline doctor` lists the missing facts
    """
    keys: Path | None = _setting(FOLDER, None, example="/etc/hotline/keys/workers")
    """The key folder of a process that may read only this key folder.

    If not set: `keys/<role>` in the home folder
    """
    clock: Path | None = _setting(
        FOLDER, None, example="/run/hotline/clock", needs=_emulated_gateway
    )
    """A file with the number of seconds to add to the hotline's clock, or with a time at which the clock stops. The
    hotline refuses this setting with a real gateway.

    If not set: the clock of the machine
    """
    faults: Path | None = _setting(FOLDER, None, example="/run/hotline/faults")
    """A folder with files that kill processes, for tests only.

    If not set: no such folder
    """

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Returns the settings from the environment, and from the TOML file that the environment names. Raises
        SettingsInvalid with every problem of these settings."""
        texts = {
            name: value.strip()
            for name, value in with_file_settings(environ).items()
            if name.startswith(PREFIX)
        }
        values: dict[str, Any] = {}
        problems: list[str] = []
        for setting in fields(cls):
            text, default = texts.get(variable_of(setting.name), ""), setting.metadata["default"]
            values[setting.name] = default(values) if callable(default) else default
            if not text:
                continue
            try:
                values[setting.name] = setting.metadata["kind"].read(text)
                problem = setting.metadata["needs"](values)
            except ValueError as wrong:
                problem = str(wrong)
            if problem:
                problems.append(f"{variable_of(setting.name)}: {problem}")
        if problems := [*problems, *_refused(texts)]:
            raise SettingsInvalid(problems)
        return cls(**values)

    @property
    def embedded_redis(self) -> bool:
        """Returns True if no setting names a Redis server, so that the hotline starts its own."""
        return self.redis_url == f"unix://{socket_below(self.home)}"

    @property
    def is_emulated(self) -> bool:
        """Returns True if the gateway is the emulator, so that no SMS leaves this machine."""
        return urlsplit(self.gateway_url).hostname in LOOPBACK

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value}' for name, value in self.shown().items())})"

    def shown(self) -> dict[str, str]:
        """Returns each setting as a text that any person may read. The texts leave out the alarm command, and the
        passwords in URLs.
        """
        texts = {name: str(getattr(self, name)) for name in NAMES}
        texts["alarm_command"] = "(set)" if self.alarm_command else ""
        for name in ("database_url", "redis_url", "gateway_url", "alarm_mail", "mail_server"):
            texts[name] = _without_password(texts[name])
        return texts

    @classmethod
    def descriptions(cls) -> dict[str, str]:
        """Returns the docstring of each setting, by the name of its field."""
        (body,) = ast.parse(dedent(inspect.getsource(cls))).body
        assert isinstance(body, ast.ClassDef)
        return {
            node.target.id: str(text.value.value)
            for node, text in pairwise(body.body)
            if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        }


NAMES = tuple(setting.name for setting in fields(Settings))
"""The names of all settings, in the order of the page docs/settings.md."""


def variable_of(name: str) -> str:
    """Returns the name of the environment variable of a setting."""
    return PREFIX + name.upper()


def with_file_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment, with each setting of the TOML file added as a variable. A variable that is already set
    has priority.

    A process that has this environment does not read the TOML file again. Raises SettingsInvalid if the TOML file does
    not exist.
    """
    found = dict(environ)
    file = found.pop(FILE, "").strip()
    if not file:
        return found
    try:
        document = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsInvalid([f"{FILE}: {file} cannot be read as TOML"]) from None
    for name, value in _values(document, ()):
        variable = variable_of(name)
        found[variable] = found.get(variable, "").strip() or value
    return found


def _values(table: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yields the name and the value of each entry of a TOML file. For example, the entry `port` in the section
    `[console]` becomes the setting `console_port`.
    """
    for name, value in table.items():
        path = (*above, name)
        if isinstance(value, dict):
            yield from _values(value, path)
        elif isinstance(value, bool):
            yield "_".join(path), "yes" if value else "no"
        else:
            yield (
                "_".join(path),
                " ".join(map(str, value)) if isinstance(value, list) else str(value),
            )


def _refused(variables: Mapping[str, str]) -> Iterator[str]:
    """Yields the problems of environment variables that no check of a single setting finds. Such a problem is the
    gateway's key in a variable, a failpoint outside a test, or an unknown name of a setting.
    """
    if variables.get(API_KEY):
        yield (
            f"{API_KEY}: no key belongs in the environment: unset it, and store the key with `hotline keys gateway`"
        )
    if variables.get(f"{PREFIX}FAULTS") and not is_yes(variables.get(f"{PREFIX}TESTING", "")):
        yield f"{PREFIX}FAULTS: kills processes, for tests only: needs {PREFIX}TESTING=yes"
    known = {*NOT_SETTINGS, API_KEY, FILE, *map(variable_of, NAMES)}
    for name in sorted(variables.keys() - known):
        # The code compares the names without the prefix, because the prefix makes any two names similar.
        hint = did_you_mean(
            name.removeprefix(PREFIX), [word.removeprefix(PREFIX) for word in known], prefix=PREFIX
        )
        yield f"{name}: no such setting{hint}"


def _without_password(url: str) -> str:
    parts = _split_url(url)
    if parts is None:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    if host == parts.netloc and not parts.query:
        return url
    return f"{parts.scheme}://{'***@' if host != parts.netloc else ''}{host}{parts.path}"


def socket_below(home: Path) -> Path:
    """Returns the path of the embedded Redis's socket. The socket is in the home folder, or in the temporary folder
    if the path in the home folder is too long."""
    socket = home / "redis" / "redis.sock"
    if len(str(socket).encode()) <= SOCKET_PATH_BYTES:
        return socket
    name = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path(gettempdir()) / f"hotline-{name}" / "redis.sock"
