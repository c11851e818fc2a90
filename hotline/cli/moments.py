"""Moments as people write and read them: Kigali's time."""

from datetime import datetime

import click

from hotline.domain.call_back import KIGALI

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
"""`2026-12-01`, which is its first minute, or `"2026-12-01 18:00"`."""


def at_kigali(said: datetime | None) -> datetime | None:
    """What was typed, as the moment that it is."""
    return None if said is None else said.replace(tzinfo=KIGALI)
