"""The console of a bench: what its server imports. Beside the pages stand endpoints of nothing and of time spent."""

import os
import time

from flask import Response

from hotline.adapters.live_phrases import load_console_words
from hotline.bootstrap import build_pages
from hotline.config import Settings
from hotline.web.console.app import create_console
from hotline.web.console.templating import Templates
from hotline.web.problems import plain
from tests.load.hops.addresses import NULL, SPENT

application = create_console(
    build_pages(Settings.read(os.environ)), Templates(load_console_words())
)


@application.get(NULL)
def null() -> Response:
    return plain("ok")


@application.get(SPENT)
def spent() -> Response:
    return plain(str(time.process_time()))
