"""The home of `bin/demo`, found by a command in the same folder where no other line is named."""

import json
from collections.abc import Mapping
from pathlib import Path

from hotline.adapters.demo_accounts import demo_accounts_in
from hotline.config import Settings
from hotline.environment import PREFIX
from hotline.errors import StartFailed

HOME = "HOTLINE_HOME"
GATEWAY = "HOTLINE_GATEWAY_URL"
HANDSETS = "http://127.0.0.1:8001"
PLAIN = Path("var")
"""The home of a line that names none."""
DEMO = Path("var/demo")
"""Where `bin/demo` keeps its line."""
SETTINGS = "demo-settings.json"
"""What a demo writes in its home, and no other line: the settings that it runs under."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CLOCK = "demo-clock"
DEFAULTS = {"HOTLINE_INBOUND_SMS": "yes", "HOTLINE_LOG": "text", "HOTLINE_WEB_WORKERS": "1"}
"""A demo's settings, where nobody says otherwise."""
NAMING = (
    "HOTLINE_SETTINGS",
    "HOTLINE_DATABASE_URL",
    "HOTLINE_REDIS_URL",
    "HOTLINE_KEYS",
    GATEWAY,
)
"""Who gives one of these means a line of their own. A home that is named may be a demo's all the same."""
ASKING = (
    *("accounts", "audit", "backup", "callbacks", "desks", "doctor", "flows", "guide", "keys"),
    *("law", "oncall", "outgoing", "people", "tips"),
)
"""Commands about a line that is there already."""


def demo_settings(environ: Mapping[str, str], command: str | None) -> Mapping[str, str]:
    """The settings under which `command` meets the demo's line; empty where another line is meant, or none is there."""
    if command not in ASKING or any(environ.get(name, "").strip() for name in NAMING):
        return {}
    named = environ.get(HOME, "").strip()
    home = Path(named) if named else PLAIN if (PLAIN / "keys").exists() else DEMO
    return {**_kept(home), **environ, HOME: str(home)} if is_demo(home) else {}


def is_demo(home: Path) -> bool:
    """Returns True for a home in which `hotline demo` wrote its settings."""
    return (home / SETTINGS).is_file()


def refuse_elsewhere(settings: Settings, host: str) -> None:
    """Raises StartFailed where this is not the console of a demo on this machine."""
    if not settings.pretended or host not in LOOPBACK:
        raise StartFailed("one-click sign-in is for a demo on a loopback address alone")
    if not is_demo(settings.home) or not demo_accounts_in(settings.home):
        raise StartFailed(f"{settings.home} is not the home of a demo")


def keep(home: Path, environ: Mapping[str, str]) -> None:
    """Write down the settings of a demo, for its owner alone."""
    file = home / SETTINGS
    file.touch(mode=0o600)
    ours = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    file.write_text(json.dumps(ours), encoding="utf-8")


def gateway_here() -> str:
    """Where the handsets of the demo in this folder are, or those of any demo that says nothing else."""
    return _kept(DEMO).get(GATEWAY, HANDSETS)


def _kept(home: Path) -> Mapping[str, str]:
    try:
        kept = json.loads((home / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in kept.items() if name != HOME}
