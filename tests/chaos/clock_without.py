"""The relay with one of its steps taken out: `python -m tests.chaos.clock_without refer_waiting`.

What a fault run must notice, or it proves nothing.
"""

import os
import sys
from threading import Event

from hotline.cli.contexts import build_relay
from hotline.core.settings import Settings
from workers import clock


def main(left_out: str) -> None:
    steps = tuple(step for step in clock.STEPS if step.__name__ != left_out)
    assert len(steps) == len(clock.STEPS) - 1, left_out
    clock.run(build_relay(Settings.read(os.environ)), Event(), steps=steps)


if __name__ == "__main__":
    main(sys.argv[1])
