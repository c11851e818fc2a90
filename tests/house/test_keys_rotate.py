"""Keys are rotated under a whole line: real processes, callers in the middle, and nobody is started again."""

from pathlib import Path

import pytest

from hotline.cli.chaos.callers import plan, tell
from hotline.cli.chaos.settling import accepted
from hotline.cli.stack import Stack
from hotline.domain.places import districts
from tests.eventually import eventually

SIGNED = ("--name", "Aline", "--reason", "a rehearsal")
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(300),
    pytest.mark.slow(reason="waits for real processes to start"),
]


def test_callers_and_responders_notice_nothing(tmp_path: Path) -> None:
    tips = iter(plan(9, [districts()[0].code], "hafi y'umuhanda"))

    def alerts_go_out(stack: Stack) -> None:
        before = len(accepted(stack))
        tell(stack.emulator, next(tips))
        eventually(lambda: len(accepted(stack)) > before, seconds=60)

    with Stack(tmp_path) as stack:
        alerts_go_out(stack)
        for key in ("runs", "relay"):
            stack.command("keys", "rotate", key, *SIGNED)
            alerts_go_out(stack)
        stack.command("keys", "end-old", "--now", *SIGNED)
        alerts_go_out(stack)
        assert "CANNOT BE REACHED" not in stack.command("responders", "list")

    assert "starting it again" not in stack.log.read_text(errors="replace")
