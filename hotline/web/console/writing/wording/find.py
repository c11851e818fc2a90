"""The search in all words that callers read. A hit leads to its field."""

from flask import Response, url_for

from hotline.domain.accounts.account import AccountRole
from hotline.services.words.looking_up import MOST_HITS, WordsHit, look_up
from hotline.web.console import who
from hotline.web.console.visit import Visit, page

LONGEST_QUERY = 100


def show(visit: Visit) -> Response:
    asked = visit.query.get("q", "").strip()[:LONGEST_QUERY]
    hits = [(hit, _address(visit, hit)) for hit in look_up(visit.kit, asked)] if asked else []
    change = visit.query.get("change", "")
    return page(visit, "find.html", asked=asked, hits=hits, most=MOST_HITS, change=change)


def _address(visit: Visit, hit: WordsHit) -> str:
    """The field in the change that somebody edits; else in the words pages; else where it is read."""
    found, change = hit.found, visit.query.get("change", "")
    if AccountRole.EDITOR in visit.by.roles and change.isdecimal() and found.node and hit.anchor:
        return f"/changes/{int(change)}/flows/{found.flow}/{found.node}#{hit.anchor}"
    if hit.place and visit.by.roles & who.WORDS:
        return url_for(
            "words.one", language=found.language, state="all", at=hit.place, _anchor="t-1"
        )
    if hit.place.startswith("locales."):
        return ""
    return url_for("flows.one", flow=found.flow, _anchor=f"n-{found.node}" if found.node else None)
