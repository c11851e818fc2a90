"""The web process of a bench: what its server imports."""

import os
import time

from flask import Response

from hotline.config import Settings
from hotline.lab.bench.hops.addresses import SPENT
from hotline.lab.bench.hops.beside import beside_nothing
from hotline.web.problems import plain

application, flask = beside_nothing(Settings.read(os.environ))


@flask.get(SPENT)
def spent() -> Response:
    return plain(str(time.process_time()))
