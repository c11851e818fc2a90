"""Reads the gateway's key from a file that only the sending processes have.

It is never in an environment variable (docs/decisions/12).
"""

import os
import re
import stat
from pathlib import Path

from hotline.errors import SettingsInvalid

GATEWAY_KEY = "gateway.key"
"""The file name of the gateway's key in a key folder."""
SENDING_ROLES = ("workers", "watch")
"""The roles whose folders contain the gateway's key."""
MAX_BYTES = 4096
VISIBLE = re.compile(r"[\x21-\x7e]+")


def read_gateway_key(file: Path) -> str:
    """Returns the gateway's key.

    Raises SettingsInvalid, with the command to type, if the file is unreadable or other accounts may read it.
    """
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            written = opened.read(MAX_BYTES)
    except OSError as broken:
        reason = broken.strerror or type(broken).__name__
        raise _wrong(
            file, f"this file cannot be read ({reason}): store the key with `hotline keys gateway`"
        ) from None
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        raise _wrong(
            file,
            f"this file belongs to another account of the system: run chown {os.geteuid()} {file}",
        )
    if stat.S_IMODE(status.st_mode) & 0o177:
        raise _wrong(file, f"other accounts can read this file: run chmod 0400 {file}")
    return gateway_key_in(written, file)


def gateway_key_in(written: bytes, file: Path) -> str:
    """Returns the key from a file's content. Raises SettingsInvalid with a message that shows no part of the key."""
    key = written.strip().decode("ascii", "replace")
    if not VISIBLE.fullmatch(key):
        raise _wrong(
            file, "the file must contain only the key: one line of visible ASCII characters"
        )
    return key


def _wrong(file: Path, problem: str) -> SettingsInvalid:
    return SettingsInvalid([f"the gateway's key in {file}: {problem}"])
