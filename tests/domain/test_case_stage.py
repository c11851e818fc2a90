"""How far a case came, by its entries alone."""

import pytest

from hotline.domain.cases.entries import PROOF, WAITS, CaseEntry, EntryKind, EntryWay
from hotline.domain.cases.persons import CaseStage, stage
from tests.builders import NOON


def entry(kind: str, who: int | None = 1, *, code: str = "", value: str = "") -> CaseEntry:
    codes = {code: value} if code else {}
    return CaseEntry(1, EntryKind(kind), NOON, EntryWay.USSD, kind, who, codes=codes)


TOLD, TAKEN, OPENED = entry("told"), entry("taken"), entry("opened")
SITE, SCREENED, OFFERED = entry("on_site"), entry("screened"), entry("offered")
ARRIVED, THIRTY = entry("arrived"), entry("thirty", None)
CLOSED, WANTED = entry("closed"), entry("closed", code=WAITS, value="yes")
AGAIN = entry("reopened", None)
DOUBTED = entry("taken", code=PROOF, value="doubted")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((), CaseStage.FILED),
        ((TOLD,), CaseStage.TOLD),
        ((TOLD, OPENED), CaseStage.TOLD),
        ((TOLD, TAKEN), CaseStage.TAKEN),
        ((TOLD, TAKEN, entry("opened", 2)), CaseStage.TAKEN),
        ((TOLD, TAKEN, OPENED), CaseStage.OPENED),
        ((TOLD, TAKEN, OPENED, entry("passed")), CaseStage.TOLD),
        ((TOLD, TAKEN, DOUBTED), CaseStage.TOLD),
        ((TOLD, TAKEN, SITE, entry("passed")), CaseStage.ON_SITE),
        ((TOLD, TAKEN, SITE, SCREENED), CaseStage.SCREENED),
        ((TOLD, TAKEN, SCREENED, OFFERED, SCREENED), CaseStage.REFERRED),
        ((TOLD, TAKEN, OFFERED, ARRIVED), CaseStage.ARRIVAL_SAID),
        ((TOLD, TAKEN, OFFERED, ARRIVED, THIRTY), CaseStage.FOLLOWED),
        ((TOLD, TAKEN, SITE, WANTED), CaseStage.ON_SITE),
        ((TOLD, TAKEN, SITE, CLOSED), CaseStage.CLOSED),
        ((TOLD, TAKEN, OFFERED, CLOSED, ARRIVED), CaseStage.CLOSED),
        ((TOLD, TAKEN, OFFERED, ARRIVED, THIRTY, CLOSED, AGAIN), CaseStage.TOLD),
        ((TOLD, TAKEN, SITE, CLOSED, AGAIN, TAKEN), CaseStage.TAKEN),
    ],
)
def test_a_case_is_as_far_as_its_last_step(
    entries: tuple[CaseEntry, ...], expected: CaseStage
) -> None:
    assert stage(entries) is expected
