"""Runs `bin/bench`. Only the owner's account can read the files that `bin/bench` writes."""

import os

from hotline.core.environment import OWNER_ONLY
from tests.load.bench import bench

os.umask(OWNER_ONLY)
bench(prog_name="bin/bench")
