"""The only place where a real thing is made."""

from enum import StrEnum

from hotline.config import Settings
from hotline.ports import Kit


class Role(StrEnum):
    """A trust: each has a key folder of its own, and a process is started with that one alone."""

    HOOKS = "hooks"
    """web: session, run, contact, enrolled and stop keys, the secrets of the hooks' paths. Opens nothing stored."""
    WORKERS = "workers"
    """alerts, misc, clock: the relay's key pair (responders' numbers) and the stop key. Opens no tip."""
    READER = "reader"
    """Later: the pepper of the responders' PINs."""
    CONSOLE = "console"
    """The administrator's commands: enrolled and stop keys, the relay's public key. Tips open with a passphrase only."""


def build_kit(settings: Settings, role: Role) -> Kit:
    """Every plug for one role. Opens no connection yet. Raises NotReady before `hotline init`, KeyMissing."""
    raise NotImplementedError
