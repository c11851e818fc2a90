"""What the console's server imports: `granian --interface wsgi workers.console:application`.

A process and a port of its own: neither the hooks nor the web process ever load a page of it, nor it theirs.
"""

import gc
import os

from hotline.adapters.console_words import load_console_words
from hotline.adapters.logs import configure
from hotline.bootstrap import build_pages
from hotline.config import Settings
from hotline.environment import OWNER_ALONE
from hotline.web.console.app import create_console, templates_in

os.umask(OWNER_ALONE)
settings = Settings.read(os.environ)
configure(settings.log, "console")
application = create_console(build_pages(settings), templates_in(load_console_words()))

gc.collect()
gc.freeze()
