"""What pages of one question share: an operation is done on the newest state, and saved as one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.engine.editing.operations.screens import Obstacle
from hotline.services.changes import steps
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepSaved
from hotline.web.console.form import FormFault, FormFaults
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase
from hotline.web.console.writing.editor import saving

OBSTACLES: Mapping[Obstacle, str] = {
    Obstacle.NAME: phrase("Small letters, digits and _ alone, a letter first, 40 at most."),
    Obstacle.TAKEN: phrase("Something else has that name already."),
    Obstacle.UNKNOWN: phrase("It is not there any more."),
    Obstacle.KIND: phrase("Choose what it is."),
    Obstacle.START: phrase("The flow begins here: it cannot be taken out."),
    Obstacle.UNDECIDED: phrase("Say for each arrow where it leads from now on."),
    Obstacle.ENTRY: phrase("A printed number opens it: it cannot be taken out."),
}
OVER = phrase("This change is over: nothing is saved in it any more.")
QUICKER = phrase("Somebody saved at the same moment. Look once more, and send it again.")


@dataclass(frozen=True, slots=True)
class Operation:
    """A flow as it is after it, none where it is taken out; and what it was made of."""

    part: str
    flow: Mapping[str, Any] | None
    version: int
    says: Mapping[str, Any]


def stored(visit: Visit, change_id: int, operation: Operation) -> FormFaults:
    """Saved where nothing is wrong."""
    once = f"{operation.says['did']} {saving.once(visit)}"
    new = NewStep(operation.part, operation.flow, once, operation.says)
    done = steps.save_step(visit.kit, visit.by, change_id, new, base_version=operation.version)
    if isinstance(done, StepSaved):
        return FormFaults()
    return fault(visit, "name", OVER if isinstance(done, ChangeRefused) else QUICKER)


def obstructed(visit: Visit, field: str, obstacle: Obstacle | None) -> FormFaults:
    return fault(visit, field, OBSTACLES[obstacle]) if obstacle else FormFaults()


def fault(visit: Visit, field: str, says: str) -> FormFaults:
    return FormFaults((FormFault(field, visit.say(says)),))
