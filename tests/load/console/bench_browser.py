"""Somebody at the console for a bench: one kept connection, a session, and forms as a browser sends them."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

import click

from hotline.services.accounts.demo_accounts import DemoEntry

SLOWEST = 300.0
"""Seconds for one answer: to check a nation takes long, and is the worker's, but on a small machine nobody knows."""
IDLE = 5.0
"""Seconds for which a connection is kept that nobody uses."""
COOKIE = re.compile(r"^(__Host-hotline=[^;]+)")
KEY = re.compile(r'name="form_key" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
UNSENT = frozenset({"checkbox", "radio"})


@dataclass(frozen=True, slots=True)
class TimedPage:
    status: int
    body: str = field(repr=False)
    address: str
    """Where it leads on, of a 303."""
    seconds: float

    @property
    def bytes(self) -> int:
        return len(self.body.encode())


class BenchBrowser:
    """Raises ClickException for an answer of another status than was wanted."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._wire = HTTPConnection("127.0.0.1", port, timeout=SLOWEST)
        self._cookie = self._key = ""
        self._used = 0.0

    def enter(self, entry: DemoEntry) -> TimedPage:
        """By name, password and code, as the sign-in page does."""
        fields = {"name": entry.name, "secret_password": entry.password, "secret_code": entry.code}
        done = self._ask("POST", "/enter", [*fields.items(), ("to", "/account")], wanted=303)
        found = KEY.search(self.get(done.address).body)
        if found is None:
            raise click.ClickException("the console lets nobody in")
        self._key = found[1]
        return done

    def get(self, path: str) -> TimedPage:
        return self._ask("GET", path, None, wanted=200)

    def post(self, path: str, fields: Sequence[tuple[str, str]], *, wanted: int = 303) -> TimedPage:
        return self._ask("POST", path, [("form_key", self._key), *fields], wanted=wanted)

    def close(self) -> None:
        self._wire.close()

    def _ask(
        self, method: str, path: str, fields: Sequence[tuple[str, str]] | None, *, wanted: int
    ) -> TimedPage:
        headers = {"Cookie": self._cookie, "Origin": self._origin}
        body = None if fields is None else urlencode(fields)
        if body is not None:
            headers["Content-Type"] = FORM
        if time.monotonic() - self._used > IDLE:
            # The server has closed it perhaps; the next request opens another.
            self._wire.close()
        began = time.perf_counter()
        self._wire.request(method, path, body, headers)
        answer = self._wire.getresponse()
        text = answer.read().decode()
        seconds = time.perf_counter() - began
        self._used = time.monotonic()
        self._keep(answer)
        if answer.status != wanted:
            raise click.ClickException(f"{method} {path}: {answer.status}, {wanted} wanted")
        return TimedPage(answer.status, text, answer.getheader("Location", ""), seconds)

    def _keep(self, answer: HTTPResponse) -> None:
        for said in answer.headers.get_all("Set-Cookie", ()):
            if found := COOKIE.match(said):
                self._cookie = found[1]


def form_fields(page: str, action: str) -> list[tuple[str, str]]:
    """The fields of the form of that address, but for its key, as a browser would send them."""
    reader = _FormFields(action)
    reader.feed(page)
    return [(name, value) for name, value in reader.fields if name != "form_key"]


class _FormFields(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: list[tuple[str, str]] = []
        self._action = action
        self._inside = False
        self._area = self._select = ""
        self._words = ""
        self._option: Mapping[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self._inside = found.get("action") == self._action
        elif not self._inside:
            return
        elif tag == "textarea":
            self._area, self._words = name, ""
        elif tag == "select":
            self._select = name
            self.fields.append((name, ""))
        elif tag == "option" and self._select:
            self._chosen()
            self._option, self._words = found, ""
        elif tag == "input" and (found.get("type") not in UNSENT or "checked" in found):
            self.fields.append((name, found.get("value") or ""))

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area:
            self.fields.append((self._area, self._words.removeprefix("\n")))
            self._area = ""
        elif tag == "select" and self._select:
            self._chosen()
            self._select = ""

    def _chosen(self) -> None:
        """The option that ends here, where it is the chosen one."""
        option, self._option = self._option, None
        if option is not None and "selected" in option:
            said = option.get("value")
            self.fields[-1] = (self._select, self._words.strip() if said is None else said)
