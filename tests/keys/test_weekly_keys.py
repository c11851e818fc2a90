"""Tests weekly keys while weeks pass and tips arrive. Tips that are not erased can be decrypted, and erased tips can
never be decrypted again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.alarms import tables
from hotline.alarms.rules import Alarm
from hotline.alerts import queries_retention as kept
from hotline.cases import decrypt_access, decrypt_codes, service_retention, service_weekly_keys
from hotline.cases import queries_weekly_keys as rows
from hotline.cases.reader_access import public_half
from hotline.keys.decrypt import decrypt_tip
from hotline.keys.encrypt import READER, Encrypter, label
from hotline.keys.key_folder import KeyFolder
from hotline.keys.weekly_lock import WeeklyLock, last_week, week_of
from hotline.text.errors import KeyMissing
from hotline.tips.tables import Grant, Tip
from tests.support.callers import DANGER_HERE, DESK_KEY, QUIET_HERE, REST, Line, told
from tests.support.contexts import WholeContext
from tests.support.persons import screened
from tests.support.recovering import encrypt_for_desks
from tests.support.two_people import ALICE

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
PASSPHRASE = "five words of a test"


def with_keys(line: Line, folder: Path, role: str) -> WholeContext:
    """Returns the context of a process that started with the key folder of this role."""
    return replace(
        line.context, encrypter=Encrypter(weekly_lock=WeeklyLock(KeyFolder(folder / "keys" / role)))
    )


@pytest.fixture
def locked(line: Line, tmp_path: Path) -> Line:
    return replace(line, context=with_keys(line, tmp_path, "hooks"))


def relay(line: Line, tmp_path: Path) -> WholeContext:
    return with_keys(line, tmp_path, "workers")


def opened(context: WholeContext, tip: Tip, grant: Grant) -> dict[str, str]:
    box = context.encrypter.weekly_lock.unlock(grant.encrypted_key, label(tip.uid, grant.desk_code))
    seal = {"uid": tip.uid, "place": tip.place, "desk": grant.desk_code}
    return decrypt_tip(tip.body, box, private_key=bytes(DESK_KEY), **seal)


@pytest.mark.fault(36)
def test_row_36_week_change_during_session_loses_nothing(locked: Line, tmp_path: Path) -> None:
    """Every weekly key changes between two hops. The draft is still completed, and both desks can decrypt all of it."""
    caller = told(locked, *QUIET_HERE)
    before = locked.tip
    locked.clock.turn(weeks=2)
    told(locked, "9")
    locked.flush()
    caller.key(*REST)

    tip = locked.tip
    assert (tip.id, tip.state, caller.screen[:3]) == (before.id, "complete", "CON")
    console = with_keys(locked, tmp_path, "console")
    for grant in locked.all(Grant):
        assert opened(console, tip, grant)["who"] == "several"
    assert locked.desks_of(tip) == {tip.place, "national"}


def test_remaining_tips_are_locked_again(locked: Line, tmp_path: Path) -> None:
    told(locked, *DANGER_HERE)
    context = relay(locked, tmp_path)
    for _ in range(5):
        locked.clock.turn(weeks=1)
        service_retention.erase_batch(context)
    assert context.encrypter.weekly_lock.start == last_week(locked.clock())
    with locked.database.reading() as session:
        assert rows.oldest_week(session) == week_of(locked.clock())
    console = with_keys(locked, tmp_path, "console")
    service_weekly_keys.delete_old_keys(replace(console, now=locked.clock))
    assert console.encrypter.weekly_lock.start == last_week(locked.clock())
    assert all(opened(console, locked.tip, grant) for grant in locked.all(Grant))


def test_weekly_key_stays_while_a_tip_needs_it(locked: Line, tmp_path: Path) -> None:
    """The workers did not run for a year. The console keeps the old weekly key until the workers have locked the tips
    under a newer key, so no tip is lost."""
    told(locked, *DANGER_HERE)
    began = week_of(locked.clock())
    console = with_keys(locked, tmp_path, "console")
    locked.clock.turn(weeks=52)
    service_weekly_keys.delete_old_keys(console)
    assert console.encrypter.weekly_lock.start == began
    assert all(opened(console, locked.tip, grant) for grant in locked.all(Grant))


def test_case_key_stays_valid_after_tip_text_is_erased(locked: Line, tmp_path: Path) -> None:
    """The tip's own grants are deleted, and only the grant of the case's key is left. The workers did not run for ten
    weeks, and then ran every week for five weeks."""
    told(locked, *DANGER_HERE)
    folder = KeyFolder(tmp_path / "keys" / "reader")
    half = public_half(folder)
    pages = with_keys(locked, tmp_path, "pages")
    screened(replace(pages, encrypter=replace(pages.encrypter, reader=half)), 1)
    with locked.database.writing() as session:
        kept.erase_text(session, [1], locked.clock())
    reader, context = with_keys(locked, tmp_path, "reader"), relay(locked, tmp_path)
    for weeks in (10, 1, 1, 1, 1, 1):
        locked.clock.turn(weeks=weeks)
        service_weekly_keys.delete_old_keys(reader)
        service_retention.erase_batch(context)
        with locked.database.reading() as session:
            pair = [folder.read("reader.key")]
            private = decrypt_codes.case_private_key(session, reader, locked.tip, READER, pair)
            assert private is not None
            assert len(decrypt_codes.codes_by_event(session, locked.tip, private)) == 1
    assert reader.encrypter.weekly_lock.start == last_week(locked.clock())


def test_old_copy_of_erased_tip_cannot_be_decrypted(locked: Line, tmp_path: Path) -> None:
    """The intruder has an old backup, the desk's key and every current key folder."""
    told(locked, *DANGER_HERE)
    stolen_tip, stolen_grants = locked.tip, locked.all(Grant)
    context = relay(locked, tmp_path)
    locked.clock.turn(days=300)
    for _ in range(30):
        service_retention.erase_batch(context)
        locked.clock.turn(days=1)
    told(locked, "9")
    console = with_keys(locked, tmp_path, "console")
    service_weekly_keys.delete_old_keys(console)

    assert locked.tip.erased_at is not None
    for role in ("hooks", "workers", "console"):
        intruder = with_keys(locked, tmp_path, role)
        for grant in stolen_grants:
            with pytest.raises(KeyMissing):
                opened(intruder, stolen_tip, grant)


