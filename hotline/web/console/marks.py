"""What stands on every page of a line with sample data, in three languages at once."""

from collections.abc import Sequence

from hotline.errors import StoreUnavailable
from hotline.ports import ConsoleKit
from hotline.services.watch import trials
from hotline.statistics.rules_labels import SAMPLE
from hotline.text.languages import CODES
from hotline.web.console.templating import Templates


def sample_marks(kit: ConsoleKit, templates: Templates) -> Sequence[tuple[str, str]]:
    """Returns the sentence by language; nothing of a real line. Raises StoreUnavailable."""
    if not trials.is_invented(kit):
        return []
    return [(code, templates.say(code, SAMPLE)) for code in CODES]


def marks_if_known(kit: ConsoleKit, templates: Templates) -> Sequence[tuple[str, str]]:
    """Returns the same for a page without a number, which is drawn also where no database answers."""
    try:
        return sample_marks(kit, templates)
    except StoreUnavailable:
        return []
