"""The commands that tests type: whole, by a group's object, or by a helper of their file that adds the group's name."""

import ast
from collections.abc import Iterable, Iterator

from hotline.cli.main import COMMANDS
from tests.floorplan.tree import parsed, python_files

Words = tuple[str, ...]

ROOMS = ("tests/cli", "tests/house", "tests/chaos", "tests/faults", "tests/browser")
"""Where tests type commands."""
MODULE = "hotline.cli.main"
"""What stands before the words where a test starts a process."""
GROUPS = {entry.target: name for name, entry in COMMANDS.items()}


def typed_by_tests() -> frozenset[Words]:
    """Every list of words that a test gives to a command, with the name of the group where the file shows it."""
    return frozenset(words for path in python_files(*ROOMS) for words in typed_in(parsed(path)))


def typed_in(module: ast.Module) -> Iterator[Words]:
    sequences = {words for node in ast.walk(module) if (words := _words(node))}
    groups = {*_imported(module), *_prefixes(module)}
    yield from sequences
    yield from ((group, *words) for group in groups for words in sequences)


def is_typed(name: Words, typed: Iterable[Words]) -> bool:
    return any(words[: len(name)] == name for words in typed)


def _words(node: ast.AST) -> Words:
    """The strings of a call, a list or a tuple in their order; the words of a string that is split."""
    match node:
        case ast.Call(args=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            constants = [part.value for part in parts if isinstance(part, ast.Constant)]
            words = [value for value in constants if isinstance(value, str)]
            return tuple(words[words.index(MODULE) + 1 :] if MODULE in words else words)
        case ast.Constant(value=str(text)) if " " in text:
            return tuple(text.removeprefix("hotline ").split())
        case _:
            return ()


def _imported(module: ast.Module) -> Iterator[str]:
    """The groups whose objects a file imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                group = GROUPS.get(f"{node.module}:{name.name}")
                if group is not None:
                    yield group


def _prefixes(module: ast.Module) -> Iterator[str]:
    """The group's name where a helper puts it before the words it is given: `["watch", *words]`."""
    for node in ast.walk(module):
        match node:
            case (
                ast.List(elts=[ast.Constant(value=str(group)), ast.Starred(), *_])
                | ast.Tuple(elts=[ast.Constant(value=str(group)), ast.Starred(), *_])
            ):
                yield group
