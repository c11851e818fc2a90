"""Tests how the keeper reads a Procfile: the shipped Procfile, and Procfiles with other lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.cli.keeper import read_procfile
from hotline.cli.run import PROCESSES
from hotline.core.environment import CHECKOUT
from hotline.text.errors import SettingsInvalid


def test_names_and_commands_in_their_order() -> None:
    text = "# who does what\nweb: granian --port ${PORT:-80}\n\nclock:   hotline process clock  \n"
    assert [*read_procfile(text).items()] == [
        ("web", "granian --port ${PORT:-80}"),
        ("clock", "hotline process clock"),
    ]


def test_every_bad_line_is_told_at_once() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_procfile("web: a\nnonsense\nweb: b\nclock:\n")
    assert refused.value.problems == (
        "Procfile line 2: not `name: command`",
        "Procfile line 3: web is there twice",
        "Procfile line 4: not `name: command`",
    )


@given(st.text())
def test_whatever_it_says_it_is_read_or_refused(text: str) -> None:
    try:
        entries = read_procfile(text)
    except SettingsInvalid:
        return
    assert all(name and command for name, command in entries.items())


def test_ours_names_every_process() -> None:
    found = read_procfile((CHECKOUT / "Procfile").read_text("utf-8"))
    assert [*found] == [*PROCESSES, "release"]
