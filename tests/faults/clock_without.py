"""Runs a worker whose clock lacks one of its steps: `python -m tests.faults.clock_without assign_pending`.

A fault test that does not fail with this worker proves nothing.
"""

import os
import sys
from threading import Event, Thread

from hotline.cli.contexts import build_worker
from hotline.core.contexts import WORKER_QUEUE
from hotline.core.settings import Settings
from workers import clock
from workers.worker import hear


def main(left_out: str) -> None:
    steps = tuple(step for step in clock.STEPS if step.__name__ != left_out)
    assert len(steps) == len(clock.STEPS) - 1, left_out
    settings, stop = Settings.read(os.environ), Event()
    context = build_worker(settings)
    ticking = Thread(target=clock.run, args=(context, stop), kwargs={"steps": steps})
    ticking.start()
    hear(context, settings.redis_url, WORKER_QUEUE, stop, listen_again=lambda: None)
    ticking.join()


if __name__ == "__main__":
    main(sys.argv[1])
