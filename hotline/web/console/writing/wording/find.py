"""The search in all words that callers read. A hit leads to its field."""

from flask import Response, url_for

from hotline.domain.accounts.account import AccountRole
from hotline.services.changes import folders
from hotline.services.changes.folders import ChangeRow
from hotline.services.words.number_part import MOST_HITS, WordsHit, look_up
from hotline.web.console import who
from hotline.web.console.visit import Visit, page

LONGEST_QUERY = 100


def show(visit: Visit) -> Response:
    asked = visit.query.get("q", "").strip()[:LONGEST_QUERY]
    change = _change(visit)
    within = None if change is None else change.id
    found = look_up(visit.kit, asked, within) if asked else ()
    hits = [(hit, _address(visit, hit, within)) for hit in found]
    return page(visit, "find.html", asked=asked, hits=hits, most=MOST_HITS, change=change)


def _change(visit: Visit) -> ChangeRow | None:
    """The change in which is searched; what is not live yet is read by whoever writes. Raises NotFound."""
    said = visit.query.get("change", "")
    if not said.isdecimal() or len(said) > 9 or not visit.by.roles & who.WORDS:
        return None
    return folders.look(visit.kit, int(said))


def _address(visit: Visit, hit: WordsHit, change_id: int | None) -> str:
    """The field in the change that somebody edits; else in the words pages; else where it is read."""
    found = hit.found
    is_in_flow = found.node and not hit.place.startswith("locales.")
    if AccountRole.EDITOR in visit.by.roles and change_id is not None and is_in_flow:
        return f"/changes/{change_id}/flows/{found.flow}/{found.node}#{hit.anchor or 'form'}"
    if hit.place and visit.by.roles & who.WORDS:
        return url_for(
            "words.one", language=found.language, state="all", at=hit.place, _anchor="t-1"
        )
    if hit.place.startswith("locales."):
        return ""
    return url_for("flows.one", flow=found.flow, _anchor=f"n-{found.node}" if found.node else None)
