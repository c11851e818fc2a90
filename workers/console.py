"""What the console's server imports: `granian --interface wsgi workers.console:application`.

A process and a port of its own: neither the hooks nor the web process ever load a page of it, nor it theirs.
"""

import os

from hotline.config import Settings
from workers.console_server import served

application = served(Settings.read(os.environ))
