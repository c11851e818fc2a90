"""Tests the sample data of a demo. The hotline's rules, regular tasks and services must work with this data."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hotline.alerts.tables_case_events import CaseCode
from hotline.cases import service_retention
from hotline.cli import sample
from hotline.cli.contexts import build_cli, build_reader, build_worker
from hotline.core import tables
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.monitoring.service_checks_database import check_database
from hotline.people import tables_audit
from hotline.statistics import reader_person_sums, service_releases, service_report
from hotline.tips.rules import TipOutcome
from hotline.tips.tables import Tip
from tests.alerts.case_sums import check_logs
from tests.cli.homes import copy_home, hotline
from tests.support.clock import Clock

TIPS = sum(sample.TIPS_A_MONTH + 2 * n for n in range(sample.MONTHS))
TIPS += sample.TIPS_OF_THIS_MONTH + sample.OPEN_TIPS
YEAR = timedelta(days=366)
EMULATED: dict[str, Any] = {
    "HOTLINE_GATEWAY_URL": "http://127.0.0.1:8001",
    "HOTLINE_GATEWAY_USERNAME": "sandbox",
}


def test_it_is_a_line_on_which_everything_works(tmp_path: Path) -> None:
    """This single test makes all checks, because writing the sample data takes most of the time."""
    home = tmp_path / "home"
    copy_home(home)
    settings = Settings.read({"HOTLINE_HOME": str(home), **EMULATED})
    sample.write(settings)
    rows_and_logs_agree_and_the_chain_is_whole(settings)
    releases_are_published_and_say_that_they_are_samples(settings)
    an_open_tip_is_closed_and_opened_again(settings)
    said = hotline(home, "init", "--demo", "--sample", **EMULATED).output
    assert "sample data: exist already" in said
    old_words_and_codes_go_as_on_any_line(settings)


def rows_and_logs_agree_and_the_chain_is_whole(settings: Settings) -> None:
    with closing(open_database(settings.database_url)) as database:
        check_logs(database)
        assert tables.is_sample(database)
        with database.reading() as session:
            assert session.query(Tip).count() == TIPS
            assert session.query(Tip).filter(Tip.closed_at.is_(None)).count() == sample.OPEN_TIPS
            assert tables_audit.verify_chain(session).broken_at is None


def releases_are_published_and_say_that_they_are_samples(settings: Settings) -> None:
    context = build_cli(settings)
    with closing(context.database):
        releases = service_releases.published(context)
        assert len(releases) >= sample.MONTHS
        assert all(one.is_sample for one in releases)
        quarter = next(one for one in releases if one.has("identified"))
        assert quarter.number("tips") is not None
        assert quarter.number("identified") is not None
        assert "Sample data" in service_report.results_page(context)
        late = [one.name for one in check_database(context) if not one.ok]
        assert set(late) <= {"clock", "on-call contacts"}


def an_open_tip_is_closed_and_opened_again(settings: Settings) -> None:
    context = build_cli(settings)
    with closing(context.database):
        with context.database.reading() as session:
            tip_id = session.query(Tip.id).filter(Tip.urgency != 1, Tip.closed_at.is_(None)).first()
        assert tip_id is not None
        outcome, by = TipOutcome.REFERRED, "Alice"
        closed = service_retention.close_tip(
            context, tip_id[0], by=by, reason="found", outcome=outcome
        )
        assert closed.tip.closed_at is not None
        service_retention.reopen_tip(context, tip_id[0], by=by, reason="again")
        with context.database.reading() as session:
            assert session.get_one(Tip, tip_id[0]).closed_at is None


def old_words_and_codes_go_as_on_any_line(settings: Settings) -> None:
    """Checks that after a year the texts of reports and the codes about persons are erased, except in open tips."""
    relay, reader = build_worker(settings), build_reader(settings)
    with closing(relay.database), closing(reader.database):
        later = relay.now() + YEAR
        for days in (0, 15, 30):
            clock = Clock(later + timedelta(days=days))
            reader_person_sums.count_due_months(replace(reader, now=clock))
            for _ in range(40):
                service_retention.erase_batch(replace(relay, now=clock))
        with relay.database.reading() as session:
            kept = session.query(Tip).filter(Tip.erased_at.is_(None)).all()
            assert all(tip.closed_at is None for tip in kept)
            assert session.query(CaseCode).count() == 0
