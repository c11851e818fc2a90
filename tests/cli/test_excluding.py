"""`hotline tips keep-from`, `let-know`, `link` and `unlink`, as the national desk types them."""

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from tests.builders import make_responder, make_tip
from tests.made_once import lay_line

BY = ("--by", "Alice", "--reason", "the caller names him")


def say(home: Path, *words: str, code: int = 0) -> Result:
    told = CliRunner().invoke(main, words, env={"HOTLINE_HOME": str(home)})
    assert told.exit_code == code, told.output
    return told


def home(folder: Path) -> Path:
    """With two tips of one phone, and a responder."""
    lay_line(folder, datetime.now(UTC))
    kit = build_console(Settings.read({"HOTLINE_HOME": str(folder)}))
    with kit.database.writing() as session:
        session.add_all([make_tip(), make_tip(uid="0" * 31 + "2"), make_responder()])
    kit.database.close()
    return folder


def test_one_keeps_a_tip_from_somebody_and_two_let_him_know_again(tmp_path: Path) -> None:
    home(tmp_path)
    him = ("1", "--person", "Gasabo 1")
    say(tmp_path, "tips", "keep-from", "1", "--why", "named", *BY, code=2)
    kept = say(tmp_path, "tips", "keep-from", *him, "--why", "named", *BY)
    assert "tip 1: is kept from Gasabo 1" in kept.stdout
    say(tmp_path, "tips", "let-know", *him, *BY, code=1)
    assert "no more" in say(tmp_path, "tips", "let-know", *him, "--second", "Bob", *BY).stdout
    log = say(tmp_path, "audit", "list").stdout
    assert "Alice kept tip 1 from somebody: named: responder 1: the caller names him" in log
    assert "Alice keeps tip 1 from somebody no more: responder 1" in log
    line = say(tmp_path, "cases", "log", "T1", "--language", "en").stdout
    assert [row.split("  ", 1)[1] for row in line.splitlines()[1:]] == [
        "excluded  cli (why named)",
        "excluded  cli (why named, lifted yes)",
    ]
    document = json.loads(say(tmp_path, "cases", "log", "1", "--json").stdout)
    assert [one["codes"] for one in document["entries"]] == [
        {"why": "named"},
        {"why": "named", "lifted": "yes"},
    ]
    say(tmp_path, "cases", "log", "K7Q4", code=1)


def test_a_person_links_two_tips_and_undoes_it(tmp_path: Path) -> None:
    home(tmp_path)
    assert "linked" in say(tmp_path, "tips", "link", "1", "2", *BY).stdout
    assert say(tmp_path, "tips", "like", "2").stdout.split() == ["1", "said", "by", "cli:Alice"]
    say(tmp_path, "tips", "link", "1", "3", *BY, code=1)
    assert "linked no more" in say(tmp_path, "tips", "unlink", "2", "1", *BY).stdout
    assert say(tmp_path, "tips", "like", "2").stdout == ""
    log = say(tmp_path, "audit", "list").stdout
    assert "Alice said that tip 1 is like another tip: tip 2" in log
    assert "Alice said that tip 2 is not like another tip: tip 1" in log
