"""Draws sixty random sentences from code, screens, errors, help texts and documents. Readers who do not know the code
then judge if each sentence is clear.

    python -m tests.architecture.sentences              the commit's hash is the seed
    python -m tests.architecture.sentences --seed two   another sixty

Each drawn sentence comes with its kind and its context: the file, the function or option that it describes, the
heading above it, and the sentences next to it.
"""

import argparse
import ast
import random
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path

import yaml
from babel.messages.pofile import read_po

from tests.architecture.test_language import FOLDERS, errors, words_of
from tests.architecture.tree import ROOT, parsed, path_of, python_files

SCREEN = "caller's screen or SMS"
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*(])|\n\s*\n")
SAMPLE = re.compile(r"(?ms:^```.*?^```)")
HEADING = re.compile(r"^#+ +", re.MULTILINE)
NO_SENTENCE = re.compile(r"^ *(?:[|#<>!:`-]|\d+\.|---)[^\n]*$|^ {4}[^\n]*$", re.MULTILINE)
"""Matches the lines of tables, lists and code in a document, which are not sentences."""
BLOCK = re.compile(r"^(?:\|| {4})[^\n]*$", re.MULTILINE)
"""Matches the tables and the commands in a docstring, which are not sentences."""
Drawn = tuple[str, str, str, str]
"""A drawn sentence: its kind, its place, the sentence, and the sentence together with the sentences next to it."""


def split(kind: str, place: str, text: str) -> Iterator[Drawn]:
    """Yields the sentences in a text that have three words or more."""
    sentences = [" ".join(one.split()) for one in END.split(cleandoc(text))]
    for at, one in enumerate(sentences):
        if len(one.split()) >= 3:
            yield kind, place, one, " ".join(sentences[max(0, at - 2) : at + 2])


def above(node: ast.AST, at: int) -> str:
    """Returns the code that a reader sees above a docstring: a function, a class, a variable, or no code."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and at:
        return ast.unparse(node.body[at - 1]).partition(" = ")[0]
    if isinstance(node, ast.FunctionDef):
        parameters = (one.arg for one in (*node.args.args, *node.args.kwonlyargs))
        return f"def {node.name}({', '.join(parameters)})"
    return f"class {node.name}" if isinstance(node, ast.ClassDef) else ""


def helps(call: ast.Call, command: str) -> Iterator[tuple[str, str, str]]:
    """Yields the help text and the prompt of an option, with the names of its command and of the option."""
    name = f"{command} {words_of(call.args[0])}".strip() if call.args else command
    for one in call.keywords:
        if one.arg in ("help", "prompt"):
            yield "help", name, words_of(one.value)


def of_code(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yields the kind, the place and the text of each docstring, comment, help text, error and log line in a file."""
    tree = parsed(path)
    commands: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            commands |= dict.fromkeys(node.decorator_list, node.name)
        body = getattr(node, "body", None)
        for at, line in enumerate(body if isinstance(body, list) else ()):
            if isinstance(line, ast.Expr) and (text := words_of(line.value)):
                yield "code", above(node, at), BLOCK.sub("\n\n", cleandoc(text))
        if isinstance(node, ast.Call) and path.is_relative_to(ROOT / "hotline"):
            yield from helps(node, commands.get(node, ""))
    if not path.is_relative_to(ROOT / "tests"):
        yield from (("error or log line", "", text) for text, _ in errors(ast.walk(tree)))
    with path.open("rb") as file:
        tokens = [one for one in tokenize.tokenize(file.readline) if one.string.strip()]
    comment = ""
    for one, after in pairwise(tokens):
        if one.type == tokenize.COMMENT and not re.search("noqa|type:", one.string):
            comment = f"{comment} {one.string.lstrip('# ')}".strip()
            is_alone = one.line.lstrip().startswith("#")
            if not (is_alone and after.line.lstrip().startswith("#")):
                line = after.line if is_alone else one.line
                yield "code", line.partition("#")[0].strip(), comment
                comment = ""


def in_english(document: object, place: str) -> Iterator[tuple[str, str]]:
    """Yields each English text in a flow, with the names of its node and field."""
    if isinstance(document, list):
        for value in document:
            yield from in_english(value, place)
    for key, value in document.items() if isinstance(document, dict) else ():
        if key == "en" and isinstance(value, str):
            yield place, value
        else:
            yield from in_english(value, f"{place} {'' if key == 'nodes' else key}".strip())


def uses() -> dict[str, str]:
    """Maps each text in double quotes in the hotline's files to the name of the file that contains it."""
    found: dict[str, str] = {}
    for suffix in ("py", "toml", "csv", "html"):
        for path in sorted((ROOT / "hotline").rglob(f"*.{suffix}")):
            shown = re.findall(r'"([^"\n]+)"', path.read_text(encoding="utf-8"))
            found |= dict.fromkeys(shown, path.name)
    return found


def everything() -> Iterator[Drawn]:
    """Yields every sentence of code, screens, errors, help texts and documents."""
    for path in python_files(*FOLDERS):
        for kind, place, text in of_code(path):
            yield from split(kind, f"{path_of(path)}: {place}", text)
    used = uses()
    for name, kind in (("console", "console"), ("messages", SCREEN)):
        with (ROOT / f"locales/en/LC_MESSAGES/{name}.po").open("rb") as file:
            for message in read_po(file):
                place = (
                    f"{name}.po: {' '.join(message.auto_comments) or used.get(str(message.id), '')}"
                )
                yield from split(kind, place, str(message.id and (message.string or "")))
    for path in sorted((ROOT / "flows").glob("*.yaml")):
        for place, text in in_english(yaml.safe_load(path.read_text(encoding="utf-8")), ""):
            kind = "title for colleagues" if place.endswith(("title", "description")) else SCREEN
            yield from split(SCREEN, f"{path.name}: {kind}: {place}", text)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        if not re.search(r"[.-](?:fr|rw)\.md$", path.name):
            for part in HEADING.split(SAMPLE.sub("\n\n", path.read_text(encoding="utf-8"))):
                heading, _, text = part.partition("\n")
                place = f"{path_of(path)}: {heading}"
                yield from split("document", place, NO_SENTENCE.sub("\n\n", text))


def drawn(seed: str, number: int) -> list[Drawn]:
    """Draws sentences at random, equally many of each kind."""
    kinds: dict[str, list[Drawn]] = {}
    for one in everything():
        kinds.setdefault(one[0], []).append(one)
    chance = random.Random(seed)
    each = -(-number // len(kinds))
    chosen = [one for some in kinds.values() for one in chance.sample(some, min(each, len(some)))]
    chance.shuffle(chosen)
    return chosen[:number]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", help="instead of the commit's hash")
    parser.add_argument("--number", type=int, default=60)
    asked = parser.parse_args()
    head = ["git", "rev-parse", "HEAD"]
    seed = asked.seed or subprocess.check_output(head, cwd=ROOT, text=True).strip()
    for at, (kind, place, one, whole) in enumerate(drawn(seed, asked.number), 1):
        around = f"\n    in: {whole}" if whole != one else ""
        sys.stdout.write(f"{at}. ({kind}, {place.removesuffix(': ')}) {one}{around}\n")


if __name__ == "__main__":
    main()
