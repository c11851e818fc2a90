"""Makes the start of a command fast. The module pauses the garbage collector during imports. To print the help text of
a command, the module loads only the options of this command."""

import ast
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import InspectLoader
from pathlib import Path
from types import CodeType
from typing import TypeGuard


@contextmanager
def uncollected() -> Iterator[None]:
    """Pauses the garbage collector during the `with` block. Imports leave almost no objects to collect, but the
    collector's search takes a sixth of the start time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class OptionsLoader(InspectLoader):
    """Loads the options and the help text of a single command. The loader loads no service, no table and no other
    command."""

    def __init__(self, file: Path, command: str) -> None:
        self._file, self._command = file, command

    def get_source(self, fullname: str) -> str:  # noqa: ARG002
        return self._file.read_text(encoding="utf-8")

    def get_code(self, fullname: str) -> CodeType:
        body = ast.parse(self.get_source(fullname)).body
        module = ast.Module(list(_needed(body, self._command)), type_ignores=[])
        return compile(module, str(self._file), "exec")


def _needed(body: Sequence[ast.stmt], command: str) -> Iterator[ast.stmt]:
    """Yields only those statements of a module that the decorators of a command need. The statements keep their order.
    For a group of commands, also yields the statements that the decorators of the group's commands need.
    """
    commands = {function.name: function for function in body if _is_of(function, command)}
    for function in commands.values():
        for argument in (*function.args.args, *function.args.kwonlyargs):
            argument.annotation = None
        function.body, function.returns = function.body[:1], None
    names, found = set(commands), 0
    needed: list[ast.stmt] = []
    while len(names) > found:
        found = len(names)
        needed = [statement for statement in body if not names.isdisjoint(_bound(statement))]
        names |= {node.id for one in needed for node in ast.walk(one) if isinstance(node, ast.Name)}
    return iter(needed)


def _is_of(statement: ast.stmt, command: str) -> TypeGuard[ast.FunctionDef]:
    """Returns True if a statement of a module defines the function of the command. If the command is a group,
    also returns True for the functions of the group's commands.
    """
    if not isinstance(statement, ast.FunctionDef):
        return False
    parts = (part for decorator in statement.decorator_list for part in ast.walk(decorator))
    return statement.name == command or any(
        isinstance(part, ast.Name) and part.id == command for part in parts
    )


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yields the names that a statement of a module defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases)
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
