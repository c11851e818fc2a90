"""Creates the application of the console, for `granian --interface wsgi workers.console:application`.

The console has its own process and its own port. The web process loads no pages of the console, and the console loads
no hooks.
"""

import os

from hotline.core.settings import Settings
from workers.console_server import served

application = served(Settings.read(os.environ))
