"""What people call the rows of figures, where they gave them a name."""

from collections.abc import Mapping

from hotline.domain.cases import months
from hotline.domain.evidence.edition import Span, span_of
from hotline.domain.evidence.screens.revision_weeks import REVISION
from hotline.domain.evidence.telling.labels import day_label, value_label
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.store.flows import flows, publications


def of_revisions(kit: Kit, period: str, language: str) -> Mapping[str, str]:
    """By row, `revision:12`: its number, and since when it was live, if in that month. Raises StoreUnavailable."""
    if span_of(period) is not Span.MONTH:
        return {}
    begins, ends = months.begins(period), months.ends(period)
    with kit.database.reading() as session:
        live = publications.live_periods(session, begins, ends)
    found: dict[str, str] = {}
    for revision_id, since, _ in live:
        told = value_label(f"{REVISION}:{revision_id}", language)
        from_day = f" ({day_label(since, language)})" if since > begins else ""
        found.setdefault(f"{REVISION}:{revision_id}", f"{told}{from_day}")
    return found


def of_entries(kit: Kit, language: str) -> Mapping[str, str]:
    """By row, `entry:11`: its digits, and what its poster is called, or the flow. Raises StoreUnavailable."""
    try:
        entries = kit.books.book(kit.books.live()).entries
    except NotReady:
        return {}
    with kit.database.reading() as session:
        posters = flows.entry_names(session)
    return {
        f"entry:{digits}": f"{digits} {posters.get(digits) or value_label(f'flow:{flow}', language)}"
        for digits, flow in entries.items()
    }
