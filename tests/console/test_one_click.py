"""Tests that a person can sign in with one click only in the demo's own process, and only on this machine."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.cli import demo_home
from hotline.cli.demo import environ_of, with_one_click
from hotline.cli.keeper import read_procfile
from hotline.cli.run import programs_of
from hotline.console.routes import DEMO, ROUTES
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings
from hotline.people import service_demo
from hotline.people.demo_sign_in import keep_demo_accounts
from hotline.text.errors import StartFailed
from hotline.web.console_app import create_console
from tests.console.conftest import ADDRESS, PAGES, Desk, MakeDesk

ONE_CLICK = "/enter/demo"


@pytest.fixture
def demo(make_desk: MakeDesk) -> Desk:
    desk = make_desk(is_emulated=True)
    context = replace(desk.context, demo_accounts=tuple(service_demo.make_accounts(desk.context)))
    return replace(desk, context=context, app=create_console(context, PAGES, DEMO))


def click(client: FlaskClient, account: str, *, peer: str = "127.0.0.1") -> TestResponse:
    return client.post(
        ONE_CLICK,
        base_url=ADDRESS,
        data={"account": account, "to": "/account"},
        headers={"Origin": ADDRESS},
        environ_base={"REMOTE_ADDR": peer},
    )


def test_demo_accounts_sign_in_with_one_click(demo: Desk) -> None:
    for account in (*demo.context.demo_accounts, demo.context.demo_accounts[0]):
        client = demo.app.test_client()
        page = client.get("/enter?language=en", base_url=ADDRESS).text
        assert f"Sign in as {account.name}</button>" in page
        answer = click(client, account.name)
        assert (answer.status_code, answer.location) == (303, "/account")
        assert account.name in client.get("/account", base_url=ADDRESS).text


def test_other_accounts_need_full_sign_in(demo: Desk) -> None:
    """The button does not work on another machine, for another account, or if the gateway is a real one."""
    for peer in ("192.0.2.7", "10.0.0.1", "", "2001:db8::1"):
        answer = click(demo.app.test_client(), "Desk 1", peer=peer)
        assert answer.status_code == 404, peer
        assert "Set-Cookie" not in answer.headers
    for name in ("", "Nobody 1", "desk 1", "Operator 1"):
        assert click(demo.app.test_client(), name).status_code == 404, name
    context = replace(demo.context, is_emulated=False)
    client = create_console(context, PAGES, DEMO).test_client()
    assert click(client, "Desk 1").status_code == 404


def test_the_style_guide_shows_each_part_once(demo: Desk) -> None:
    client = demo.app.test_client()
    parts = (
        "steps",
        "handset",
        "notice bad",
        "field wrong",
        "danger",
        "tag",
        "meter over",
        "empty",
    )
    for language in ("en", "fr", "rw"):
        client.get(f"/enter?language={language}", base_url=ADDRESS)
        text = client.get("/styleguide", base_url=ADDRESS).text
        assert [part for part in parts if f'class="{part}' not in text] == [], language
    run = create_console(demo.context, PAGES).test_client()
    assert "meter over" not in run.get("/styleguide", base_url=ADDRESS).text


def test_real_hotline_has_no_one_click_address(demo: Desk, tmp_path: Path) -> None:
    client = create_console(demo.context, PAGES).test_client()
    assert click(client, "Desk 1").status_code == 404
    assert "Sign in as" not in client.get("/enter?language=en", base_url=ADDRESS).text
    assert ONE_CLICK not in {route.rule for route in ROUTES}

    environ = {**environ_of({"HOTLINE_HOME": str(tmp_path)}, 8001), "PATH": os.environ["PATH"]}
    settings = Settings.read(environ)
    entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
    served = {
        kind: " ".join(
            " ".join(one.argv) for one in programs_of(settings, given, environ, tmp_path)
        )
        for kind, given in (("run", entries), ("demo", with_one_click(entries)))
    }
    assert "workers.console:application" in served["run"]
    assert "demo_console" not in served["run"]
    assert "workers.demo_console:application" in served["demo"]
    assert "workers.console:" not in served["demo"]


@pytest.mark.parametrize(
    ("host", "gateway", "is_demo", "has_accounts", "starts"),
    [
        ("127.0.0.1", "http://127.0.0.1:8001", True, True, True),
        ("0.0.0.0", "http://127.0.0.1:8001", True, True, False),
        ("192.0.2.7", "http://127.0.0.1:8001", True, True, False),
        ("127.0.0.1", "https://api.africastalking.com", True, True, False),
        ("127.0.0.1", "http://127.0.0.1:8001", False, True, False),
        ("127.0.0.1", "http://127.0.0.1:8001", True, False, False),
    ],
)
def test_demo_console_starts_only_in_local_demo(
    demo: Desk,
    tmp_path: Path,
    host: str,
    gateway: str,
    is_demo: bool,
    has_accounts: bool,
    starts: bool,
) -> None:
    environ = environ_of({"HOTLINE_HOME": str(tmp_path)}, 8001)
    if is_demo:
        demo_home.keep(tmp_path, environ)
    if has_accounts:
        keep_demo_accounts(tmp_path, demo.context.demo_accounts)
    settings = replace(Settings.read(environ), gateway_url=gateway)
    if starts:
        demo_home.refuse_elsewhere(settings, host)
        return
    with pytest.raises(StartFailed):
        demo_home.refuse_elsewhere(settings, host)
