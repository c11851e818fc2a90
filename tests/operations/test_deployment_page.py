"""Tests that `docs/deployment.md` names the shipped files, settings, accounts and folders."""

import re
from pathlib import Path

import pytest

from hotline.core.settings import NAMES, variable_of
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines()]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
OF_COMPOSE = set(re.findall(r"\$\{(HOTLINE_[A-Z_]+)", COMPOSE))
"""The settings that `compose.yaml` reads from `.env`."""


def test_every_shipped_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"deploy/[\w@.-]*\w", "\n".join(LINES)))
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_setting_that_is_named_is_one_of_ours() -> None:
    known = {*map(variable_of, NAMES)} | OF_COMPOSE
    assert set(re.findall(r"HOTLINE_[A-Z_]+[A-Z]", PAGE)) <= known


UNITS = sorted((ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_the_account_and_the_folders_of_each_unit_are_made(file: Path) -> None:
    unit, name = file.read_text(encoding="utf-8"), file.name
    (account,) = re.findall("^User=(.*)$", unit, re.M)
    assert re.search(rf"useradd .*\b{account}$|for account in .*\b{account}\b", PAGE, re.M), name
    for folder in re.findall("^ReadWritePaths=/etc/hotline/keys/(.*)$", unit, re.M):
        assert f"chown -R {account}: /etc/hotline/keys/{folder}" in LINES
    assert re.search(rf"^cp .*{re.escape(name)}", "\n".join(LINES), re.M)


def test_a_command_for_an_account_sees_the_keys_of_its_unit() -> None:
    words = (ROOT / "deploy" / "as").read_text(encoding="utf-8")
    given = dict(re.findall(r"^(hotline-\w+)\) keys=(\S+) ;;$", words, re.M))
    for file in UNITS:
        unit = file.read_text(encoding="utf-8")
        (account,) = re.findall("^User=(.*)$", unit, re.M)
        (environment,) = re.findall("^Environment=(.*)$", unit, re.M)
        keys = re.search(r"HOTLINE_KEYS=(\S+)", environment)
        assert given.get(account) == (keys[1] if keys else None)
        assert f"HOTLINE_HOME=/var/lib/{account}" in environment
    assert '--setenv=HOTLINE_HOME="/var/lib/$account"' in words
