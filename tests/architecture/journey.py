"""Counts the files and folders with code that a request can reach. Run `python -m tests.architecture.journey [--json]
[--list NAME]`.

The count follows function calls, decorators, and methods called on `self` or on a class. The count does not follow
annotations, the values of constants, or methods of other objects. So a request may reach more files and folders than
the count says. Two runs on the same code give the same numbers. The count includes a file if the request reaches a
function of this file that is outside of a class. It includes a folder if the request reaches a function or class in
this folder.
"""

import argparse
import ast
import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.architecture.tree import ROOT

NODE = "/changes/<int:draft_id>/flows/<flow>/<node>"
PAGES = {"close": "/tips/<int:tip_id>/close", "screen": NODE}
HOOKS = {"hop": "hotline.web.hooks.ussd", "sms": "hotline.web.hooks.sms"}
BUILT = ("__init__", "__post_init__")
Code = ast.FunctionDef | ast.ClassDef


class Place(NamedTuple):
    """A function, class or method. If `name` is empty, the place is the module itself."""

    root: Path
    module: str
    name: str = ""
    method: str = ""


class Module(NamedTuple):
    path: Path
    own: dict[str, ast.stmt]
    imports: dict[str, tuple[str, str]]


def imported(nodes: Iterable[ast.AST]) -> dict[str, tuple[str, str]]:
    """Returns the names that a module imports from our modules, each with its module and original name."""
    found = (one for one in nodes if isinstance(one, ast.ImportFrom))
    pairs = ((one.module or "", name) for one in found for name in one.names)
    return {name.asname or name.name: (module, name.name) for module, name in pairs}


def named(node: ast.AST) -> str:
    return str(getattr(node, "name", getattr(node, "id", "")))


@cache
def module_of(root: Path, name: str) -> Module | None:
    """Reads the code of a module. Returns None if the module is not in this repository."""
    path = root / name.replace(".", "/")
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            body = ast.parse(file.read_text("utf-8")).body
            own = {named(at): one for one in body for at in getattr(one, "targets", [one])}
            outer = (at for one in body if not isinstance(one, Code) for at in ast.walk(one))
            return Module(file, own, imported(outer))
    return None


def found_in(at: Place, name: str, imports: Mapping[str, tuple[str, str]]) -> Place | None:
    """Returns the definition that a name in a module refers to. If the name is imported, the function follows the
    imports to the definition."""
    if name not in imports:
        module = module_of(*at[:2])
        return Place(*at[:2], name) if module and name in module.own else None
    source, member = Place(at.root, imports[name][0]), imports[name][1]
    whole = source._replace(module=f"{source.module}.{member}")
    if module_of(*whole[:2]):
        return whole
    return found_in(source, member, other.imports) if (other := module_of(*source[:2])) else None


def used(tree: ast.AST, place: Place, module: Module) -> Iterator[Place]:
    """Yields the definitions whose names are used in a piece of code outside of annotations. If a local variable has
    the same name as a definition, the definition is left out."""
    whole = [*ast.walk(tree)]
    imports = module.imports | imported(whole)
    hidden = {named(one) for one in whole if isinstance(getattr(one, "ctx", None), ast.Store)}
    hidden |= {one.arg for one in whole if isinstance(one, ast.arg)}
    notes = (getattr(one, name, None) for one in whole for name in ("annotation", "returns"))
    skipped = {part for note in notes if note for part in ast.walk(note)}
    for node in (one for one in whole if one not in skipped):
        first, names = node, list[str]()
        while isinstance(first, ast.Attribute):
            names.append(first.attr)
            first = first.value
        if named(first) == "self" and place.method and names:
            yield place._replace(method=names[-1])
        elif isinstance(first, ast.Name) and first.id not in hidden:
            found = found_in(place, first.id, imports)
            while found and not found.name and names and (other := module_of(*found[:2])):
                found = found_in(found, names.pop(), other.imports)
            if found and found.name:
                yield from (found, *(found._replace(method=name) for name in names[-1:]))


def reached(entry: Place) -> Mapping[Place, Module]:
    """Returns the entry, and all functions, classes and methods that it can reach."""
    seen, todo = dict[Place, Module](), [entry]
    while todo:
        module = module_of(*(place := todo.pop())[:2])
        node = module.own.get(place.name) if module else None
        if module is None or place in seen or not isinstance(node, Code):
            continue
        seen[place] = module
        parts: list[ast.AST] = [node]
        if isinstance(node, ast.ClassDef):
            bases = [found for base in node.bases for found in used(base, place, module)]
            parts = [one for one in node.body if place.method and named(one) == place.method]
            todo += bases + [place._replace(method=name) for name in BUILT if not place.method]
            todo += [base._replace(method=place.method) for base in bases if not parts]
        else:
            chosen = [module.own.get(named(one)) for one in node.decorator_list]
            parts += [one for one in chosen if isinstance(one, ast.Assign)]
        todo += [found for part in parts for found in used(part, place, module)]
    return seen


def entries() -> dict[str, Place]:
    """Returns the entry function for each kind of request."""
    table = (ROOT / "hotline/console/routes.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in table if not line.startswith("#"))
    posts = {row["rule"]: f"hotline.{row['view']}" for row in rows if row["method"] == "POST"}
    views = HOOKS | {name: posts[rule] for name, rule in PAGES.items()}
    return {name: Place(ROOT, *view.rpartition(".")[::2]) for name, view in views.items()}


def journey(entry: Place) -> dict[str, list[str]]:
    """Returns the files and the folders that an entry can reach."""
    files, folders = set[str](), set[str]()
    for place, module in reached(entry).items():
        path = module.path.relative_to(entry.root)
        folders.add(str(path.parent))
        if isinstance(module.own[place.name], ast.FunctionDef):
            files.add(str(path))
    return {"files": sorted(files), "folders": sorted(folders)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="Print JSON.")
    parser.add_argument("--list", choices=entries(), help="Print the files of one journey.")
    asked, found = parser.parse_args(), {name: journey(at) for name, at in entries().items()}
    rows = [f"{name:10}{len(one['files']):6}{len(one['folders']):9}" for name, one in found.items()]
    rows = found[asked.list]["files"] if asked.list else ["journey    files  folders", *rows]
    sys.stdout.write((json.dumps(found, indent=2) if asked.json else "\n".join(rows)) + "\n")
