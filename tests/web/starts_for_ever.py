"""An application whose import never ends. If a worker of the server must end during this import, it ends only because
its parent process kills it."""

import os
import threading
from pathlib import Path

Path(os.environ["BEGUN"]).touch()
threading.Event().wait()
