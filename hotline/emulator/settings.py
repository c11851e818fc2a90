"""What may be set about the stand-in: how it is reached, what nobody has proved about the gateway, how fast it is."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from hotline.errors import SettingsInvalid

CITIZEN = "+250788000001"
"""Who holds the citizen's handset."""


class DirectDial(StrEnum):
    """How digits behind the service code arrive. Nobody has proved either."""

    IN_TEXT = "A"
    """`serviceCode=*384*777#`, first `text=1`."""
    IN_CODE = "B"
    """`serviceCode=*384*777*1#`, first `text` empty."""


class MoDate(StrEnum):
    """The two shapes of an incoming message's date."""

    ISO = "iso"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """Times are seconds of the stand-in's own clock, which may run faster than the wall's."""

    service_code: str = "*384*777#"
    shortcode: str = "3847"
    senders: tuple[str, ...] = ()
    """Sender ids that are registered; none means that any is."""
    direct_dial: DirectDial = DirectDial.IN_TEXT
    forward_empty: bool = True
    """Whether an empty reply reaches the line; else the network shows the screen again."""
    limit: int = 182
    """Septets a USSD string may have; one letter outside GSM-7 leaves 80 UCS-2 units."""
    idle: float = 30.0
    dialog: float = 180.0
    total_timeout: float = 10.0
    """Wall seconds for the line to answer a hop."""
    slow_after: float = 5.0
    """Wall seconds after which an answer breaks the line's own promise, though the network still takes it."""
    end_notice_after: float = 0.2
    live_status: bool = False
    """Answer 100 instead of 102, as the live system was seen to do."""
    message_parts: bool = True
    interim: tuple[str, ...] = ("Submitted",)
    """Delivery reports before the final one."""
    deliver_after: float = 0.4
    report_gap: float = 0.2
    give_up_after: float = 120.0
    """How long a message waits for a phone that is off; a network waits for days."""
    mo_repeat: float = 60.0
    mo_patience: float = 12 * 3600.0
    mo_split: bool = False
    """One callback for each part of a long message, instead of a joined one."""
    mo_date: MoDate = MoDate.ISO

    def changed(self, changes: Mapping[str, Any]) -> "EmulatorSettings":
        """Returns them with some values replaced, each read as the type it has. Raises SettingsInvalid, all at once."""
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
