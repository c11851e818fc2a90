"""Runs the command `bin/test --compare COMMIT`."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from tests.compare.checkouts import of_commit, of_tree, tree
from tests.compare.comparison import COUNT, Comparison
from tests.compare.line import LineBroken
from tests.compare.transcript import told

LINES, SEED = 5, 25


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test --compare", description=__doc__)
    parser.add_argument("commit", help="version to compare the working tree with")
    parser.add_argument("--stories", type=int, default=COUNT, help="number of stories to draw; 300")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the draw; 25")
    parser.add_argument("--lines", type=int, default=LINES, help="lines that run at a time; 5")
    parser.add_argument("--only", type=int, help="the world of this number alone")
    parser.add_argument("--tree", type=Path, help="another folder in place of the working tree")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="hotline-compare-"))
    try:
        ours = of_tree(folder) if given.tree is None else replace(tree(), root=given.tree)
        comparison = Comparison(
            folder, ours, of_commit(given.commit, folder, _say), given.seed, given.lines, _say
        )
        found = comparison.compare(given.stories, given.only)
    except LineBroken as broken:
        _say(str(broken))
        return 2
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        click.echo(json.dumps(found.shown(), indent=2, ensure_ascii=False))
    else:
        for one in found.differences:
            click.echo("\n".join(told(one)))
        click.echo("\n".join(found.coverage()))
    return 1 if found.fails else 0


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    sys.exit(main())
