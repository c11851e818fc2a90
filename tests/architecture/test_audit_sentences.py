"""Tests that every action in the audit log can be shown as a sentence."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hotline.cases.service_sheet import SearchKind
from hotline.duty.service_accounts import SeriousCommand
from hotline.people.rules_audit import OUTCOMES, SENTENCES
from hotline.programmes.rules import Programme
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_receipts import CallOutcome
from hotline.web.service_approvals import APPROVALS
from tests.architecture.tree import parsed, path_of, python_files

NAMED = {
    "programme": [*Programme],
    "outcome": [*CallOutcome],
    "command.action": [one.action for one in SeriousCommand],
    "kind.value": [*SearchKind],
    "rule.given": [rule.given for rule in APPROVALS.values() if rule.given],
    "rule.refused": [rule.refused for rule in APPROVALS.values()],
}
"""The expressions from which the test cannot read the name of an action in the audit log, each with every name that
the expression can have as its value.
"""

PLACE = {"append_row": 3, "append_command": 3, "append_about_tip": 2}
"""The position of the argument `action` in a call of each function that adds a row to the audit log."""


@dataclass(frozen=True, slots=True)
class ReadModule:
    """The functions and calls in a module, found in one pass."""

    functions: Sequence[ast.FunctionDef]
    calls: Mapping[str, Sequence[ast.Call]]
    """The calls in the module, by the last part of the name of the called function."""

    @classmethod
    def of(cls, path: Path) -> "ReadModule":
        nodes = list(ast.walk(parsed(path)))
        calls: dict[str, list[ast.Call]] = defaultdict(list)
        for node in nodes:
            if isinstance(node, ast.Call):
                calls[_called(node)].append(node)
        return cls([node for node in nodes if isinstance(node, ast.FunctionDef)], {**calls})


def _appended(module: ReadModule) -> Iterator[tuple[str | None, ast.expr]]:
    """Yields a pair for each row that a module adds to the audit log: the name of the function that adds the row, and
    the action of the row.
    """
    if not any(_of_audit(call) for name in PLACE for call in module.calls.get(name, ())):
        return
    for function in module.functions:
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and _of_audit(call):
                named = [word.value for word in call.keywords if word.arg == "action"]
                yield function.name, named[0] if named else call.args[PLACE[_called(call)]]


def _called(call: ast.Call) -> str:
    """Returns the last part of the name of a called function."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _of_audit(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="tables_audit"), attr=name):
            return name in PLACE
    return False


def _handed(name: str, parameter: str, everywhere: dict[Path, ReadModule]) -> Iterator[ast.expr]:
    """Yields the values that all calls of the function `name` pass for its parameter."""
    for module in everywhere.values():
        defined = [
            node
            for node in module.functions
            if node.name == name and parameter in [one.arg for one in node.args.args]
        ]
        if not defined:
            continue
        names = [one.arg for one in defined[0].args.args if one.arg != "self"]
        place = names.index(parameter)
        callers = [module] if name.startswith("_") else everywhere.values()
        for call in (call for one in callers for call in one.calls.get(name, ())):
            yield from [word.value for word in call.keywords if word.arg == parameter]
            if len(call.args) > place and not isinstance(call.args[place], ast.Starred):
                yield call.args[place]


def _names(action: ast.expr) -> list[str]:
    """Returns every possible name of an action, or an empty list if the names cannot be known."""
    match action:
        case ast.Constant(value=str(name)):
            return [name]
        case ast.Attribute():
            return [*map(str, NAMED.get(ast.unparse(action), []))]
        case ast.IfExp(body=one, orelse=other):
            return [*_names(one), *_names(other)]
        case ast.JoinedStr(values=parts):
            found = [""]
            for part in parts:
                if isinstance(part, ast.Constant):
                    found = [before + str(part.value) for before in found]
                elif isinstance(part, ast.FormattedValue):
                    ends = [str(one) for one in NAMED.get(ast.unparse(part.value), [])]
                    if not OUTCOMES.keys().isdisjoint(found[:1]):
                        ends = [str(one) for one in TipOutcome]
                    found = [before + end for before in found for end in ends]
            return found
    return []


@cache
def _written() -> Mapping[str, str]:
    """Returns the name of every action, and the file that writes it."""
    everywhere = {path: ReadModule.of(path) for path in python_files("hotline", "workers")}
    found: dict[str, str] = {}
    for path, module in everywhere.items():
        for function, action in _appended(module):
            ways = [action]
            if isinstance(action, ast.Name):
                ways = list(_handed(function or "", action.id, everywhere))
            names = [name for way in ways for name in _names(way)]
            assert names, f"{path_of(path)}: which action is {ast.unparse(action)}?"
            found |= dict.fromkeys(names, path_of(path))
    return found


def is_known_action(action: str) -> bool:
    return action in SENTENCES or action.startswith(tuple(OUTCOMES))


def test_every_action_has_its_sentence() -> None:
    written = _written()
    assert len(written) > 30
    missing = {name: where for name, where in written.items() if not is_known_action(name)}
    assert not missing, f"write their sentences in people/audit_sentences.toml: {missing}"


def test_no_sentence_is_of_an_action_that_nothing_writes() -> None:
    written = _written()
    assert not set(SENTENCES) - set(written)
    assert all(any(name.startswith(begins) for name in written) for begins in OUTCOMES)
