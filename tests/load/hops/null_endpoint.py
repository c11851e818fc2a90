"""The line as `wsgi.py` makes it, and beside it on the same application an endpoint of Flask that does nothing.

Whatever a machine does meanwhile, it does to both.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response

from hotline.bootstrap import Role, build_door, key_folder
from hotline.config import Settings
from hotline.ports import DoorKit
from hotline.sealing.keys.hooksecrets import LiveSecrets
from hotline.web.app import create_app
from hotline.web.bodies import bodies_for, in_turn
from hotline.web.front import hooks_first
from hotline.web.meter import Meter
from hotline.web.problems import plain
from tests.load.hops.addresses import FLASK, NULL


def with_null_endpoint(settings: Settings) -> tuple[WSGIApplication, Flask, DoorKit]:
    """What a server calls: the line, below `/flask` the line without its front; the application within; and its kit.

    Raises NotReady before `hotline init`, KeyMissing, SettingsInvalid.
    """
    secrets = LiveSecrets(key_folder(settings, Role.HOOKS))
    kit = build_door(settings)
    flask = create_app(kit, secrets, secrets.used, Meter(kit).note)
    flask.add_url_rule(NULL, view_func=null, methods=["POST"])
    line = hooks_first(flask)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith(FLASK):
            return flask(environ | {"PATH_INFO": path.removeprefix(FLASK)}, start_response)
        return line(environ, start_response)

    return in_turn(application, bodies_for(kit.database)), flask, kit


def null() -> Response:
    return plain("ok")
