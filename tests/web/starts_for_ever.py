"""An application that never comes to the end of its import. A server's worker that is told to end meanwhile goes on."""

import os
import threading
from pathlib import Path

Path(os.environ["BEGUN"]).touch()
threading.Event().wait()
