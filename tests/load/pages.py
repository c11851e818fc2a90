"""Signs in to the demo's console with the accounts that its sign-in page shows, and times every page to which the first
page has a link."""

import re
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.compare.line import LineBroken

ACCOUNT = re.compile(
    r'(?s)<th scope="row">([^<]+)</th>(?:(?!</tr>).)*?<code>([^<]+)</code>'
    r"(?:(?!</tr>).)*?<code>(\d{6})</code>"
)
"""The name, the password and the code in the table of a demo's sign-in page."""
LINK = re.compile(r'<a [^>]*?href="(/[^"?#]*)["?#]')
NO_PAGE = re.compile(r"\.|^/(static|enter|leave|recover)")
PATIENCE = 60.0


class Browser:
    """One open connection, with the cookies of one person."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._wire = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Gets a page, or posts a form to it. Returns the status and the body."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Origin": self._origin}
        if fields is None:
            self._wire.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self._wire.request("POST", path, urlencode(fields), headers)
        answer = self._wire.getresponse()
        for said in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = said.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read().decode()

    def close(self) -> None:
        self._wire.close()


def page_times(port: int, turns: int) -> Mapping[str, list[float]]:
    """Loads each page `turns` times. Returns the seconds of each load, by the page's address and the account's name.
    Raises LineBroken if an account cannot sign in."""
    times: dict[str, list[float]] = {}
    for name in _accounts(port):
        with closing(Browser(port)) as browser:
            _sign_in(browser, name)
            paths = {unescape(path) for path in LINK.findall(browser.ask("/")[1])}
            for path in sorted({"/", *(path for path in paths if not NO_PAGE.search(path))}):
                took = [_timed(browser, path) for _ in range(turns)]
                times[f"{path} of {name}"] = [one for one in took if one is not None]
    return {page: took for page, took in times.items() if took}


def _accounts(port: int) -> Mapping[str, tuple[str, str]]:
    """Waits until the console answers, and returns a password and a code for each account name."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with closing(Browser(port)) as browser, suppress(OSError):
            if found := _shown(browser):
                return found
        time.sleep(0.2)
    raise LineBroken("the console shows no account of the demo")


def _shown(browser: Browser) -> Mapping[str, tuple[str, str]]:
    return {name: (word, code) for name, word, code in ACCOUNT.findall(browser.ask("/enter")[1])}


def _sign_in(browser: Browser, name: str) -> None:
    password, code = _shown(browser)[name]
    fields = {"name": name, "secret_password": password, "secret_code": code, "to": "/"}
    status, _ = browser.ask("/enter", fields)
    if status != 303:
        raise LineBroken(f"{name} cannot sign in to the console: {status}")


def _timed(browser: Browser, path: str) -> float | None:
    """Returns the seconds that the page took. Returns None if the address redirects, or if the person who is signed in
    may not see the page."""
    began = time.perf_counter()
    status, _ = browser.ask(path)
    return time.perf_counter() - began if status == 200 else None
