"""Creates the console's application for `granian --interface wsgi workers.console:application`.

The console has its own process and port. The web process loads none of its pages, and the console loads no hooks.
"""

import os

from hotline.core.settings import Settings
from workers.console_server import served

application = served(Settings.read(os.environ))
