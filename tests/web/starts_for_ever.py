"""An application whose import never ends. A server's worker that is told to end meanwhile keeps running."""

import os
import threading
from pathlib import Path

Path(os.environ["BEGUN"]).touch()
threading.Event().wait()
