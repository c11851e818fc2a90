"""Draws sixty random sentences from code, screens, errors, help and documents, for readers who do not know the code.

    python -m tests.architecture.sentences              the commit's hash is the seed
    python -m tests.architecture.sentences --seed two   another sixty

Each sentence has its kind and file, and the text around it if there is more.
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
from pathlib import Path

import yaml
from babel.messages.pofile import read_po

from tests.architecture.test_budget import ROOT
from tests.architecture.test_language import docstrings, errors, helps, sources

SCREEN = "caller's screen or SMS"
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*(])|\n\s*\n")
NO_SENTENCE = re.compile(
    r"(?s:^```.*?^```)|^ *(?:[|#<>!:`-]|\d+\.|---)[^\n]*$|^ {4}[^\n]*$", re.MULTILINE
)
"""Samples, tables, headings and lists in a document."""
Drawn = tuple[str, str, str, str]
"""The kind, the file, the sentence, and the sentence with its neighbours."""


def split(kind: str, file: str, text: str) -> Iterator[Drawn]:
    """Yields the sentences in a text that have three words or more."""
    sentences = [" ".join(one.split()) for one in END.split(cleandoc(text))]
    for at, one in enumerate(sentences):
        if len(one.split()) >= 3:
            yield kind, file, one, " ".join(sentences[max(0, at - 2) : at + 2])


def of_code(path: Path) -> Iterator[tuple[str, str]]:
    """Yields the kind and the text of each docstring, comment, help text, error and log line in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (("code", text) for text, _ in docstrings(tree))
    if not path.is_relative_to(ROOT / "tests"):
        yield from (("help", text) for text, _ in helps(tree))
        yield from (("error or log line", text) for text, _ in errors(tree))
    with path.open("rb") as file:
        comments = (one for one in tokenize.tokenize(file.readline) if one.type == tokenize.COMMENT)
        yield from (
            ("code", one.string.lstrip("# ")) for one in comments if "noqa" not in one.string
        )


def in_english(document: object) -> Iterator[str]:
    """Yields each English text in a flow."""
    if isinstance(document, list):
        for value in document:
            yield from in_english(value)
    for key, value in document.items() if isinstance(document, dict) else ():
        yield from [value] if key == "en" and isinstance(value, str) else in_english(value)


def everything() -> Iterator[Drawn]:
    """Yields every sentence of the project."""
    for path in sources():
        for kind, text in of_code(path):
            yield from split(kind, path.relative_to(ROOT).as_posix(), text)
    for name, kind in (("console", "console"), ("messages", SCREEN)):
        with (ROOT / f"locales/en/LC_MESSAGES/{name}.po").open("rb") as file:
            for message in read_po(file):
                yield from split(kind, f"{name}.po", str(message.id and (message.string or "")))
    for path in sorted((ROOT / "flows").glob("*.yaml")):
        for text in in_english(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield from split(SCREEN, path.name, text)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        if not re.search(r"[.-](?:fr|rw)\.md$", path.name):
            text = NO_SENTENCE.sub("\n\n", path.read_text(encoding="utf-8"))
            yield from split("document", path.relative_to(ROOT).as_posix(), text)


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
    for at, (kind, name, one, whole) in enumerate(drawn(seed, asked.number), 1):
        around = f"\n    in: {whole}" if whole != one else ""
        sys.stdout.write(f"{at}. ({kind}, {name}) {one}{around}\n")


if __name__ == "__main__":
    main()
