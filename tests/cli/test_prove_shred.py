"""Tests the search of `bin/bench erasure`, which looks for the data of a tip. At the end, the search must find nothing.
Earlier, it must find all data that the hotline has not erased yet.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.erasure.shred import Intruder, prove_shred, take, until_logged
from tests.erasure.trial import Trial
from tests.faults.stand.ground import Pair
from tests.support.embedded import redis_of
from tests.support.servers import short_folder

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]
CALLER, WORDS = "+250788300077", "ikanariyihishe"


@pytest.mark.parametrize("pair", [*Pair])
def test_what_was_erased_opens_for_nobody(pair: Pair) -> None:
    result = CliRunner().invoke(prove_shred, ["--pair", pair.value, "--json"])
    proof = json.loads(result.stdout)
    assert (proof["blind"], proof["found"], result.exit_code) == ([], [], 0)
    assert len(proof["tried"]) == 10


@pytest.fixture
def intruder(tmp_path: Path) -> Iterator[Intruder]:
    """Yields an intruder on the first day, when nothing is erased yet and every key exists."""
    with short_folder("hl") as folder:
        home = folder / "home"
        home.mkdir()
        trial = Trial(home, {})
        with redis_of(trial.settings):
            trial.tell(CALLER, WORDS)
            trial.text(CALLER, "akazi")
            until_logged(home / "redis")
            yield Intruder(trial, take(trial, tmp_path / "stolen"), CALLER, WORDS)
        trial.close()


def test_every_try_succeeds_while_the_keys_are_there_and_none_after(intruder: Intruder) -> None:
    assert [succeeds() for succeeds in intruder.tries.values()] == [True] * 9
    assert intruder.reads(intruder.trial.home, intruder.stolen.folder) == set()
    (intruder.stolen.folder / "note.txt").write_text(f"she said {WORDS} from 0{CALLER[4:]}")
    assert {"note.txt: the words as plain", "note.txt: the number as plain"} <= intruder.reads(
        intruder.stolen.folder
    )

    for _ in intruder.trial.pass_by(intruder.stolen.tip.id):
        pass
    assert [succeeds() for succeeds in intruder.tries.values()] == [False] * 9
