"""Creates the application of the demo: the console, with an address that signs in with one click.

Only `hotline demo` starts this application. The application loads only if the console's address is a loopback address
and the gateway is the emulator. A demo must have made the home folder, with its own keys and accounts. `hotline run`
starts `workers.console`, which does not have this address.
"""

import os

from hotline.cli.demo_home import refuse_elsewhere
from hotline.console.routes import DEMO
from hotline.core.settings import Settings
from workers.console_server import served

settings = Settings.read(os.environ)
refuse_elsewhere(settings, os.environ.get("HOTLINE_CONSOLE_HOST") or "127.0.0.1")
application = served(settings, DEMO)
