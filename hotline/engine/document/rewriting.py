"""Other words into a flow file, and nothing else of it touched: no comment, no blank, no order. Pure."""

from collections.abc import Mapping

import yaml

from hotline.engine.document import source
from hotline.errors import FlowInvalid

Path = tuple[str, ...]
"""Keys and places from the top: `("nodes", "danger", "menu", "choices", "0", "label", "rw")`."""


def rewritten(text: str, changes: Mapping[Path, str]) -> str:
    """`text` with other scalars at these paths. Raises FlowInvalid where one is not there, or is not read back."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    found = sorted(
        ((_scalar(root, path), words) for path, words in changes.items()),
        key=lambda item: -item[0].start_mark.index,
    )
    for node, words in found:
        start, end = node.start_mark.index, node.end_mark.index
        old = text[start:end]
        after = old[len(old.rstrip()) :] if node.style in ("|", ">") else ""
        text = text[:start] + _said(words, _indent(text, start)) + after + text[end:]

    _read_back(text, changes)
    return text


def _scalar(node: yaml.Node | None, path: Path) -> yaml.ScalarNode:
    here = node
    for step in path:
        if isinstance(here, yaml.MappingNode):
            here = next((value for key, value in here.value if key.value == step), None)
        elif isinstance(here, yaml.SequenceNode) and step.isdecimal():
            here = here.value[int(step)] if int(step) < len(here.value) else None
        else:
            here = None
    if not isinstance(here, yaml.ScalarNode):
        raise FlowInvalid([f"{'.'.join(path)}: no text stands there"])
    return here


def _said(words: str, indent: int) -> str:
    """As an editor would write it: plain where that is read back alike, lines under each other in a block."""
    if "\n" in words:
        lines = (" " * (indent + 2) + line if line else "" for line in words.split("\n"))
        return "\n".join(("|", *lines))
    if not any(mark in words for mark in ",{}[]#"):
        plain = yaml.dump(words, Dumper=yaml.SafeDumper, allow_unicode=True, width=10**6)
        return plain.removesuffix("...\n").rstrip("\n")
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _indent(text: str, at: int) -> int:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return len(line) - len(line.lstrip())


def _read_back(text: str, changes: Mapping[Path, str]) -> None:
    document = source.parse(text)
    for path, words in changes.items():
        here = document
        for step in path:
            here = here[int(step)] if isinstance(here, list) else here[step]
        if str(here).strip() != words:
            raise FlowInvalid([f"{'.'.join(path)}: these words cannot be written into the file"])
