"""Documents of revisions in memory: a revision never changes, and on a large line its document is long to read."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from hotline.engine.document.kept import KeptObject, kept

KEPT_DOCUMENTS = 4
"""Revisions in memory: the live one, what open changes are made of, and what is brought back."""
IN_SESSION = "documents of revisions"
"""Where a transaction that reads has them."""


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

    def _sharing(self, read: Mapping[str, Any]) -> Mapping[str, Any]:
        """Two revisions differ in few flows: those that are alike are kept once, with all that was made of them."""
        known = next(reversed(self._kept.values()), {}).get("flows", {})
        flows = {
            name: known[name] if name in known and _alike(known[name], flow) else kept(flow)
            for name, flow in read.get("flows", {}).items()
        }
        return KeptObject(
            {
                name: KeptObject(flows) if name == "flows" else kept(part)
                for name, part in read.items()
            }
        )


def _alike(one: object, other: object) -> bool:
    """Also in their order, which equal objects need not be."""
    return one == other and json.dumps(one) == json.dumps(other)
