"""The PINs of a demo's three responders: made once, kept in its home, and printed when it is ready."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from hotline.bootstrap import build_reader
from hotline.config import Settings
from hotline.domain.people.enrolment import WITH_PINS, demo_responders, read_responders
from hotline.environment import OWNER_ALONE
from hotline.services.desk import demo_pins

PINS = "demo-pins.json"


def make(settings: Settings, passphrase: Path) -> None:
    """Nothing where the gateway is a real one, or the file of the desks' passphrase is gone."""
    if not settings.pretended or not passphrase.exists():
        return
    kit = build_reader(settings)
    with closing(kit.database):
        words = passphrase.read_text(encoding="utf-8").strip()
        made = demo_pins.make(kit, kit.vault.wrap, words)
    file = settings.home / PINS
    file.touch(mode=0o666 & ~OWNER_ALONE)
    pins = {**kept(settings.home), **{one.name: one.pin for one in made}}
    file.write_text(json.dumps(pins), encoding="utf-8")


def kept(home: Path) -> Mapping[str, str]:
    """By name; empty where there is no such file, or it is damaged."""
    try:
        return dict(json.loads((home / PINS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def told(home: Path, entry: str) -> str:
    """Which phone dials what, and its PIN; empty where nobody has one."""
    pins = kept(home)
    people = [one for one in read_responders(demo_responders()) if one.name in WITH_PINS]
    rows = [
        f"\n  hotline dial '{entry}' --as {one.msisdn}   PIN {pins[one.name]}   {one.name}"
        for one in people
        if one.name in pins
    ]
    return f"\nThree responders read cases behind a PIN:{''.join(rows)}" if rows else ""
