"""`bin/bench`: whatever it writes is its owner's alone."""

import os

from hotline.core.environment import OWNER_ALONE
from tests.load.bench import bench

os.umask(OWNER_ALONE)
bench(prog_name="bin/bench")