@pytest.mark.fault(36)
def test_row_36_missing_weekly_key_names_remedy(locked: Line, tmp_path: Path) -> None:
    told(locked, *DANGER_HERE)
    with locked.database.writing() as session:
        encrypt_for_desks(session, ["national"], b"k" * 32, PASSPHRASE, locked.clock())
    console = with_keys(locked, tmp_path, "console")
    console.encrypter.weekly_lock.forget(week_of(locked.clock().replace(year=2028)))
    with pytest.raises(
        KeyMissing, match=r"cannot decrypt the text.*export from that week or before"
    ):
        decrypt_access.read_tip(
            console, locked.tip.id, desk="national", passphrase=PASSPHRASE, **SIGNED
        )


def test_grants_without_lock_get_locked(line: Line, tmp_path: Path) -> None:
    unlocked = replace(line.context.encrypter, weekly_lock=WeeklyLock())
    line.context = replace(line.context, encrypter=unlocked)
    told(line, *DANGER_HERE)
    assert all(grant.encrypted_key[:1] != b"\x02" for grant in line.all(Grant))
    context = relay(line, tmp_path)
    service_retention.erase_batch(context)
    assert all(grant.encrypted_key[:1] == b"\x02" for grant in line.all(Grant))
    assert all(opened(context, line.tip, grant) for grant in line.all(Grant))


def test_undeleted_weekly_key_raises_alarm(line: Line, tmp_path: Path) -> None:
    context = with_keys(line, tmp_path, "workers")
    (tmp_path / "keys" / "workers").rename(tmp_path / "gone")
    line.clock.turn(weeks=3)

    service_weekly_keys.delete_old_keys(context)
    with context.database.reading() as session:
        assert Alarm.FORGETTING in tables.raised_alarms(session)
        assert context.encrypter.weekly_lock.start == last_week(line.clock())
