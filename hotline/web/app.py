"""The web edge: five hooks for machines, two addresses for the operator, and no page."""

from flask import Flask
from werkzeug.exceptions import HTTPException

from hotline.ports import Kit
from hotline.web.guard import DOOR, MOST_BYTES, Door, Secrets
from hotline.web.health import health
from hotline.web.hooks import delivery, ended, optout, sms, ussd
from hotline.web.problems import refused, unforeseen


def create_app(kit: Kit, secrets: Secrets) -> Flask:
    """The whole application, for one kit and the live secrets of its hooks' paths."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.extensions[DOOR] = Door(kit, secrets)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, unforeseen)

    app.register_blueprint(health)
    for room in (ussd, ended, sms, delivery, optout):
        app.register_blueprint(room.hook)
    return app
