"""Documents of revisions and of steps in memory: neither ever changes, and on a large line they are long to read."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotline.engine.document.kept import KeptObject, kept

KEPT_DOCUMENTS = 4
"""Revisions in memory: the live one, what open changes are made of, and what is brought back."""
KEPT_STEPS = 64
"""Flows as open changes have them: each page of the editor looks at all of a change's."""
IN_SESSION = "documents that are kept"
"""Where a transaction that reads has them: a `Memory`."""


class KeptDocuments:
    """The documents that were asked for last. Safe among threads: one loads, the others wait for it."""

    def __init__(self, most: int = KEPT_DOCUMENTS) -> None:
        self._most = most
        self._kept: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def document(
        self, revision_id: int, load: Callable[[], Mapping[str, Any] | None]
    ) -> Mapping[str, Any] | None:
        """The document of a revision, which `load` reads; None where it finds none."""
        with self._lock:
            found = self._kept.get(revision_id)
            if found is None:
                read = load()
                if read is None:
                    return None
                found = self._kept[revision_id] = self._sharing(read)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(revision_id)
            return found

    def _sharing(self, read: Mapping[str, Any]) -> Any:
        """Two revisions differ in few flows: those that are alike are kept once, with all that was made of them."""
        if not isinstance(read.get("flows"), dict):
            return kept(read)
        known = next(reversed(self._kept.values()), {}).get("flows", {})
        flows = {
            name: known[name] if name in known and _alike(known[name], flow) else kept(flow)
            for name, flow in read["flows"].items()
        }
        return KeptObject(
            {
                name: KeptObject(flows) if name == "flows" else kept(part)
                for name, part in read.items()
            }
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What one process keeps."""

    revisions: KeptDocuments = field(default_factory=KeptDocuments)
    steps: KeptDocuments = field(default_factory=lambda: KeptDocuments(KEPT_STEPS))


def _alike(one: object, other: object) -> bool:
    """Also in their order, which equal objects need not be."""
    return one == other and json.dumps(one) == json.dumps(other)
