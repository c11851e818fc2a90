"""Finds the home folder of a demo that `bin/demo` started in the current folder, so that a command reaches this demo.
Finds nothing if the settings name another hotline."""

import json
from collections.abc import Mapping
from pathlib import Path

from hotline.core.environment import PREFIX
from hotline.core.settings import Settings
from hotline.people.demo_sign_in import demo_accounts_in
from hotline.text.errors import StartFailed

HOME = "HOTLINE_HOME"
GATEWAY = "HOTLINE_GATEWAY_URL"
HANDSETS = "http://127.0.0.1:8001"
PLAIN = Path("var")
"""The home folder of a hotline, if no setting names another folder."""
DEMO = Path("var/demo")
"""The folder in which `bin/demo` stores its hotline."""
SETTINGS = "demo-settings.json"
"""The file in a demo's home with the settings under which the demo runs. Only demos have this file."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CLOCK = "demo-clock"
DEFAULTS = {"HOTLINE_INBOUND_SMS": "yes", "HOTLINE_LOG": "text", "HOTLINE_WEB_WORKERS": "1"}
"""The settings of a demo, if the environment does not set other values."""
LINE_SETTINGS = (
    "HOTLINE_SETTINGS",
    "HOTLINE_DATABASE_URL",
    "HOTLINE_REDIS_URL",
    "HOTLINE_KEYS",
    GATEWAY,
)
"""If the environment contains one of these settings, a command is for the operator's own hotline, and not for the demo.
HOTLINE_HOME is not in this list, because it may name the home folder of a demo."""
LINE_COMMANDS = (
    *("accounts", "audit", "backup", "callbacks", "desks", "doctor", "flows", "guide", "keys"),
    *("law", "oncall", "outgoing", "people", "roster", "tips"),
)
"""Commands that need an existing hotline."""


def demo_settings(environ: Mapping[str, str], command: str | None) -> Mapping[str, str]:
    """Returns the settings with which `command` reaches the demo's hotline. The result is empty if the settings name
    another hotline, or if there is no demo."""
    if command not in LINE_COMMANDS or any(environ.get(name, "").strip() for name in LINE_SETTINGS):
        return {}
    home_setting = environ.get(HOME, "").strip()
    home = Path(home_setting) if home_setting else PLAIN if (PLAIN / "keys").exists() else DEMO
    return {**_stored_settings(home), **environ, HOME: str(home)} if is_demo(home) else {}


def is_demo(home: Path) -> bool:
    """Returns True if `hotline demo` has stored its settings in this home folder."""
    return (home / SETTINGS).is_file()


def refuse_elsewhere(settings: Settings, host: str) -> None:
    """Raises StartFailed unless `settings` and `host` belong to a demo's console on this machine."""
    if not settings.is_emulated or host not in LOOPBACK:
        raise StartFailed("one-click sign-in works only in a demo on a loopback address")
    if not is_demo(settings.home) or not demo_accounts_in(settings.home):
        raise StartFailed(f"{settings.home} is not the home folder of a demo: start `hotline demo`")


def keep(home: Path, environ: Mapping[str, str]) -> None:
    """Stores the settings of a demo in a file that only the file's owner can read."""
    file = home / SETTINGS
    file.touch(mode=0o600)
    variables = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    file.write_text(json.dumps(variables), encoding="utf-8")


def demo_gateway() -> str:
    """Returns the address of the emulator of the demo in this folder. If no demo is in this folder, returns the
    emulator's default address."""
    return _stored_settings(DEMO).get(GATEWAY, HANDSETS)


def _stored_settings(home: Path) -> Mapping[str, str]:
    try:
        variables = json.loads((home / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in variables.items() if name != HOME}
