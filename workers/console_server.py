"""Builds the console's application in its own process. `console.py` and `demo_console.py` call it."""

import gc
import os
import sys
from functools import partial
from wsgiref.types import WSGIApplication

from hotline.cases import service_weekly_keys
from hotline.cli.contexts import Role, build_pages, refuse_wrong_keys
from hotline.console.routes import Route
from hotline.console.templating import Templates
from hotline.core.catalogues import load_console_words
from hotline.core.environment import OWNER_ALONE
from hotline.core.logs import configure
from hotline.core.settings import Settings
from hotline.errors import KeyWrong
from hotline.web.bodies import Bodies, whole_first
from hotline.web.console_app import AT_WORK, MOST_BYTES, PATIENCE, create_console
from hotline.web.slowness import close_slow_ones_for_ever, every

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
    every(EACH_SECONDS, partial(service_weekly_keys.forget, kit), "forgetting past weeks")
    gc.collect()
    gc.freeze()
    return application
