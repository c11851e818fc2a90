"""What a page says where a step of a change was not saved."""

from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepClash, StepSaved
from hotline.web.console.visit import Visit
from hotline.web.console.writing.changes.refusals import refused_words


def not_saved(visit: Visit, done: StepSaved | StepClash | ChangeRefused) -> str:
    """A sentence; empty where it was saved."""
    if isinstance(done, StepClash):
        by = done.author or visit.say("somebody")
        return visit.say("{by} changed the same meanwhile. Look again, then decide.", by=by)
    if isinstance(done, ChangeRefused):
        return refused_words(visit, done)
    return ""
