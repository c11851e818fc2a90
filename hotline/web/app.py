"""Builds the web application: six hooks, the health checks and the public page of results.

The gateway calls five of the hooks, and our own relay calls one.
"""

from collections.abc import Callable, Mapping

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from hotline.ports import DoorKit
from hotline.web.guard import DOOR, METHODS, Door, Hook, Measured, Secrets, Used, forget, unmeasured
from hotline.web.hooks.hooks import delivery, ended, listed, optout, sms, ussd
from hotline.web.problems import health, plain, refused, unforeseen
from hotline.web.results import results

HOOKS: Mapping[str, Hook] = {
    "ussd": ussd,
    "ussd/ended": ended,
    "sms": sms,
    "sms/listed": listed,
    "delivery": delivery,
    "optout": optout,
}
"""The hooks under `/hooks/<secret>/`, by the rest of their address."""


def create_app(
    kit: DoorKit, secrets: Secrets, used: Used = forget, measured: Measured = unmeasured
) -> Flask:
    """Builds the whole application from one context and the valid secrets of the hooks' paths."""
    app = Flask(__name__, static_folder=None)
    door = app.extensions[DOOR] = Door(kit, secrets, used, measured)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, unforeseen)

    app.register_blueprint(health)
    app.register_blueprint(results)
    for name, hook in HOOKS.items():
        app.add_url_rule(f"/hooks/<secret>/{name}", name, _view(hook, door), methods=METHODS)
    return app


def _view(hook: Hook, door: Door) -> Callable[[str], Response]:
    def view(secret: str) -> Response:
        reply = hook(door, request.environ, secret)
        return plain(reply.body, reply.status)

    return view
