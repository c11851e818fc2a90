"""What a published edition is told from another by: whoever has a print can say which one it is of. Pure."""

import hashlib
import json

from hotline.domain.evidence.edition import PublishedFigures


def digest_of(published: PublishedFigures) -> str:
    """SHA-256 over its period, edition, version and each of its cells, in their order."""
    cells = [[one.figure, one.row, one.column, one.number, one.bound] for one in published.cells]
    told = [published.period, published.edition, published.version, published.is_invented, cells]
    written = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
