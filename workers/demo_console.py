"""Creates the application for a demo: the console, and an address that signs in with one click.

Only `hotline demo` starts it. It loads only on a loopback address and with a fake gateway. The home must be one that
a demo created with its own keys and accounts. `hotline run` starts `workers.console`, without that address.
"""

import os

from hotline.cli.demo_home import refuse_elsewhere
from hotline.console.routes import DEMO
from hotline.core.settings import Settings
from workers.console_server import served

settings = Settings.read(os.environ)
refuse_elsewhere(settings, os.environ.get("HOTLINE_CONSOLE_HOST") or "127.0.0.1")
application = served(settings, DEMO)
