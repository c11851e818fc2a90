"""Builds the application of the console in its own process.

The modules `workers/console.py` and `workers/demo_console.py` call this module.
"""

import gc
import os
import sys
from functools import partial
from wsgiref.types import WSGIApplication

from hotline.alarms.service import run_in_child
from hotline.cases import service_weekly_keys
from hotline.cli.contexts import Role, build_console, refuse_wrong_keys
from hotline.console.routes import Route
from hotline.console.templating import Templates
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import ConsoleContext
from hotline.core.environment import OWNER_ONLY
from hotline.core.logs import configure
from hotline.core.settings import Settings
from hotline.people import tables_roster
from hotline.text.errors import KeyWrong
from hotline.web.bodies import (
    RequestBodies,
    close_slow_ones_for_ever,
    complete_bodies_first,
    repeat,
)
from hotline.web.console_app import AT_WORK, MAX_BYTES, PATIENCE, create_console

EACH_SECONDS, IMPORT_SECONDS = 60.0, 2.0


def served(settings: Settings, more: tuple[Route, ...] = ()) -> WSGIApplication:
    """Returns the application of the console, and starts its threads. Ends the process if a key is wrong."""
    os.umask(OWNER_ONLY)
    configure(settings.log, "console", settings.log_level)
    bodies = RequestBodies(AT_WORK)
    context = build_console(settings)
    try:
        refuse_wrong_keys(context, settings, Role.PAGES)
    except KeyWrong as refused:
        sys.exit(f"hotline: {refused}")
    context.proofs.stretching.share(bodies)
    console = create_console(context, Templates(load_console_words()), more)
    application = complete_bodies_first(console, bodies, MAX_BYTES, context.proxies)
    close_slow_ones_for_ever(bodies, patience=PATIENCE)
    # Each minute, a thread deletes the weekly keys that are older than last week's key, even if no one uses the
    # console.
    repeat(
        EACH_SECONDS, partial(service_weekly_keys.delete_old_keys, context), "deletion of old keys"
    )
    repeat(IMPORT_SECONDS, partial(import_sheets, context), "importing sheets")
    gc.collect()
    gc.freeze()
    return application


def import_sheets(context: ConsoleContext) -> None:
    """Imports spreadsheets in a child process, after people confirmed the imports. Raises StoreUnavailable if the
    database does not answer, and WorkEnded if the child process ends without a result.
    """
    with context.database.reading() as session:
        pending = tables_roster.pending_ids(session)
    if pending:
        run_in_child(context, "import")
