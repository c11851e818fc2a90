"""Tests the configurations of the web servers in front of the console, as `deploy/` ships them."""

import re
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from hotline.web.console_app import MAX_BYTES, PATIENCE
from tests.operations.proxies import NAME, ROOT, Behind, caddy_with, here, logs, nginx_with, running
from tests.operations.test_proxies import nginx
from tests.support.stack import free_port


def nginx_of_the_console(folder: Path, port: int, behind: Behind) -> list[str]:
    shipped = (ROOT / "deploy" / "nginx-console.conf").read_text(encoding="utf-8")
    site = here(
        shipped,
        {
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "    listen [::]:443 ssl;\n": "",
            "127.0.0.1:8080": f"127.0.0.1:{behind.port}",
            "/etc/hotline/tls/desk.example": f"{folder}/{NAME}",
            "/var/log/nginx/hotline-console.log": str(folder / "log"),
        },
    )
    return nginx_with(site, folder)


def caddy_of_the_console(folder: Path, port: int, behind: Behind) -> list[str]:
    shipped = (ROOT / "deploy" / "Caddyfile-console").read_text(encoding="utf-8")
    site = here(
        shipped,
        {
            "admin off": "admin off\n\tauto_https disable_redirects",
            "\ndesk.example {": f"\nhttps://{NAME}:{port} {{\n\tbind 127.0.0.1",
            "127.0.0.1:8080": f"127.0.0.1:{behind.port}",
            "/etc/hotline/tls/desk.example": f"{folder}/{NAME}",
        },
    )
    return caddy_with(site, folder)


@pytest.mark.parametrize("make", [nginx_of_the_console, caddy_of_the_console])
def test_the_console_gets_its_host(make: Any, folder: Path, behind: Behind) -> None:
    port, link = free_port(), "/welcome/a-link-that-somebody-was-given"
    sheet = b"x" * (MAX_BYTES)
    with running(make(folder, port, behind), folder, port, behind) as front:
        assert front.send(link, sheet, {"X-Forwarded-For": "192.0.2.7"})[0] == 200
        assert behind.named == ["127.0.0.1"]
        assert front.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert (behind.came, behind.hosts) == ([(link, sheet)], [NAME])
        with suppress(ConnectionError):
            assert front.send(link, sheet + b"x")[0] in (413, 502)
        assert len(behind.came) == 1
    assert "a-link-that-somebody" not in logs(front)


@pytest.mark.parametrize("make", [nginx_of_the_console, caddy_of_the_console])
def test_no_log_has_the_link_that_no_console_answered(make: Any, folder: Path) -> None:
    port, nobody = free_port(), Behind(free_port())
    with running(make(folder, port, nobody), folder, port, nobody) as front:
        assert front.send("/welcome/a-link-that-somebody-was-given")[0] in (502, 504)
    assert "a-link-that-somebody" not in logs(front)


def test_the_web_servers_of_the_console_wait_as_long_as_a_page_may_take() -> None:
    for name in ("nginx-console.conf", "Caddyfile-console"):
        text = (ROOT / "deploy" / name).read_text("utf-8")
        limits = re.findall(r"(?:proxy_read_timeout|response_header_timeout) (\d+)s", text)
        assert limits == [f"{PATIENCE:.0f}"]


@pytest.mark.slow(reason="a limit by the minute has no clock that can be turned")
def test_nginx_limits_passwords_and_not_work(folder: Path, behind: Behind) -> None:
    port = free_port()
    with running(nginx_of_the_console(folder, port, behind), folder, port, behind) as front:
        for door in ("/enter", "/recover", "/welcome/none"):
            assert any(front.send(door)[0] == 429 for _ in range(200)), door
        assert {front.send("/changes")[0] for _ in range(40)} == {200}
        passed = [path for path, _ in behind.came]
    assert passed[:20] == ["/enter"] * 20


@pytest.mark.slow(reason="a limit by the minute has no clock that can be turned")
def test_nginx_limits_an_ipv6_network_of_strangers(folder: Path, behind: Behind) -> None:
    """The test sends a header that names an address, as if the request came from this address."""
    port = free_port()
    argv, site = nginx_of_the_console(folder, port, behind), folder / "hotline.conf"
    named = (
        "set_real_ip_from 127.0.0.1;\n    real_ip_header X-Test-Address;\n    server_tokens off;"
    )
    site.write_text(here(site.read_text(), {"server_tokens off;": named}), encoding="utf-8")
    known = {"Cookie": "a=b; __Host-hotline-known=x"}
    with running(argv, folder, port, behind) as front:

        def tries(address: str, **headers: str) -> int:
            return front.send("/enter", headers={"X-Test-Address": address} | headers)[0]

        one_place = [tries(f"2001:db8:0:1::{number:x}") for number in range(60)]
        assert 429 in one_place
        assert one_place[:20] == [200] * 20
        assert {tries(f"2001:db8:0:2::{number:x}") for number in range(20)} == {200}
        assert {tries("2001:db8:0:1::1", **known) for _ in range(10)} == {200}
        assert any(tries("2001:db8:0:1::1", **known) == 429 for _ in range(200))


@pytest.mark.parametrize("make", [nginx_of_the_console, nginx])
def test_nginx_limits_connections_of_a_network(make: Any, folder: Path, behind: Behind) -> None:
    """The test lowers the limit of connections from hundreds to four."""
    port = free_port()
    argv, site = make(folder, port, behind), folder / "hotline.conf"
    few = re.sub(r"(limit_conn \w+) \d+;", r"\1 4;", site.read_text())
    site.write_text(few, encoding="utf-8")
    with running(argv, folder, port, behind) as front, ExitStack() as open_ones:
        halves = [open_ones.enter_context(front.half_sent()) for _ in range(5)]
        refused = front.reply(halves[-1], 5)
        assert refused.startswith((b"HTTP/1.1 429", b"HTTP/1.1 503"))
        assert front.send()[0] in (429, 503)
        for one in halves[:4]:
            one.sendall(b"x" * 94)
            assert front.reply(one, 5).startswith(b"HTTP/1.1 200")
        assert front.send()[0] == 200
