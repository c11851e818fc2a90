"""The web process of a bench: what its server imports."""

import os
import time

from flask import Response

from hotline.config import Settings
from hotline.web.problems import plain
from tests.load.hops.addresses import SPENT, WAYS
from tests.load.hops.hits import counted
from tests.load.hops.null_endpoint import with_null_endpoint

application, flask, kit = with_null_endpoint(Settings.read(os.environ))


@flask.get(SPENT)
def spent() -> Response:
    return plain(str(time.process_time()))


@flask.get(WAYS)
def ways() -> Response:
    return plain(counted(kit).told())
