"""E4: figures leave the console by two people, once, within a day, with a fresh factor; and the log says so."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from hotline.domain.accounts.account import AccountRole, Actor
from hotline.domain.evidence.edition import Edition
from hotline.errors import ExportRefused, NotFound
from hotline.services.evidence import exporting
from hotline.store.accounts.approvals import Approval
from hotline.store.desk.audit import AuditEntry
from hotline.store.evidence import figure_editions
from tests.console.conftest import Desk, Tab
from tests.published_year import published

WANTED = {"figures": "outside:2026-09", "reason": "the office of statistics asked"}
YES = {"do": "approve", "reason": "known"}


@pytest.fixture
def two(desk: Desk) -> tuple[Tab, Tab]:
    """One asks, the other decides. One month is published for everybody."""
    with desk.kit.database.writing() as session:
        assert figure_editions.write(session, published("2026-09", Edition.OUTSIDE))
    return desk.tab(AccountRole.ADMIN, name="Alice"), desk.tab(AccountRole.NATIONAL, name="Bosco")


def row(desk: Desk) -> Approval:
    with desk.kit.database.reading() as session:
        return session.scalars(select(Approval).where(Approval.kind == "export")).one()


def logged(desk: Desk) -> list[tuple[str, str, str, str]]:
    with desk.kit.database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [
            (one.actor.rpartition(":")[2], one.action, one.subject, one.reason)
            for one in rows
            if "export" in one.action
        ]


@pytest.mark.row("E4")
def test_e4_one_asks_another_approves_and_either_takes_it_once(
    desk: Desk, two: tuple[Tab, Tab]
) -> None:
    first, second = two
    assert "September 2026, for everybody" in first.get("/evidence/exports").text
    assert first.post("/evidence/exports", WANTED).status_code == 303
    assert first.post("/evidence/exports", WANTED).status_code == 303
    asked = row(desk)
    assert "Waits for another person" in first.get("/evidence/exports").text
    said = second.get("/approvals").text
    assert (
        "Alice asks to take out the figures of September 2026, for everybody, first version" in said
    )
    take, decide = f"/evidence/exports/{asked.id}/take", f"/approvals/export/{asked.id}"
    assert first.post(decide, YES).status_code == 422
    assert first.post(take).status_code == 422
    assert second.post(decide, YES).status_code == 303
    stranger = desk.tab(AccountRole.ADMIN, name="Carine")
    assert stranger.post(take).status_code == 422
    assert "Take it" not in stranger.get("/evidence/exports").text
    given = second.post(take)
    assert given.status_code == 200
    assert given.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(given.data)) as packed:
        described = json.loads(
            packed.read("hotline-figures-2026-09-outside-first/datapackage.json")
        )
        assert packed.testzip() is None
    assert described["period"] == "2026-09"
    assert given.headers["Content-Disposition"].endswith('2026-09-outside-first.zip"')
    assert [first.post(take).status_code, second.post(take).status_code] == [422, 422]
    what = "2026-09, outside, first"
    reason = WANTED["reason"]
    assert logged(desk) == [
        ("Alice", "figures_export_asked", what, reason),
        ("Bosco", "figures_export_approved", what, "known"),
        ("Bosco", "figures_exported", what, f"{reason}; asked by Alice, approved by Bosco"),
    ]


def test_what_was_approved_lapses_after_a_day_and_what_was_refused_is_never_taken(
    desk: Desk, two: tuple[Tab, Tab]
) -> None:
    first, second = two
    first.post("/evidence/exports", WANTED)
    asked = row(desk)
    assert second.post(f"/approvals/export/{asked.id}", YES).status_code == 303
    desk.clock.turn(days=1, seconds=1)
    with pytest.raises(NotFound):
        exporting.take(desk.kit, Actor("Alice", asked.asker_id), asked.id)
    exporting.ask(desk.kit, Actor("Alice", asked.asker_id), "2026-09", Edition.OUTSIDE, "again")
    (waits,) = exporting.waiting(desk.kit)
    exporting.decide(desk.kit, Actor("Bosco", 77), waits.id, "too much", approve=False)
    with pytest.raises(NotFound):
        exporting.take(desk.kit, Actor("Alice", asked.asker_id), waits.id)
    assert [one[1] for one in logged(desk)][-1] == "figures_export_refused"


def test_asking_and_taking_need_a_fresh_factor_and_deciding_another_person(
    desk: Desk, two: tuple[Tab, Tab]
) -> None:
    first, second = two
    desk.clock.turn(minutes=8)
    first.get("/evidence/exports")
    second.get("/evidence/exports")
    desk.clock.turn(minutes=8)
    stale = first.post("/evidence/exports", WANTED)
    assert stale.status_code == 422
    assert "secret_password" in stale.text
    assert exporting.waiting(desk.kit) == []
    alice = Actor("Alice", desk.people["Alice"].account_id)
    exporting.ask(desk.kit, alice, "2026-09", Edition.OUTSIDE, "wanted")
    asked = row(desk)
    for same in (alice, Actor("ＡＬＩＣＥ ", 99)):
        with pytest.raises(ExportRefused):
            exporting.decide(desk.kit, same, asked.id, "yes", approve=True)
    assert second.post(f"/approvals/export/{asked.id}", YES).status_code == 422
    assert len(exporting.waiting(desk.kit)) == 1
    exporting.decide(desk.kit, Actor("Bosco", 77), asked.id, "yes", approve=True)
    assert first.post(f"/evidence/exports/{asked.id}/take").status_code == 422
    assert len(exporting.to_take(desk.kit, alice)) == 1


def test_a_form_that_names_nothing_published_or_no_reason_asks_for_nothing(
    desk: Desk, two: tuple[Tab, Tab]
) -> None:
    first, _ = two
    for fields in ({**WANTED, "reason": " "}, {**WANTED, "figures": "inside:2026-09"}):
        assert first.post("/evidence/exports", fields).status_code == 422
    assert exporting.waiting(desk.kit) == []
    assert desk.tab(AccountRole.AUDITOR).get("/evidence/exports").status_code == 404
