"""Tests which requests the web servers in front of the hotline forward, as `deploy/` ships them."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from hotline.emulator.line import LineAddress
from tests.operations.proxies import (
    HOOK,
    NAME,
    ROOT,
    Behind,
    Front,
    caddy_with,
    here,
    logs,
    nginx_with,
    running,
)
from tests.support.stack import free_port

PATIENCE = "5s"
SHORT = "300ms"
"""The tests use this time instead of `PATIENCE`, so that they end sooner."""
HALF_SENT = 16
HEARS = 0.5


def nginx(folder: Path, port: int, behind: Behind) -> list[str]:
    shipped = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    site = here(
        shipped,
        {
            PATIENCE: SHORT,
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "    listen [::]:443 ssl;\n": "",
            "127.0.0.1:8000": f"127.0.0.1:{behind.port}",
            "/etc/hotline/tls": str(folder),
            "/var/log/nginx/hotline.log": str(folder / "log"),
        },
    )
    return nginx_with(site, folder)


def caddy(folder: Path, port: int, behind: Behind) -> list[str]:
    shipped = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    site = here(
        shipped,
        {
            PATIENCE: SHORT,
            "admin off": "admin off\n\tauto_https disable_redirects",
            f"\n{NAME} {{": f"\nhttps://{NAME}:{port} {{\n\tbind 127.0.0.1",
            "127.0.0.1:8000": f"127.0.0.1:{behind.port}",
            "/etc/hotline/tls": str(folder),
        },
    )
    return caddy_with(site, folder)


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, folder: Path, behind: Behind) -> Iterator[Front]:
    port = free_port()
    with running(request.param(folder, port, behind), folder, port, behind) as made:
        yield made


def test_a_hook_is_passed_on_whole_and_nothing_else_is(front: Front) -> None:
    assert front.send(headers={"X-Forwarded-For": "192.0.2.7"}) == (200, b"CON ok")
    assert front.behind.named == ["127.0.0.1"], "no caller names another address"
    assert front.behind.came == [(HOOK, b"text=1")]
    for path in ("/", "/healthz", "/readyz", "/hooks"):
        assert front.send(path)[0] == 404
    assert len(front.behind.came) == 1


def test_the_emulator_calls_through_it_with_a_certificate(folder: Path, behind: Behind) -> None:
    port = free_port()
    hooks = {"ussd": f"https://127.0.0.1:{port}{HOOK}"}
    with running(nginx(folder, port, behind), folder, port, behind):
        shown = LineAddress(hooks, ca=folder / f"{NAME}.pem")
        assert shown.post("ussd", {"text": "1"}).body == "CON ok"
        assert LineAddress(hooks).post("ussd", {"text": "1"}).error == "SSLError"


@pytest.mark.slow(reason="waits until a half-sent body is given up")
def test_beside_half_sent_bodies_others_pass_and_no_half_is_said_to_be_taken(front: Front) -> None:
    """If a web server answered a half-sent SMS with an empty answer and status 200, the gateway would believe that the
    hotline has the SMS."""
    with ExitStack() as open_ones:
        opened = [open_ones.enter_context(front.half_sent()) for _ in range(HALF_SENT)]
        assert front.send() == (200, b"CON ok")
        heard = [front.reply(one, HEARS if one is opened[0] else 0.02) for one in opened]
    assert "a-secret-of-the-path" not in logs(front)
    assert not [one for one in heard if one.startswith(b"HTTP/1.1 2")]
    assert front.behind.came == [(HOOK, b"text=1")]


def test_nginx_passes_over_a_web_process_that_is_gone(folder: Path, behind: Behind) -> None:
    port, gone = free_port(), free_port()
    argv, site = nginx(folder, port, behind), folder / "hotline.conf"
    alive = f"server 127.0.0.1:{behind.port};"
    both = here(site.read_text(), {alive: f"server 127.0.0.1:{gone};\n{alive}"})
    site.write_text(both, encoding="utf-8")
    with running(argv, folder, port, behind) as front:
        assert [front.send()[0] for _ in range(4)] == [200] * 4
    assert len(behind.came) == 4


@pytest.mark.slow(reason="waits until a half-sent body is given up")
def test_nginx_lets_no_half_sent_body_reach_the_line(folder: Path, behind: Behind) -> None:
    port = free_port()
    with running(nginx(folder, port, behind), folder, port, behind) as front, ExitStack() as ones:
        opened = [ones.enter_context(front.half_sent()) for _ in range(HALF_SENT)]
        for one in opened:
            front.reply(one, HEARS)
    assert behind.connections == 0


@pytest.mark.slow(reason="waits for a connection that is closed on a form too large")
def test_the_largest_form_passes_and_a_larger_one_does_not(front: Front) -> None:
    largest = b"x" * 32 * 1024
    assert front.send(body=largest)[0] == 200
    assert front.behind.came == [(HOOK, largest)]
    with suppress(ConnectionError):
        assert front.send(body=largest * 2)[0] in (413, 502)
    assert len(front.behind.came) == 1


@pytest.mark.parametrize("make", [nginx, caddy])
def test_no_log_tells_of_a_request_that_nobody_answers(make: Any, folder: Path) -> None:
    port, nobody = free_port(), Behind(free_port())
    with running(make(folder, port, nobody), folder, port, nobody) as front:
        assert front.send()[0] in (502, 504)
    assert "a-secret-of-the-path" not in logs(front)


def test_nginx_waits_five_seconds_for_a_body_and_caddy_leaves_it_to_the_line() -> None:
    texts = [(ROOT / "deploy" / name).read_text("utf-8") for name in ("nginx.conf", "Caddyfile")]
    set_by_nginx, set_by_caddy = (re.findall(r"(?m)^\s*(\w+) ", text) for text in texts)
    assert re.search(r"client_body_timeout 5s;", texts[0])
    assert {"client_body_timeout", "proxy_request_buffering"} <= set(set_by_nginx)
    assert not {"read_body", "buffer_requests", "request_buffers"} & set(set_by_caddy)
