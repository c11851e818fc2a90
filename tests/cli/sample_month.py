"""Provides a home with a month of sample data: tips of a past March, and persons who received help."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.alerts import queries
from hotline.alerts.service_case_events import EventActor
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.reader_handover import case_private_key
from hotline.cases.service_follow_up import record_report
from hotline.cases.service_people import PersonReport
from hotline.cli.contexts import build_cli, build_reader
from hotline.core.database import Session
from hotline.core.settings import Settings
from hotline.tips import queries_duplicates
from hotline.tips.rules_duplicates import LikelyPair, LinkReason
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_person_codes import OF_REFERRAL, PersonCodes
from tests.support.builders import make_tip
from tests.support.made_once import lay_line

MONTH = "2025-03"
FILED = datetime(2025, 3, 12, 9, 0, tzinfo=UTC)
BY = EventActor("account:1:Alice", EventChannel.CONSOLE)
DAY = timedelta(days=1)
CHILDREN = ("girl", "boy")


@dataclass(frozen=True, slots=True)
class SampleMonth:
    """One person that a responder found there."""

    tip_id: int
    n: int
    form: str
    sex: str
    steps: int
    """The last step that the person reached: 0 identified, 1 wants help, 2 offered, 3 accepted, 4 arrived, 5
    answered after thirty days."""


MET = [
    *(SampleMonth(1, n, "labour", "woman", 5) for n in range(1, 8)),
    *(SampleMonth(2, n, "sex", "girl", 5) for n in range(1, 6)),
    *(SampleMonth(2, n, "organs", "woman", 0) for n in range(6, 11)),
    SampleMonth(3, 1, "organs", "woman", 0),
]
"""Two similar tips, and one about an official. The fourth tip belongs to a drill."""
DRILL = SampleMonth(4, 1, "labour", "woman", 0)


def home(folder: Path) -> Path:
    lay_line(folder, FILED)
    context = build_cli(Settings.read(settings(folder)))
    with context.database.writing() as session:
        for number, (place, official) in enumerate(
            [("12", "no"), ("36", "no"), ("36", "yes"), ("12", "no")], 1
        ):
            tip = make_tip(
                uid=f"{number:032}", place=place, official=official, filed_at=FILED, at=FILED
            )
            tip.channel = "drill" if number == DRILL.tip_id else tip.channel
            session.add(tip)
        session.flush()
        queries_duplicates.add_links(session, [LikelyPair(1, 2, LinkReason.SAID)], "line", FILED)
    context.database.close()
    with reader(folder, FILED) as reading, reading.database.writing() as session:
        for one in (*MET, DRILL):
            _tell(session, reading, one)
    return folder


def settings(folder: Path) -> Mapping[str, str]:
    return {"HOTLINE_HOME": str(folder)}


@contextmanager
def reader(folder: Path, at: datetime) -> Iterator[ReaderContext]:
    context = build_reader(Settings.read(settings(folder)))
    yield replace(context, now=lambda: at)
    context.database.close()


def _tell(session: Session, context: ReaderContext, one: SampleMonth) -> None:
    """Writes the case events of a person one by one, up to the person's last step or the arrival."""
    minor, yes = ("yes", "assent_yes") if one.sex in CHILDREN else ("no", "yes")
    signs = {"minor": minor, "act": "yes", "force": "yes", "purpose": "yes"}
    acts = (
        (LoggedEvent.SCREENED, {**signs, "form": one.form, "sex": one.sex}),
        (LoggedEvent.CONSENT, {"consent": yes, "interest": "yes"}),
        (LoggedEvent.OFFERED, {"service": "isange"}),
        (LoggedEvent.ANSWERED, {"answer": "accepted"}),
        (LoggedEvent.ARRIVED, {"arrived": "yes"}),
    )
    offer = None
    for step, (kind, codes) in enumerate(acts[: one.steps + 1]):
        said = PersonCodes(one.n, codes, offer if kind in OF_REFERRAL else None)
        entry_id = write(session, context, one.tip_id, kind, said, FILED + step * DAY)
        offer = entry_id if kind is LoggedEvent.OFFERED else offer


def write(
    session: Session,
    context: ReaderContext,
    tip_id: int,
    kind: LoggedEvent,
    said: PersonCodes,
    at: datetime,
    corrects: int | None = None,
) -> int:
    """Writes a case event about a person and returns its id."""
    act = PersonReport(kind, said, BY, at, f"{tip_id}:{said.n}:{at}:{corrects}", corrects)
    tip = queries.tip_for_writing(session, tip_id)
    private = case_private_key(session, context, tip)
    written = record_report(session, context, tip, act, private=private)
    assert written is not None
    return written[0]
