"""The page of two handsets."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request

from hotline.emulator.control import BUDGET, only_loopback
from hotline.emulator.emulator import Emulator

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEYS = (
    ("1", ""),
    ("2", "abc"),
    ("3", "def"),
    ("4", "ghi"),
    ("5", "jkl"),
    ("6", "mno"),
    ("7", "pqrs"),
    ("8", "tuv"),
    ("9", "wxyz"),
    ("*", ""),
    ("0", "␣"),
    ("#", ""),
)
TERMINAL_PORT = 8001
"""Where `hotline dial` looks for the handsets by itself."""


@dataclass(frozen=True, slots=True)
class About:
    """What the page links besides the phones."""

    console: str = ""
    """The console's address; empty where there is none."""
    readme: str = ""
    """The text of the README; empty where there is none."""


NOTHING_ABOUT = About()


def build_page(emulator: Emulator, citizen: str, about: About = NOTHING_ABOUT) -> Blueprint:
    blueprint = Blueprint("page", __name__)
    blueprint.before_request(only_loopback)

    @blueprint.get("/")
    def handsets() -> str:
        settings = emulator.state.settings
        return render_template(
            "handsets.html",
            citizen=citizen,
            service_code=settings.service_code,
            shortcode=settings.shortcode,
            budget=BUDGET,
            keys=KEYS,
            console=about.console,
            has_readme=bool(about.readme),
            elsewhere=None if request.host.endswith(f":{TERMINAL_PORT}") else request.host_url,
        )

    @blueprint.get("/readme")
    def readme() -> Response:
        if not about.readme:
            abort(404)
        return Response(about.readme, mimetype="text/plain")

    @blueprint.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    return blueprint


def harden(response: Response) -> Response:
    """Nothing from elsewhere, nothing framed, nothing kept."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
