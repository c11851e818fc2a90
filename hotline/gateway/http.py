"""Makes HTTP calls with one time limit for the whole call, and test calls to the hotline itself.

The read timeout of `requests` limits only each single read, so a server that sends one byte every second would never
reach the timeout. In this module, a timer closes the socket when the time limit of the call is reached. Every read and
write on the closed socket ends, and the call fails with an error of `requests`.

The class `Dialler` sends the same requests to the hotline as the gateway. The class `ListedHook` sends the hotline an
SMS from the gateway's inbox, at an address that only the clock process knows.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from secrets import token_hex
from threading import Lock, Timer
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from hotline.core import rules_trial
from hotline.gateway.rules import ListedSms
from hotline.keys.key_folder import listed_secrets

IDLE_SECONDS = 5.0
"""The number of seconds after which the code closes an unused connection. Networks may drop unused connections
without notice, and a message on a dropped connection would never arrive."""
MAX_BYTES = 64 * 1024
"""The largest size of an answer in bytes. Every answer to a sent SMS is smaller. If an answer is longer, the code does
not read the rest of the answer. A request for the inbox sets its own limit."""
CALL_ERRORS = (HTTPError, OSError)
"""The errors of a failed call. All errors of `requests` are instances of OSError."""


class WireCall:
    """One HTTP call, with its sockets and the state of its connection."""

    def __init__(self) -> None:
        self.connected = False
        """True after the connection and its TLS handshake succeeded. While the value is False, the call has sent
        nothing."""
        self._sockets: list[socket.socket] = []
        self._over = False
        self._lock = Lock()

    def watch(self, connection: socket.socket) -> None:
        """Stores a second handle of the socket, because TLS takes over the first handle. If the call has already
        ended, closes the second handle at once."""
        handle = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._sockets.append(handle)
            over = self._over
        if over:
            _shut(handle)

    def end(self) -> None:
        """Closes the sockets of this call, so that every read and write on the sockets ends."""
        with self._lock:
            self._over = True
            handles = tuple(self._sockets)
        for handle in handles:
            _shut(handle)

    def close(self) -> None:
        for handle in self._sockets:
            handle.close()


_CALL: ContextVar[WireCall] = ContextVar("call")
"""The HTTP call that this thread is making. A connection serves many calls, one after the other, and finds the present
call in this variable."""


class Connections:
    """A pool of HTTP connections that several threads share. The pool uses an idle connection again for `kept`
    seconds. The pool uses no proxies, no netrc, no cookies, no redirects and no retries."""

    def __init__(
        self,
        most: int = 1,
        *,
        kept: float = IDLE_SECONDS,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        adapter = _WatchedAdapter(most, kept, elapsed)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def ask(
        self,
        method: str,
        url: str,
        *,
        call: WireCall,
        seconds: float,
        most: int = MAX_BYTES,
        **options: Any,
    ) -> tuple[Response, str]:
        """Makes a call, and limits it to `seconds` and to `most` bytes of the answer.

        Returns the response and its text. Raises the same errors as `requests`.
        """
        token = _CALL.set(call)
        try:
            with (
                _timer(call, seconds),
                self._session.request(
                    method, url, allow_redirects=False, stream=True, **options
                ) as response,
            ):
                return response, _text(response, most)
        finally:
            _CALL.reset(token)

    def close(self) -> None:
        self._session.close()


def ask_once(method: str, url: str, *, seconds: float, **options: Any) -> tuple[Response, str]:
    """Makes one call on a new connection. Returns the response and its text. Raises the same errors as `requests`."""
    with closing(Connections()) as connections:
        return connections.ask(method, url, call=WireCall(), seconds=seconds, **options)


@contextmanager
def _timer(call: WireCall, seconds: float) -> Iterator[None]:
    timer = Timer(seconds, call.end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        call.close()


def _text(response: Response, most: int) -> str:
    read = bytearray()
    for piece in response.iter_content(4096):
        read += piece
        if len(read) > most:
            break
    return read.decode("utf-8", "replace")


def _shut(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The socket was already closed.
        return


class _WatchedAdapter(HTTPAdapter):
    """An adapter for `requests`. It passes each `WireCall` the connection that this call uses."""

    def __init__(self, most: int, kept: float, elapsed: Callable[[], float]) -> None:
        self._watched = {
            "http": _watched_pool(HTTPConnectionPool, HTTPConnection, kept, elapsed),
            "https": _watched_pool(HTTPSConnectionPool, HTTPSConnection, kept, elapsed),
        }
        super().__init__(pool_maxsize=most, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._watched


def _watched_pool(
    pool: type[Any], connection: type[Any], idle_seconds: float, elapsed: Callable[[], float]
) -> type[Any]:
    def take(self: Any, timeout: float | None = None) -> Any:
        pool_connection = pool._get_conn(self, timeout)
        if elapsed() - getattr(pool_connection, "rests_since", elapsed()) > idle_seconds:
            pool_connection.close()
        return pool_connection

    def put(self: Any, used: Any) -> None:
        if used is not None:
            used.rests_since = elapsed()
        pool._put_conn(self, used)

    attributes = {"ConnectionCls": _watched(connection), "_get_conn": take, "_put_conn": put}
    return type("WatchedPool", (pool,), attributes)


def _watched(connection: type[Any]) -> type[Any]:
    def new_socket(self: Any) -> socket.socket:
        raw_socket: socket.socket = connection._new_conn(self)
        _CALL.get().watch(raw_socket)
        return raw_socket

    def connect(self: Any) -> None:
        connection.connect(self)
        _CALL.get().connected = True

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        call = _CALL.get()
        if self.sock is not None and not call.connected:
            # A reused connection may send its first byte after this line, so the call now counts as connected.
            call.watch(self.sock)
            call.connected = True
        connection.request(self, *args, **kwargs)

    attributes = {"_new_conn": new_socket, "connect": connect, "request": request}
    return type("Watched", (connection,), attributes)


HOP_SECONDS = 5.0
"""The number of seconds in which the hotline must answer a test call. A caller's network would wait a little longer."""
KEYED = "1"
"""The key that the test caller presses on the first screen. The first screen of every flow set accepts this key."""


