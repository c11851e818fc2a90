"""Tests a process of the Procfile that is told to end while it starts."""

from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.stack import free_port
from tests.web.listening import command_of, end, environ_of, started

KILLS = "--workers-kill-timeout 10"
SERVED = "wsgi:application"


@pytest.mark.slow(reason="waits until a worker that does not end is killed")
def test_a_process_that_is_still_starting_ends_when_it_is_told(tmp_path: Path) -> None:
    """A worker process that is still starting only records the signal to end, because it has inherited the signal
    handler of its parent. Without a time limit for the worker, the parent would wait for ever."""
    begun = tmp_path / "begun"
    environ = environ_of(tmp_path, BEGUN=str(begun), HOTLINE_PORT=str(free_port()))
    command = command_of("web").replace(SERVED, "tests.web.starts_for_ever:application")
    with started(command.replace(KILLS, "--workers-kill-timeout 1"), environ) as process:
        eventually(begun.exists)
        end(process)
        assert process.returncode == 0


def test_every_web_server_of_ours_ends_its_workers_before_it_is_killed_itself() -> None:
    assert all(KILLS in command_of(name) for name in ("web", "console"))
