"""The web process of a bench: the line, and beside it on the same server an endpoint of Flask that does nothing.

Whatever a machine does meanwhile, it does to both.
"""

import os
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response

from hotline.bootstrap import Role, build_kit, key_folder
from hotline.cli.bench.addresses import FLASK, NULL, SPENT
from hotline.config import Settings
from hotline.sealing.hooksecrets import LiveSecrets
from hotline.web.app import create_app
from hotline.web.front import hooks_first
from hotline.web.problems import plain

settings = Settings.read(os.environ)
secrets = LiveSecrets(key_folder(settings, Role.HOOKS))
flask = create_app(build_kit(settings, Role.HOOKS), secrets, secrets.used)
line = hooks_first(flask)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The line; and below `/flask` the line without its front."""
    path: str = environ["PATH_INFO"]
    if path.startswith(FLASK):
        return flask(environ | {"PATH_INFO": path.removeprefix(FLASK)}, start_response)
    return line(environ, start_response)


@flask.post(NULL)
def null() -> Response:
    return plain("ok")


@flask.get(SPENT)
def spent() -> Response:
    return plain(str(time.process_time()))
