"""Which screen of the flows a text on a phone is: found by its words, as `flows/*.yaml` has them."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FLOWS = Path(__file__).parents[2] / "flows"
LANGUAGES = ("rw", "fr", "en")


@dataclass(frozen=True)
class ScreenText:
    screen: str
    parts: Sequence[str]
    """What of it stands there as it is written: what is filled in lies between."""
    labels: frozenset[str]

    @property
    def flow(self) -> str:
        return self.screen.partition("/")[0]

    def stands_in(self, body: str) -> bool:
        return all(part in body for part in self.parts)


@cache
def entry_flow(entry: str) -> str:
    """The part of the line that a dial leads to."""
    return str(_yaml(FLOWS / "entries.yaml")[entry]) if entry else "front"


def _yaml(file: Path) -> dict[str, Any]:
    """Every word in it as it is written."""
    read: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    return read


def plain(text: str) -> str:
    """Without accents, and with one space between words: so phones show it."""
    bare = unicodedata.normalize("NFKD", text)
    return " ".join("".join(one for one in bare if not unicodedata.combining(one)).split())


@cache
def texts() -> Sequence[ScreenText]:
    found: list[ScreenText] = []
    for file in sorted(FLOWS.glob("*.yaml")):
        read = _yaml(file)
        for name, node in read.get("nodes", {}).items():
            for what in node.values():
                if isinstance(what, Mapping) and "text" in what:
                    found += _of_node(f"{read['flow']}/{name}", what)
    return found


@cache
def topics() -> Mapping[str, str]:
    """The topic that each screen opens."""
    found: dict[str, str] = {}
    for file in sorted(FLOWS.glob("*.yaml")):
        read = _yaml(file)
        for name, node in read.get("nodes", {}).items():
            topic = node["say"].get("topic") if isinstance(node.get("say"), Mapping) else None
            found |= {f"{read['flow']}/{name}": topic} if topic else {}
    return found


def _of_node(screen: str, node: Mapping[str, Any]) -> Iterator[ScreenText]:
    """Also with each line that may stand before its words."""
    leads = [None, *(one["text"] for one in node.get("lead", ()))]
    for language in LANGUAGES:
        choices = (one for one in node.get("choices", ()) if "label" in one)
        labels = frozenset(plain(_in(language, one["label"])) for one in choices)
        for lead in leads:
            said = [_in(language, one) for one in (lead, node["text"]) if one is not None]
            parts = [part for text in said for part in re.split(r"\{[^}]*\}", text)]
            yield ScreenText(screen, [plain(part) for part in parts if plain(part)], labels)


def _in(language: str, text: Any) -> str:
    return str(text[language] if isinstance(text, Mapping) else text)


@cache
def screen_of(shown: str, before: str) -> str:
    """`before` is the screen that led there: of two with the same words it is the one of the same part."""
    lines = shown[4:].split("\n")
    keys = next((n for n, line in enumerate(lines) if re.match(r"\d+ ", line)), len(lines))
    body = plain(" ".join(lines[:keys]))
    if not body:
        return before
    labels = {plain(line.partition(" ")[2]) for line in lines[keys:]}
    flow = before.partition("/")[0]
    found = [one for one in texts() if one.stands_in(body)]
    if not found:
        found = [one for one in texts() if any(body in part for part in one.parts)]
    assert found, "a screen whose words stand in no flow"
    best = max(
        found,
        key=lambda one: (
            sum(len(part) for part in one.parts),
            one.flow == flow,
            len(one.labels & labels),
        ),
    )
    return best.screen
