"""Records slow work inside a write transaction. SQLite has only one writer, and callers wait for this writer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from hotline.core.database import Database, Session

LARGE = 250
"""A JSON text with more letters than this counts as a document and not as a row of the audit log."""
ENGINE = "hotline.flows."
BESIDE = tuple(f"{ENGINE}{kind}" for kind in ("tables", "service", "store"))
"""Modules of `hotline.flows` that may be called inside a transaction: tables, services, and the cache of flow sets."""
JSON_MODULES = frozenset({"json.encoder", "json.decoder"})


@dataclass
class SlowWork:
    """The slow work that was done inside a transaction instead of before it."""

    found: list[str] = field(default_factory=list)
    transactions: int = 0

    def note(self, frame: FrameType, event: str, given: Any) -> None:
        """Records calls of the engine, and large JSON that is written or read. Python calls this function for each
        profiling event."""
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if event == "call" and module.startswith(ENGINE) and not module.startswith(BESIDE):
            self.found.append(f"{module}.{name}")
        if event == "return" and module in JSON_MODULES and name in ("encode", "decode"):
            text = given if name == "encode" else frame.f_locals.get("s", "")
            if isinstance(text, str) and len(text) > LARGE:
                self.found.append(f"{module}.{name} of {len(text)} letters")


class WatchedDatabase(Database):
    def __init__(self, database: Database) -> None:
        super().__init__(database.engine)
        self.slow = SlowWork()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self.slow.transactions += 1
        sys.setprofile(self.slow.note)
        try:
            with super().writing() as session:
                yield session
        finally:
            sys.setprofile(None)
