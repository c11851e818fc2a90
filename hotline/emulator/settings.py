"""Holds the emulator's settings: its codes, its speed, and gateway behaviour that is not verified."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from hotline.errors import SettingsInvalid

CITIZEN = "+250788000001"
"""Number of the citizen's handset."""


class DirectDial(StrEnum):
    """The form in which digits after the service code arrive. Neither form is verified against the gateway."""

    IN_TEXT = "A"
    """The post has `serviceCode=*384*777#` and first `text=1`."""
    IN_CODE = "B"
    """The post has `serviceCode=*384*777*1#` and first `text` empty."""


class MoDate(StrEnum):
    """The two formats of an incoming message's date."""

    ISO = "iso"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """The emulator's settings. Times are seconds of its own clock, which may run faster than real time."""

    service_code: str = "*384*777#"
    shortcode: str = "3847"
    senders: tuple[str, ...] = ()
    """Registered sender ids. Empty means that every sender id is accepted."""
    direct_dial: DirectDial = DirectDial.IN_TEXT
    forward_empty: bool = True
    """True where an empty reply reaches the hotline. False where the network shows the screen again."""
    limit: int = 182
    """Most septets in a USSD string. One letter outside GSM-7 leaves 80 UCS-2 units."""
    idle: float = 30.0
    dialog: float = 180.0
    total_timeout: float = 10.0
    """Real seconds that the hotline has to answer a hop."""
    slow_after: float = 5.0
    """Real seconds after which an answer is a violation, although the network still accepts it."""
    end_notice_after: float = 0.2
    live_status: bool = False
    """True where the gateway answers 100 instead of 102, as the production gateway was seen to do."""
    message_parts: bool = True
    interim: tuple[str, ...] = ("Submitted",)
    """Delivery reports sent before the final one."""
    deliver_after: float = 0.4
    report_gap: float = 0.2
    give_up_after: float = 120.0
    """Seconds that a message waits for a phone that is off. A real network waits for days."""
    mo_repeat: float = 60.0
    mo_patience: float = 12 * 3600.0
    mo_split: bool = False
    """True where each part of a long message gets its own callback. False where the parts are joined."""
    mo_date: MoDate = MoDate.ISO

    def changed(self, changes: Mapping[str, Any]) -> "EmulatorSettings":
        """Returns a copy with some values replaced. Each value must fit the type of its field.

        Raises SettingsInvalid with a list of all problems.
        """
        problems: list[str] = []
        read: dict[str, Any] = {}
        known = {field.name for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                problems.append(f"{name}: no such setting")
                continue
            try:
                read[name] = _like(getattr(self, name), value)
            except (TypeError, ValueError):
                problems.append(f"{name}: not a {type(getattr(self, name)).__name__}")
        if problems:
            raise SettingsInvalid(problems)
        return replace(self, **read)


def _like(sample: object, value: Any) -> Any:
    if isinstance(sample, bool):
        if not isinstance(value, bool):
            raise TypeError
        return value
    if isinstance(sample, tuple):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise TypeError
        return tuple(value)
    if isinstance(sample, str) and not isinstance(value, str):
        raise TypeError
    kind: type[Any] = type(sample)
    return kind(value)
