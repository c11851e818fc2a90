"""What stands on every page of a line that is invented, in three languages at once."""

from collections.abc import Sequence

from hotline.domain.evidence.telling.words.method import INVENTED
from hotline.errors import StoreUnavailable
from hotline.ports import ConsoleKit
from hotline.services.evidence import origin
from hotline.text.languages import CODES


def invented_marks(kit: ConsoleKit) -> Sequence[tuple[str, str]]:
    """By language; nothing of a real line. Raises StoreUnavailable."""
    return [*zip(CODES, INVENTED, strict=True)] if origin.is_invented(kit) else []


def marks_if_known(kit: ConsoleKit) -> Sequence[tuple[str, str]]:
    """For a page without a number, which is drawn also where no database answers."""
    try:
        return invented_marks(kit)
    except StoreUnavailable:
        return []
