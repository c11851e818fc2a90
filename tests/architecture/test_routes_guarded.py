"""Tests that no one can call a route of the web process without a secret. Only three addresses need no secret. These
addresses only return information.
"""

from pathlib import Path

import pytest
from flask import Flask

from hotline.cli.contexts import build_web
from hotline.core.settings import Settings
from hotline.keys.key_folder import HOOKS, LISTED
from hotline.keys.key_making import make_keys
from hotline.web import hooks_app
from hotline.web.hooks import HookContext
from hotline.web.hooks_app import create_app
from tests.support.builders import NOON

OPEN = {"/healthz", "/readyz", "/results"}
SECRET = "a" * 43


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    make_keys(tmp_path / "keys", NOON)
    (tmp_path / "hotline.db").touch()
    settings = Settings.read({"HOTLINE_HOME": str(tmp_path)})
    return create_app(HookContext(build_web(settings), dict.fromkeys((*HOOKS, LISTED), (SECRET,))))


def test_every_route_needs_a_secret_except_two_addresses_and_the_results(app: Flask) -> None:
    """The hooks answer before Flask sees a request, so Flask has no other route."""
    found = {rule.rule: rule.methods for rule in app.url_map.iter_rules()}
    assert found == {rule: {"GET", "HEAD", "OPTIONS"} for rule in OPEN}


def test_behind_a_wrong_secret_there_is_nothing(app: Flask) -> None:
    client = app.test_client()
    assert len(hooks_app.HOOKS) == len(HOOKS) + 1
    for hook in hooks_app.HOOKS:
        assert client.post(f"/hooks/{'b' * 43}/{hook}").status_code == 404
        assert client.get(f"/hooks/{SECRET}/{hook}").status_code == 405
