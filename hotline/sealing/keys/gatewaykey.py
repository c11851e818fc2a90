"""The gateway's key: a file of the processes that send, and of nobody else; never in an environment (docs/adr/0049)."""

import os
import re
import stat
from pathlib import Path

from hotline.errors import SettingsInvalid

GATEWAY_KEY = "gateway.key"
"""Its name in a key folder."""
SENDING = ("workers", "watch")
"""The roles whose folders have it."""
MOST_BYTES = 4096
VISIBLE = re.compile(r"[\x21-\x7e]+")


def read_gateway_key(file: Path) -> str:
    """Raises SettingsInvalid, with what to type, where it cannot be read or others could read or change it."""
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            written = opened.read(MOST_BYTES)
    except OSError as broken:
        reason = broken.strerror or type(broken).__name__
        raise _wrong(
            file, f"cannot be read ({reason}): put the key there with `hotline keys gateway`"
        ) from None
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        raise _wrong(file, f"belongs to another account: chown {os.geteuid()} {file}")
    if stat.S_IMODE(status.st_mode) & 0o177:
        raise _wrong(file, f"may be read by others: chmod 0400 {file}")
    return gateway_key_in(written, file)


def gateway_key_in(written: bytes, file: Path) -> str:
    """The key in what a file holds. Raises SettingsInvalid, without a letter of it."""
    key = written.strip().decode("ascii", "replace")
    if not VISIBLE.fullmatch(key):
        raise _wrong(file, "must hold one line of visible ASCII letters, the gateway's key")
    return key


def _wrong(file: Path, problem: str) -> SettingsInvalid:
    return SettingsInvalid([f"the gateway's key: {file} {problem}"])