class Dialler:
    """A test caller of a hotline. Each test call is a new session, from a phone number that the statistics do not
    count."""

    def __init__(
        self, base_url: str, secrets: Callable[[], Sequence[bytes]], service_code: str
    ) -> None:
        """Stores `secrets`, a function that returns the valid secrets of the hook, the newest first.

        Each hop calls this function again, because the secrets may change.
        """
        self._base_url, self._secrets = base_url, secrets
        self._service_code = service_code

    def __repr__(self) -> str:
        return "Dialler()"

    def reaches_the_line(self) -> bool:
        """Makes a test call of two hops. Returns True if the hotline answers both hops correctly and the session
        continues. Never raises an error."""
        return self.tells(KEYED)

    def tells(self, keys: Sequence[str]) -> bool:
        """Sends these keys one after the other, as a caller does.

        Returns True if the session continues after every hop. Never raises an error.
        """
        session_id = f"ATUid_{token_hex(16)}"
        texts = ["*".join(keys[:count]) for count in range(len(keys) + 1)]
        return all(self._hop(session_id, text).startswith("CON ") for text in texts)

    def _hop(self, session_id: str, text: str) -> str:
        """Returns the text of the hotline's answer. The text is empty if no correct answer arrives in time."""
        fields = {
            "phoneNumber": rules_trial.CALLER,
            "serviceCode": self._service_code,
            "text": text,
            "sessionId": session_id,
        }
        url = f"{self._base_url}/hooks/{self._secrets()[0].decode()}/ussd"
        return _posted(url, fields, HOP_SECONDS) or ""


TELL_SECONDS = 10.0


class ListedHook:
    """Sends SMS from the gateway's inbox to the hotline's own hook. The clock process uses this class."""

    def __init__(self, base_url: str, keys: Path) -> None:
        self._base_url = base_url
        self._keys = keys

    def __repr__(self) -> str:
        return "ListedHook()"

    def tell(self, sms: ListedSms) -> bool:
        """Sends an SMS to the hook.

        Returns True if the hook accepts the SMS. For each SMS, reads the newest secret from the key folder, so that a
        new secret is used at once.
        """
        live = listed_secrets(self._keys)
        if not live:
            return False
        fields = {
            "id": f"listed-{sms.number}",
            "from": sms.sender,
            "to": sms.to,
            "text": sms.text,
            "date": f"{sms.sent_at:%Y-%m-%dT%H:%M:%SZ}" if sms.sent_at else "",
        }
        url = f"{self._base_url}/hooks/{live[0]}/sms/listed"
        return _posted(url, fields, TELL_SECONDS) is not None


def _posted(url: str, fields: Mapping[str, str], seconds: float) -> str | None:
    """Sends a form to the hotline. Returns the text of the answer, or None if the hotline does not answer with the
    status 200."""
    try:
        response, text = ask_once("POST", url, seconds=seconds, data=fields)
    except CALL_ERRORS:
        return None
    return text if response.status_code == 200 else None
