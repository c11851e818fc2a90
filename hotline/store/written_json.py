"""JSON that is written before its transaction begins: a column stores its text as it is.

SQLite has one writer, which callers wait for. To write a large document as JSON takes longer than to store it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, overload


class WrittenObject(dict[str, Any]):
    """A document together with its JSON. What changes in it afterwards is not stored."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        super().__init__(document)
        self.text = json.dumps(self)


class WrittenArray(list[Any]):
    """The same of a list."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__(rows)
        self.text = json.dumps(self)


@overload
def written(document: Mapping[str, Any]) -> WrittenObject: ...
@overload
def written(document: None) -> None: ...
def written(document: Mapping[str, Any] | None) -> WrittenObject | None:
    """The document as a column takes it without writing it once more."""
    if document is None or isinstance(document, WrittenObject):
        return document
    return WrittenObject(document)


def text_of(value: object) -> str:
    """What a database stores of a value of a JSON column."""
    if isinstance(value, WrittenObject | WrittenArray):
        return value.text
    return json.dumps(value)
