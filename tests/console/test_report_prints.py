"""E5: the console offers a month as a PDF: a worker sets it, the page waits, and somebody takes it."""

import re

import pytest
from sqlalchemy import select

from hotline.adapters import typst_paper
from hotline.domain.accounts.account import AccountRole
from hotline.domain.evidence.edition import Edition
from hotline.domain.evidence.telling.printed import PrintedReport
from hotline.errors import ProgramMissing
from hotline.services.evidence import print_room, printing
from hotline.store.evidence import figure_editions
from hotline.store.evidence.printed_reports import PrintedReportRow
from tests.console.conftest import Desk, Tab
from tests.published_year import published

WANTED = {"period": "2026-10", "edition": "inside", "language": "fr"}


def missing(_report: PrintedReport) -> bytes:
    raise ProgramMissing("no typst")


def publishes(desk: Desk) -> Tab:
    """October, for both; and a browser in which a desk is signed in."""
    with desk.kit.database.writing() as session:
        for edition in Edition:
            assert figure_editions.write(session, published("2026-10", edition))
    return desk.tab(AccountRole.DESK, name="Desk 1")


@pytest.mark.row("E5")
def test_e5_a_page_asks_a_worker_sets_and_the_pdf_is_the_commands_own(desk: Desk) -> None:
    tab = publishes(desk)
    page = tab.get("/evidence?period=2026-10").text
    assert re.search(r'<form method="post" action="/evidence/print".*?Report as PDF', page, re.S)

    asked = tab.post("/evidence/print", WANTED)
    assert asked.status_code == 303
    address = asked.headers["Location"]
    print_id = int(address.rpartition("/")[2])
    assert tab.post("/evidence/print", WANTED).headers["Location"] == address
    waiting = tab.get(address)
    assert "The pages are being set" in waiting.text
    assert waiting.headers["Refresh"] == "2"
    assert tab.get(f"{address}/file").status_code == 404

    print_room.print_asked(desk.kit, print_id, missing)
    assert "typst is not installed" in tab.get(address).text
    tab.post("/evidence/print", WANTED)
    print_room.print_asked(desk.kit, print_id, typst_paper.pdf)
    print_room.print_asked(desk.kit, print_id, missing)
    ready = tab.get(address)
    assert f'href="{address}/file"' in ready.text
    assert "Refresh" not in ready.headers
    taken = tab.get(f"{address}/file")
    assert taken.headers["Content-Type"] == "application/pdf"
    assert taken.headers["Content-Disposition"].endswith('"report-2026-10-inside-first-fr.pdf"')
    own = printing.printed(desk.kit, "2026-10", Edition.INSIDE, "fr", typst_paper.pdf)
    assert taken.data == own.content


def test_a_print_is_handed_over_for_its_day_to_who_may_see_figures(desk: Desk) -> None:
    tab = publishes(desk)
    address = tab.post("/evidence/print", WANTED).headers["Location"]
    print_room.print_asked(desk.kit, int(address.rpartition("/")[2]), lambda _: b"%PDF")
    assert tab.get(f"{address}/file").data == b"%PDF"
    assert desk.tab(AccountRole.TRANSLATOR).get(f"{address}/file").status_code == 404
    for wrong in ({"period": "2026-09"}, {"period": "x"}, {"language": "de"}, {"edition": "all"}):
        assert tab.post("/evidence/print", WANTED | wrong).status_code == 404
    desk.clock.turn(hours=25)
    tab = desk.tab(AccountRole.DESK, name="Desk 1")
    assert tab.get(f"{address}/file").status_code == 404, "its day is over"
    tab.post("/evidence/print", WANTED | {"language": "rw"})
    with desk.kit.database.reading() as session:
        kept = session.scalars(select(PrintedReportRow.language)).all()
    assert kept == ["rw"], "the next one takes it away"
