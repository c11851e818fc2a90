"""The home of `bin/demo`, found by a command in the same folder where no other line is named."""

from collections.abc import Mapping
from pathlib import Path

HOME = "HOTLINE_HOME"
PLAIN = Path("var")
"""The home of a line that names none."""
DEMO = Path("var/demo")
"""Where `bin/demo` keeps its line."""
MARK = "demo-hooks.json"
"""What a demo writes in its home, and no other line."""
CLOCK = "demo-clock"
DEFAULTS = {"HOTLINE_INBOUND_SMS": "yes", "HOTLINE_LOG": "text", "HOTLINE_WEB_WORKERS": "1"}
"""A demo's settings, where nobody says otherwise."""
NAMING = (
    HOME,
    *(f"HOTLINE_{name}" for name in ("DATABASE_URL", "REDIS_URL", "KEYS", "GATEWAY_URL")),
)
"""Whoever gives one of these means a line of his own."""
ASKING = (
    *("audit", "backup", "callbacks", "doctor", "flows", "hooks", "keys", "lane", "leaders"),
    *("prove-shred", "questions", "reach", "responders", "retention", "tips", "training", "watch"),
)
"""Commands about a line that is there already. Those that make one or run one take no home that nobody named."""


def demo_settings(environ: Mapping[str, str], command: str | None) -> Mapping[str, str]:
    """The settings under which `command` meets the demo's line; empty where another line is meant, or none is there."""
    if command not in ASKING or any(environ.get(name, "").strip() for name in NAMING):
        return {}
    if (PLAIN / "keys").exists() or not (DEMO / MARK).exists():
        return {}
    return {**DEFAULTS, "HOTLINE_CLOCK": str(DEMO / CLOCK), **environ, HOME: str(DEMO)}
