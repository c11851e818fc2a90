"""Reports for the console: asked for by a page, set by a worker, taken by a page. The pages' process sets none."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition, span_of
from hotline.domain.jobs import Job
from hotline.errors import NotFound, ProgramMissing
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.evidence import editions
from hotline.services.evidence.printing import PrintedFile, SetPages, printed
from hotline.store.evidence import printed_reports


class PrintState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    """The workers' machine cannot set pages."""


@dataclass(frozen=True, slots=True)
class AskedPrint:
    period: str
    edition: Edition
    language: str
    state: PrintState


def offered(kit: Kit, period: str) -> list[Edition]:
    """The editions in which a period is published. Raises StoreUnavailable."""
    span = span_of(period)
    return [one for one in Edition if period in editions.periods(kit, one, span)]


def ask(kit: Kit, period: str, edition: Edition, language: str) -> int:
    """Its number. Safe to repeat: one report is set once a day. Raises NotFound, ValueError, StoreUnavailable."""
    published = editions.read(kit, period, edition)
    with kit.database.writing() as session:
        print_id = printed_reports.ask(
            session, period, edition, published.version, language, kit.now()
        )
    ring(kit, Job.PRINT_REPORT, print_id)
    return print_id


def state(kit: Kit, print_id: int) -> AskedPrint:
    """Rings once more where it waits: a worker may have been away. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        row = printed_reports.find(session, print_id, kit.now())
        if row is None:
            raise NotFound("no such report")
        is_ready = row.content is not None
        failed = PrintState.FAILED if row.failed else PrintState.WAITING
        found = AskedPrint(
            row.period, Edition(row.edition), row.language, PrintState.READY if is_ready else failed
        )
    if found.state is PrintState.WAITING:
        ring(kit, Job.PRINT_REPORT, print_id)
    return found


def take(kit: Kit, print_id: int) -> PrintedFile:
    """Raises NotFound where it is not set yet, or is of yesterday; StoreUnavailable."""
    with kit.database.reading() as session:
        row = printed_reports.find(session, print_id, kit.now())
        if row is None or row.content is None:
            raise NotFound("no such report")
        return PrintedFile(row.name, row.content)


def print_asked(kit: Kit, print_id: int, set_pages: SetPages) -> None:
    """The worker's: set what was asked for. Safe to repeat. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        row = printed_reports.find(session, print_id, kit.now())
        if row is None or row.content is not None:
            return
        wanted = (row.period, Edition(row.edition), row.language)
        version = MonthVersion(row.version)

    try:
        made = printed(kit, *wanted, set_pages, version)
    except ProgramMissing:
        with kit.database.writing() as session:
            printed_reports.fail(session, print_id)
        return

    with kit.database.writing() as session:
        printed_reports.keep(session, print_id, made.name, made.content)
