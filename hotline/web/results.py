"""The public page of results: the one address of this process for people. It marks nobody, and knows nobody.

The page is drawn once in ten minutes and kept: whoever asks for it a thousand times reads the database once.
"""

import hashlib
from base64 import b64encode
from datetime import datetime, timedelta
from threading import Lock

from flask import Blueprint, Response, current_app

from hotline.domain.evidence.telling.results_page import STYLE
from hotline.errors import StoreUnavailable
from hotline.ports import DoorKit
from hotline.services.evidence import public_results
from hotline.web.guard import DOOR
from hotline.web.problems import plain

results = Blueprint("results", __name__)
KEPT = timedelta(minutes=10)
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=600",
}


class KeptPage:
    """What was drawn last, and when."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._page = b""
        self._drawn_at: datetime | None = None

    def of(self, kit: DoorKit) -> bytes:
        """An old page where the database does not answer. Raises StoreUnavailable where there is none."""
        with self._lock:
            now = kit.now()
            if self._drawn_at is None or not now - KEPT < self._drawn_at <= now:
                try:
                    self._page, self._drawn_at = public_results.page(kit).encode(), now
                except StoreUnavailable:
                    if not self._page:
                        raise
            return self._page


@results.get("/results")
def told() -> Response:
    kept: KeptPage = current_app.extensions.setdefault("hotline.results", KeptPage())
    try:
        page = kept.of(current_app.extensions[DOOR].kit)
    except StoreUnavailable:
        return plain("", 503)
    return Response(page, content_type="text/html; charset=utf-8", headers=HEADERS)
