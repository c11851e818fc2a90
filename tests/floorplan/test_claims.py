"""Every promise of the README names what proves it, or says that it is a goal; every command in the docs is one."""

import re
from collections.abc import Iterator

import click

from hotline.cli.main import main
from tests.floorplan.proofs import NAMED, is_there
from tests.floorplan.tree import ROOT, python_files
from tests.steps import Tell

ROW = re.compile(r"^\| (?!claim|-)(?P<claim>[^|]+) \| (?P<proofs>[^|]+) \|$", re.M)
CLAIMS = 35
"""At least so many stand in the table."""
COMMAND = re.compile(r"(?:^|[`\s])hotline ((?:[a-z][a-z-]*(?= |`|$) ?)+)", re.M)


def test_every_claim_names_a_proof_that_is_there_or_is_a_goal() -> None:
    rows = [*ROW.finditer((ROOT / "docs" / "claims.md").read_text(encoding="utf-8"))]
    assert len(rows) >= CLAIMS
    faults = []
    for row in rows:
        named = NAMED.findall(row["proofs"])
        if not named and not row["proofs"].startswith(("goal: ", "figure: `hotline ")):
            faults.append(f"{row['claim']}: names nothing")
        faults += [f"{row['claim']}: {proof}" for proof in named if not is_there(proof)]
    assert faults == []


def _documented() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each command in README and docs, as its words stand there."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for found in COMMAND.finditer(path.read_text(encoding="utf-8")):
            yield path.name, tuple(found[1].split())


def _resolved(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of these that lead to a command; none where the first is no command."""
    group: click.Command = main
    known: list[str] = []
    for word in words:
        if not isinstance(group, click.Group):
            break
        found = group.get_command(click.Context(group), word)
        if found is None:
            break
        known.append(word)
        group = found
    return tuple(known) if known and not isinstance(group, click.Group) else ()


def test_every_command_in_the_docs_is_one_and_it_is_said_which_nothing_runs(
    tell_steps: Tell,
) -> None:
    documented = {(file, words, _resolved(words)) for file, words in _documented()}
    commands = {resolved for _, _, resolved in documented if resolved}
    tests = "\n".join(path.read_text(encoding="utf-8") for path in python_files("tests"))
    spoken = re.sub(r"[\"',\s\[\](){}]+", " ", tests)
    unrun = sorted(" ".join(words) for words in commands if f" {' '.join(words)} " not in spoken)
    tell_steps(f"commands in the docs that no test types: {len(unrun)} of {len(commands)}: {unrun}")
    assert len(commands) >= 40
