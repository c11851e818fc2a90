"""An application whose import never ends. A worker of the server that is told to end during this import would
continue."""

import os
import threading
from pathlib import Path

Path(os.environ["BEGUN"]).touch()
threading.Event().wait()
