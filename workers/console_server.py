"""Builds the console's application in its own process. `console.py` and `demo_console.py` call it."""

import gc
import os
import sys
from functools import partial
from wsgiref.types import WSGIApplication

from hotline.adapters.catalogues import load_console_words
from hotline.adapters.logs import configure
from hotline.bootstrap import Role, build_pages, refuse_wrong_keys
from hotline.config import Settings
from hotline.environment import OWNER_ALONE
from hotline.errors import KeyWrong
from hotline.services import weekly_keys
from hotline.web.beside import every
from hotline.web.bodies import Bodies, whole_first
from hotline.web.console.app import AT_WORK, MOST_BYTES, PATIENCE, create_console
from hotline.web.console.routes import Route
from hotline.web.console.templating import Templates
from hotline.web.slowness import close_slow_ones_for_ever

EACH_SECONDS = 60.0


def served(settings: Settings, more: tuple[Route, ...] = ()) -> WSGIApplication:
    """Returns the console's application and starts its threads. Exits if a key is wrong."""
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
    # Deletes the keys of past weeks each minute, even without visitors.
    every(EACH_SECONDS, partial(weekly_keys.forget, kit), "forgetting past weeks")
    gc.collect()
    gc.freeze()
    return application
