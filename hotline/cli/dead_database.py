"""Names a database that does not answer, in one sentence and the next step. Says no account and no password."""

import os

from hotline.config import Settings
from hotline.errors import SettingsInvalid, StoreUnavailable
from hotline.store.migrate import server_of

STEP = "`hotline doctor` says what else is wrong; see the database's server, its disk and HOTLINE_DATABASE_URL"


def sentence(broken: StoreUnavailable) -> str:
    """Returns what a command says that met no database."""
    try:
        place = server_of(Settings.read(os.environ).database_url)
    except SettingsInvalid:
        return str(broken)
    return f"the database at {place} does not answer: {broken}\n{STEP}"
