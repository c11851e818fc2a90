"""Everything that is wrong with flows, and what of it nobody may publish."""

import hashlib
import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hotline.engine.check.checking import check
from hotline.engine.check.finding import Code, Finding
from hotline.engine.document import document as documents
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.errors import FlowInvalid
from hotline.services.flows import phrasing
from hotline.services.flows.places import place_lists
from hotline.services.flows.promptness import late_alerts
from hotline.services.flows.quizzes import uncounted

BEARABLE = frozenset(
    {
        Code.UNREACHABLE,
        Code.TOO_LONG,
        Code.TOO_MANY_CHOICES,
        Code.TOO_MANY_LINES,
        Code.TOO_MANY_ANSWERS,
        Code.UNSURE_LATE,
    }
)
"""What makes a conversation longer than it should be, and hurts nobody who is in it."""


def findings(document: Mapping[str, Any], limit: int = DEFAULT_LIMIT) -> Sequence[Finding]:
    """What the checker of flows finds, and what only the services can know."""
    lists = place_lists()
    found = check(document, lists, limit=limit)
    if any(one.code is Code.SHAPE for one in found):
        return found
    book = documents.bind(documents.read(document), lists)
    return [*found, *uncounted(book), *late_alerts(book), *phrasing.findings(book)]


def bearable(document: Mapping[str, Any]) -> Sequence[Finding]:
    """What may be published and should be mended. Raises FlowInvalid with everything that may not."""
    found = findings(document)
    hurting = [one.sentence for one in found if one.code not in BEARABLE]
    if hurting:
        raise FlowInvalid(hurting)
    return found


@cache
def mark() -> str:
    """Which code checks: what another version found is not believed."""
    hashed = hashlib.sha256()
    for written_in in (inspect.getfile(Finding), __file__):
        for file in sorted(Path(written_in).parent.rglob("*.py")):
            hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]
