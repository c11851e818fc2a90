"""`hotline tips keep-from` and `let-know`, as the national desk types them."""

from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from hotline.sealing.keys.keymaking import make_keys
from hotline.store.schema import create_all
from tests.builders import make_responder, make_tip

BY = ("--by", "Alice", "--reason", "the caller names him")


def say(home: Path, *words: str, code: int = 0) -> Result:
    told = CliRunner().invoke(main, words, env={"HOTLINE_HOME": str(home)})
    assert told.exit_code == code, told.output
    return told


def test_one_keeps_a_tip_from_somebody_and_two_let_him_know_again(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys", datetime.now(UTC))
    (tmp_path / "hotline.db").touch()
    kit = build_console(Settings.read({"HOTLINE_HOME": str(tmp_path)}))
    create_all(kit.database)
    with kit.database.writing() as session:
        session.add_all([make_tip(), make_responder()])
    kit.database.close()

    him = ("1", "--person", "Gasabo 1")
    say(tmp_path, "tips", "keep-from", "1", "--why", "named", *BY, code=2)
    kept = say(tmp_path, "tips", "keep-from", *him, "--why", "named", *BY)
    assert "tip 1: is kept from Gasabo 1" in kept.stdout
    say(tmp_path, "tips", "let-know", *him, *BY, code=1)
    assert "no more" in say(tmp_path, "tips", "let-know", *him, "--second", "Bob", *BY).stdout
    log = say(tmp_path, "audit", "list").stdout
    assert "Alice kept tip 1 from somebody: named: responder 1: the caller names him" in log
    assert "Alice keeps tip 1 from somebody no more: responder 1" in log
