"""The environment as settings are written in it: read variable by variable, every problem gathered, no value quoted."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import SplitResult, unquote, urlsplit

CHECKOUT = Path(__file__).resolve().parents[1]
"""The folder of the project: flows, locales and docs lie in it."""
PREFIX = "HOTLINE_"
OWNER_ALONE = 0o077
"""The umask of every process of ours: what it writes, nobody else reads."""
ELSEWHERE = frozenset(PREFIX + name for name in ("TESTING", "TEST_LONG", "TEST_SEED"))
"""Variables of ours that are no settings: the tests'."""
HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
"""A host name, or an address of IPv4 or IPv6."""
YES = frozenset({"yes", "true", "on", "1"})
NO = frozenset({"no", "false", "off", "0"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SOCKET_PATH_BYTES = 100
"""A unix socket's path holds at most 108 bytes, its end included."""


class Environment:
    """One pass over the variables that begin with `HOTLINE_`; names are given without that."""

    def __init__(self, environ: Mapping[str, str], *, elsewhere: frozenset[str]) -> None:
        """`elsewhere`: variables of ours that are read by others; any other that nobody asks for is a problem."""
        self._given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        self._asked: set[str] = set(elsewhere)
        self._problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Empty is as good as not given."""
        self._asked.add(PREFIX + name)
        return self._given.get(PREFIX + name, "").strip() or default

    def wrong(self, name: str, problem: str) -> None:
        self._problems.append(f"{PREFIX}{name}: {problem}")

    def shaped(self, name: str, default: str, pattern: str, meaning: str) -> str:
        value = self.text(name, default)
        if value and not re.fullmatch(pattern, value, re.ASCII):
            self.wrong(name, f"must be {meaning}")
        return value

    def one_of(self, name: str, default: str, *values: str) -> str:
        value = self.text(name, default)
        if value not in values:
            self.wrong(name, f"must be {' or '.join(values)}")
        return value

    def yes(self, name: str) -> bool:
        """Whether it is switched on, in any of the words for it; empty is off."""
        value = self.text(name, "no").casefold()
        if value not in YES | NO:
            self.wrong(name, "must be yes or no (or true, on, 1; false, off, 0)")
        return value in YES

    def folder(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value).absolute() if value else None

    def port(self, name: str, default: str = "") -> int:
        """0 where none is given, or it is wrong."""
        value = self.text(name, default)
        if not value:
            return 0
        if not re.fullmatch(r"\d{1,5}", value, re.ASCII) or not 1 <= int(value) <= 65535:
            self.wrong(name, "must be a number from 1 to 65535")
            return 0
        return int(value)

    def number(self, name: str, default: str = "0") -> int:
        """0 where none is given, or it is wrong."""
        value = self.shaped(name, default, r"\d{1,9}", "a whole number")
        return int(value) if re.fullmatch(r"\d{1,9}", value, re.ASCII) else 0

    def count(self, name: str, default: str, *, most: int = 999) -> int:
        """Returns a number from 1 to `most`, which is 999 at the most; 1 where it is wrong."""
        value = self.text(name, default)
        if not re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII) or int(value) > most:
            self.wrong(name, f"must be a number from 1 to {most}")
            return 1
        return int(value)

    def host(self, name: str, default: str) -> str:
        """Returns a host name or an address on which a process listens."""
        return self.shaped(name, default, HOST, "an address of this machine, such as 127.0.0.1")

    def address(self, name: str, default: str) -> str:
        """Where pages are reached: over TLS, or on this machine."""
        url = self.text(name, default).rstrip("/")
        parts = split_url(url)
        if parts is None or not is_encrypted(parts) or not is_bare(parts):
            self.wrong(name, "must be https://, a host and a port alone")
        return url

    def mailbox(self, name: str) -> str:
        """A mail server of ours, and the recipient behind it."""
        url = self.text(name)
        if url and not is_mailbox(url):
            self.wrong(name, "must be smtps://account:password@server/recipient@its.host")
        return url

    def networks(self, name: str) -> tuple[str, ...]:
        """Addresses or networks, with spaces or commas between."""
        given = tuple(self.text(name).replace(",", " ").split())
        if not all(map(is_network, given)):
            self.wrong(name, "must be addresses or networks, such as 192.0.2.0/28")
        return given

    def testing_folder(self, name: str, danger: str) -> Path | None:
        """A folder that is a problem in production: `danger` says why. It needs HOTLINE_TESTING=yes."""
        folder = self.folder(name)
        if folder is not None and not is_yes(self._given.get(f"{PREFIX}TESTING", "")):
            self.wrong(name, f"{danger}: needs {PREFIX}TESTING=yes")
        return folder

    def problems(self) -> list[str]:
        """Every one so far, and then whatever was given that nobody asked for: ask last."""
        strangers = sorted(self._given.keys() - self._asked)
        return [
            *self._problems,
            *(f"{name}: no such setting{self._near(name)}" for name in strangers),
        ]

    def _near(self, name: str) -> str:
        """Compared without the prefix, by which any two are alike."""
        known = [asked.removeprefix(PREFIX) for asked in self._asked]
        return did_you_mean(name.removeprefix(PREFIX), known, prefix=PREFIX)


def is_network(written: str) -> bool:
    try:
        ip_network(written)
    except ValueError:
        return False
    return True


def is_yes(value: str) -> bool:
    return value.strip().casefold() in YES


def did_you_mean(word: str, known: Iterable[str], *, prefix: str = "") -> str:
    """What was probably meant, as the end of a sentence that refuses `word`; empty where nothing is like it."""
    near = get_close_matches(word, sorted(known), n=1)
    return f". Did you mean {prefix}{near[0]}?" if near else ""


def split_url(url: str) -> SplitResult | None:
    """None where it is no URL at all."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_encrypted(parts: SplitResult) -> bool:
    """Whether nobody on the way reads along: TLS, or a program on this machine."""
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    return here or (parts.scheme == "https" and bool(parts.hostname))


def is_bare(parts: SplitResult) -> bool:
    """Whether it is scheme, host and port alone."""
    return not (parts.path or parts.query or parts.fragment or parts.username is not None)


def is_mailbox(url: str) -> bool:
    """A mail server of ours, and the recipient behind it."""
    parts = split_url(url)
    return (
        parts is not None
        and parts.scheme in {"smtp", "smtp+starttls", "smtps"}
        and bool(parts.hostname)
        and "@" in unquote(parts.path)
    )


def without_password(url: str) -> str:
    parts = split_url(url)
    if parts is None:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    if host == parts.netloc and not parts.query:
        return url
    return f"{parts.scheme}://{'***@' if host != parts.netloc else ''}{host}{parts.path}"


def socket_below(home: Path) -> Path:
    """The embedded Redis' socket; in the temporary folder, by a digest, where the home's path is too long for one."""
    socket = home / "redis" / "redis.sock"
    if len(str(socket).encode()) <= SOCKET_PATH_BYTES:
        return socket
    name = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path(gettempdir()) / f"hotline-{name}" / "redis.sock"
