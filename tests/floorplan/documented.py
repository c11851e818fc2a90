"""The commands that our pages and our own messages name, as they stand there, and whether the program takes them."""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from hotline.cli.keys.backup import BackupGroup
from hotline.cli.main import main
from tests.floorplan.tree import ROOT, parsed, python_files, said

FENCE = re.compile(r"^```\w*\n(?P<body>.*?)^```", re.M | re.S)
SPAN = re.compile(r"(?<!`)`(?!`)(?P<body>[^`]+)`(?!`)")
LINE = re.compile(
    r"(?:[A-Z_]+=\S+ )*(?:deploy/as \S+|(?:\.venv/bin/)?hotline)(?: (?P<words>[^>&|;]*))?$",
)
SHELL = re.compile(r"\s*[>&|;]")
PLACEHOLDER = re.compile(r"[A-Z][A-Z/]*(\.\.\.)?|\.\.\.")
"""What the reader puts in: `NAME`, or `...` for all the rest."""
FILLED = "VALUE"
"""What stands for what the code puts into a message."""


@dataclass(frozen=True, slots=True)
class DocumentedCommand:
    where: str
    words: str


def documents() -> list[Path]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    return sorted(pages)


@cache
def documented() -> list[DocumentedCommand]:
    """Every command line of our pages and messages, once for each page that has it."""
    on_pages = [
        DocumentedCommand(path.name, words)
        for path in documents()
        for words in in_page(path.read_text(encoding="utf-8"))
    ]
    in_messages = [
        DocumentedCommand(said(path), words)
        for path in python_files("hotline")
        for text in texts(parsed(path))
        for words in in_spans(text)
    ]
    return [*dict.fromkeys([*on_pages, *in_messages])]


def in_page(text: str) -> Iterator[str]:
    for block in FENCE.finditer(text):
        for line in block["body"].splitlines():
            yield from command_in(line.strip())
    yield from in_spans(FENCE.sub("", text))


def in_spans(text: str) -> Iterator[str]:
    for span in SPAN.finditer(text):
        yield from command_in(" ".join(span["body"].split()))


def command_in(line: str) -> Iterator[str]:
    """What is typed behind `hotline`, up to where the shell's own signs begin."""
    found = LINE.match(SHELL.split(line, maxsplit=1)[0].strip())
    words = shlex.split(found["words"] or "", comments=True) if found else []
    if words and not PLACEHOLDER.fullmatch(words[0]):
        yield shlex.join(words)


def texts(module: ast.Module) -> Iterator[str]:
    """The strings of a module; what is put into one when the program runs is a placeholder."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else FILLED
                for part in node.values
            )


def resolved(words: str) -> tuple[click.Command, tuple[str, ...], list[str]]:
    """The command that is meant, its name, and the words behind it. Raises what click raises for an unknown one."""
    command: click.Command = main
    context, rest = click.Context(main), shlex.split(words)
    name: tuple[str, ...] = ()
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        if isinstance(command, BackupGroup) and rest[0] not in command.commands:
            return command.commands["take"], name, rest
        word, found, rest = command.resolve_command(context, rest)
        assert word is not None
        assert found is not None
        command, name = found, (*name, word)
        context = click.Context(command, info_name=word, parent=context)
    return command, name, rest


def refusal(words: str) -> str | None:
    """Why the program would refuse this line; None where it takes it. A line that ends in `...` may lack something."""
    try:
        command, _, rest = resolved(words)
        context = click.Context(command)
        whole = [word for word in rest if word != "..."]
        given, left, _ = command.make_parser(context).parse_args([*whole])
        for parameter in command.params:
            for value in _values(given.get(parameter.name or "")):
                _convert(parameter, value, context)
    except click.ClickException as wrong:
        return wrong.format_message()
    if left:
        return f"unexpected: {left}"
    lacking = [
        one.name
        for one in command.params
        if one.required and not any(_values(given.get(one.name or "")))
    ]
    return f"lacks {lacking}" if lacking and whole == rest and rest else None


def _values(value: object) -> Iterator[str]:
    """The words that were given for a parameter: none, one, or several."""
    if isinstance(value, str):
        yield value
    if isinstance(value, list | tuple):
        for one in value:
            yield from _values(one)


def _convert(parameter: click.Parameter, value: str, context: click.Context) -> None:
    """Raises where the parameter does not take the value; a path of somebody's machine is not looked at."""
    if not PLACEHOLDER.fullmatch(value) and not isinstance(parameter.type, click.Path | click.File):
        parameter.type.convert(value, parameter, context)
