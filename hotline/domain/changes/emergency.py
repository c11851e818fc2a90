"""What one approver may publish alone, for four hours: words, and taking a number away. Pure.

Never an arrow, a choice, an entry, a new number or a mark that counts; never what gathers, receipts, the responders'
flow or the questions of a desk; and never the emergency number.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from hotline.domain.changes.change import DIGITS, Document
from hotline.domain.changes.number_edits import EMERGENCY, is_signed
from hotline.text.languages import CODES

LASTS = timedelta(hours=4)
"""After which the clock brings the state before back, unless a second person has confirmed."""
QUESTIONS = "questions"
"""The signed list of what a desk may ask: other words make its signatures stale."""
_UNHEARD = ("review", "reason")
_WORDS = "words"


def beyond_words(live: Document, new: Document) -> tuple[str, ...]:
    """What of a change is more than an emergency may do: the places, as `flow.node` or a list's name."""
    found = list(_beyond_in_flows(live["flows"], new["flows"]))
    lists = ("entries", "entry_names", "phrases")
    found += [name for name in lists if live.get(name, {}) != new.get(name, {})]
    found += _beyond_in_numbers(live, new)
    return tuple(found)


def _beyond_in_flows(live: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(live.keys() | new.keys()):
        before, after = live.get(name), new.get(name)
        if before == after:
            continue
        if before is None or after is None or _is_closed(name, before):
            yield name
            continue
        old, said = _skeleton(before), _skeleton(after)
        nodes = old.pop("nodes"), said.pop("nodes")
        if old != said:
            yield name
        for node in sorted(nodes[0].keys() | nodes[1].keys()):
            if nodes[0].get(node) != nodes[1].get(node):
                yield f"{name}.{node}"


def _is_closed(name: str, flow: Mapping[str, Any]) -> bool:
    return bool(flow.get("gathers") or flow.get("private")) or name == QUESTIONS


def _beyond_in_numbers(live: Document, new: Document) -> Iterator[str]:
    before = {row[DIGITS]: row for row in live.get("numbers", ())}
    after = {row[DIGITS]: row for row in new.get("numbers", ())}
    for digits in sorted(before.keys() | after.keys()):
        row = after.get(digits)
        if before.get(digits) == row:
            continue
        taken_away = row is None or not is_signed(row)
        if digits not in before or not taken_away or digits == EMERGENCY:
            yield f"numbers.{digits}"


def _skeleton(written: Any) -> Any:
    """A document without its words: what leads, asks, counts and is kept."""
    if isinstance(written, Mapping):
        if written and all(key in CODES for key in written):
            return _WORDS
        return {key: _skeleton(one) for key, one in written.items() if key not in _UNHEARD}
    if isinstance(written, list):
        return [_skeleton(one) for one in written]
    return written
