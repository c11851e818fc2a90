"""Builds what the console's server serves, in a process of its own. `console.py` and `demo_console.py` call it."""

import gc
import os
import sys
from threading import Event, Thread
from wsgiref.types import WSGIApplication

from hotline.adapters.live_phrases import load_console_words
from hotline.adapters.logs import configure
from hotline.bootstrap import Role, build_pages, refuse_wrong_keys
from hotline.config import Settings
from hotline.environment import OWNER_ALONE
from hotline.errors import KeyWrong
from hotline.web.bodies import Bodies, whole_first
from hotline.web.console.app import AT_WORK, MOST_BYTES, PATIENCE, create_console
from hotline.web.console.templating import Templates
from hotline.web.console.visit import OpenRoute
from hotline.web.slowness import close_slow_ones_for_ever
from workers.walking import walk_until


def served(settings: Settings, more: tuple[OpenRoute, ...] = ()) -> WSGIApplication:
    """The console's application, with its threads begun."""
    os.umask(OWNER_ALONE)
    configure(settings.log, "console")
    bodies = Bodies(AT_WORK)
    kit = build_pages(settings)
    try:
        refuse_wrong_keys(kit, settings, Role.PAGES)
    except KeyWrong as refused:
        sys.exit(f"hotline: {refused}")
    kit.proofs.stretching.share(bodies)
    console = create_console(kit, Templates(load_console_words()), more)
    application = whole_first(console, bodies, MOST_BYTES, kit.proxies)
    close_slow_ones_for_ever(bodies, patience=PATIENCE)
    Thread(target=walk_until, args=(kit, Event()), name="walking", daemon=True).start()
    gc.collect()
    gc.freeze()
    return application
