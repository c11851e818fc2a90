"""The sample data of a demo: bulk rows on which the line's own rules, chores and services hold."""

import shutil
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.bootstrap import build_console, build_reader, build_relay
from hotline.cli.line import sample
from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.tip import TipOutcome
from hotline.services.reader.cases import month_ends
from hotline.services.tips import retention
from hotline.services.watch.checks_database import findings
from hotline.statistics import service_releases, service_report
from hotline.store.database import open_database
from hotline.store.desk import audit
from hotline.store.tips.tips import Tip
from hotline.store.watch import origin
from tests.cli.homes import copy_home
from tests.services.case_sums import check_logs

TIPS = sum(sample.TIPS_A_MONTH + 2 * n for n in range(sample.MONTHS)) + sample.OPEN_TIPS
YEAR = timedelta(days=366)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sample") / "home"
    copy_home(home)
    began = time.process_time()
    sample.write(_settings(home))
    assert time.process_time() - began < 60
    return home


@pytest.fixture
def home(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "home")


def _settings(home: Path) -> Settings:
    return Settings.read(
        {
            "HOTLINE_HOME": str(home),
            "HOTLINE_GATEWAY_URL": "http://127.0.0.1:8001",
            "HOTLINE_GATEWAY_USERNAME": "sandbox",
        }
    )


def test_rows_and_logs_agree_and_the_chain_is_whole(home: Path) -> None:
    with closing(open_database(_settings(home).database_url)) as database:
        check_logs(database)
        with database.reading() as session:
            assert origin.is_invented(session)
            assert session.query(Tip).count() == TIPS
            assert session.query(Tip).filter(Tip.closed_at.is_(None)).count() == sample.OPEN_TIPS
            assert audit.verify(session).broken_at is None


def test_releases_are_published_and_say_that_they_are_samples(home: Path) -> None:
    kit = build_console(_settings(home))
    with closing(kit.database):
        releases = service_releases.published(kit)
        assert len(releases) >= sample.MONTHS
        assert all(one.is_sample for one in releases)
        quarter = next(one for one in releases if one.has("identified"))
        assert quarter.number("tips") is not None
        assert quarter.number("identified") is not None
        assert "Sample data" in service_report.results_page(kit)
        late = [one.name for one in findings(kit) if not one.ok]
        assert set(late) <= {"clock", "watchers"}


def test_old_words_are_erased_and_persons_are_counted_as_on_any_line(home: Path) -> None:
    """A year later nothing of what was told or noted is left but the open tips' own words."""
    settings = _settings(home)
    relay, reader = build_relay(settings), build_reader(settings)
    with closing(relay.database), closing(reader.database):
        later = relay.now() + YEAR
        for days in (0, 15, 30):
            for kit in (relay, reader):
                object.__setattr__(kit, "now", lambda days=days: later + timedelta(days=days))
            month_ends.tidy(reader)
            for _ in range(40):
                retention.tidy(relay)
        with relay.database.reading() as session:
            kept = session.query(Tip).filter(Tip.erased_at.is_(None)).all()
            assert all(tip.closed_at is None for tip in kept)


def test_an_open_tip_is_closed_and_opened_again(home: Path) -> None:
    kit = build_console(_settings(home))
    with closing(kit.database):
        with kit.database.reading() as session:
            tip_id = session.query(Tip.id).filter(Tip.urgency != 1, Tip.closed_at.is_(None)).first()
        assert tip_id is not None
        closed = retention.close_tip(
            kit, tip_id[0], by="Alice", reason="found", outcome=TipOutcome.REFERRED
        )
        assert closed.tip.closed_at is not None
        assert (
            retention.reopen_tip(kit, tip_id[0], by="Alice", reason="again").tip.closed_at is None
        )


def test_it_is_written_into_a_new_line_alone(home: Path) -> None:
    said = CliRunner().invoke(
        main,
        ["init", "--demo", "--sample"],
        env={"HOTLINE_HOME": str(home), "HOTLINE_GATEWAY_URL": "http://127.0.0.1:8001"},
    )
    assert "sample data: were there" in said.output
