"""The first change that CONTRIBUTING.md walks a newcomer through still fits the house."""

import ast
import inspect
import re
import shutil
import textwrap
from pathlib import Path

from click.testing import CliRunner

from hotline.cli.main import main
from hotline.services.dialogue import answer_effects
from hotline.services.rolls import answer_counts
from tests.callers import FLOWS
from tests.floorplan.tree import ROOT

BLOCK = re.compile(r"^ *```(?P<kind>yaml|python)\n(?P<body>.*?)^ *```", re.M | re.S)
BLOCKS = [
    (block["kind"], textwrap.dedent(block["body"]))
    for block in BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
]
NODE = next(body for kind, body in BLOCKS if kind == "yaml")
EFFECT = next(body for kind, body in BLOCKS if kind == "python")
BEFORE = "  leaving:\n"


def test_the_flow_that_it_shows_has_nothing_to_mend(tmp_path: Path) -> None:
    shutil.copytree(FLOWS, tmp_path / "flows")
    leaders = tmp_path / "flows" / "leaders.yaml"
    words = leaders.read_text(encoding="utf-8")
    last = words.index("goes: last", words.index("  written:"))
    words = f"{words[:last]}goes: case_told{words[last + len('goes: last') :]}"
    assert words.count(BEFORE) == 1
    node = textwrap.indent(NODE, "  ")
    leaders.write_text(words.replace(BEFORE, f"{node}\n{BEFORE}"), encoding="utf-8")

    checked = CliRunner().invoke(main, ["flows", "check", str(tmp_path / "flows")])
    assert checked.exit_code == 0, checked.output
    assert "leaders.case_told" in checked.output
    assert "Nothing to mend." in checked.output


def test_the_effect_that_it_shows_calls_what_is_there() -> None:
    function, _ = EFFECT.split("\n\n", 1)
    for name in set(re.findall(r"\b(Given|Roll|partial|EFFECTS)\b", EFFECT)):
        assert hasattr(answer_effects, name)
    (call,) = [node for node in ast.walk(ast.parse(function)) if isinstance(node, ast.Call)]
    assert ast.unparse(call.func) == "answer_counts.log"
    inspect.signature(answer_counts.log).bind(*call.args)
