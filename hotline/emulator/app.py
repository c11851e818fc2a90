"""The stand-in's application: the gateway's API, the control API, the page."""

from flask import Flask

from hotline.emulator.control import build_control
from hotline.emulator.emulator import Emulator
from hotline.emulator.gateway.api import build_api
from hotline.emulator.page import NOTHING_ABOUT, About, build_page, harden
from hotline.emulator.turning import build_turning

CITIZEN = "+250788000001"


def create_app(
    emulator: Emulator, *, citizen: str = CITIZEN, about: About = NOTHING_ABOUT
) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
    app.register_blueprint(build_api(emulator))
    app.register_blueprint(build_control(emulator))
    app.register_blueprint(build_turning(emulator))
    app.register_blueprint(build_page(emulator, citizen, about))
    app.after_request(harden)
    return app
