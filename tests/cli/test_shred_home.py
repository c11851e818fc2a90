"""`hotline prove-shred --home`: a role of the real line that kept the key of a past week is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.config import Settings
from hotline.sealing.epochs import Epochs, last_week
from hotline.sealing.keyfolder import KeyFolder
from hotline.sealing.keymaking import make_keys
from hotline.store import migrate
from hotline.store.database import open_database


def proved(home: Path) -> Result:
    return CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["prove-shred", "--home"])


def test_a_role_that_did_not_walk_is_found(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    make_keys(tmp_path / "keys", now - timedelta(weeks=9))
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    migrate.upgrade(database)
    database.close()
    hooks, workers = (KeyFolder(tmp_path / "keys" / role) for role in ("hooks", "workers"))

    Epochs(workers).forget(last_week(now))
    found = [line for line in proved(tmp_path).output.splitlines() if line.startswith("FOUND")]
    assert len(found) == 2
    assert all("keys of hooks" in line for line in found)

    Epochs(hooks).forget(last_week(now))
    for name in hooks.names():
        if name.startswith("contact-"):
            hooks.destroy(name)
    assert proved(tmp_path).exit_code == 0
