"""What people call the rows of figures, where they gave them a name."""

from collections.abc import Mapping

from hotline.domain.evidence.telling.labels import value_label
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.store.flows import flows


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
