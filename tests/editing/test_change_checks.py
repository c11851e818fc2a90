"""Tests the checks of a draft: each version is checked once, the result of the check is stored, and the clock starts a
check whose job was lost."""

from typing import Any

import pytest
from sqlalchemy import select

from hotline.core.contexts import Job
from hotline.core.wording import Template
from hotline.editing import service_publish, service_publishing, tables
from hotline.editing.rules_difference import NotInEmergency
from hotline.editing.rules_drafts import PHRASES
from hotline.editing.service_drafts import Refusal
from hotline.editing.service_publish import check_by_id as check_draft
from hotline.editing.tables import DraftCheck
from hotline.flows import tables as flows_tables
from hotline.flows.check import Code
from hotline.flows.flow_set_cache import LivePhrases
from hotline.gateway.stand_ins import FakeJobs
from hotline.text.languages import Phrases
from tests.editing.changing import Desk, playable, refusal
from tests.support.clock import Clock


def bell(desk: Desk) -> FakeJobs:
    assert isinstance(desk.context.jobs, FakeJobs)
    return desk.context.jobs


def test_an_edit_rings_and_the_page_waits_until_a_worker_has_looked(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "They asked 999999")
    assert bell(desk).scheduled == [(Job.CHECK_DRAFT, change)]
    assert service_publish.draft_problems(desk.context, change) is None
    assert len(bell(desk).scheduled) == 2, "whoever waits rings again"

    check_draft(desk.context, change)
    found = service_publish.draft_problems(desk.context, change)
    assert found is not None
    assert len(found.blocking) == 3
    made = service_publish.merge_draft(desk.context, change)
    assert found == service_publish.check_merged(desk.context, made)
    check_draft(desk.context, 99)


def test_what_went_live_meanwhile_is_checked_anew(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Other words")
    check_draft(desk.context, change)
    desk.imposes({**playable(), "entries": {"11": "learn", "12": "learn", "90": "cases"}})
    assert service_publish.draft_problems(desk.context, change) is None


def test_what_was_found_of_a_change_is_known_of_the_revision_that_it_made(desk: Desk) -> None:
    desk.published("Other words")
    with desk.context.database.reading() as session:
        live = flows_tables.live_revision(session)
        assert live is not None
        assert (
            tables.stored_problems(session, f"{service_publishing.checker_digest()} {live.digest}")
            is not None
        )
    assert service_publish.problems_of(
        desk.context, desk.live, "anew"
    ) == service_publish.problems_of(desk.context, desk.live, live.digest)


def test_what_was_found_long_ago_goes(desk: Desk, clock: Clock) -> None:
    service_publish.problems_of(desk.context, playable(), "one")
    clock.turn(days=31)
    service_publish.problems_of(desk.context, playable("Other words"), "other")
    with desk.context.database.reading() as session:
        assert len(session.scalars(select(DraftCheck)).all()) == 1


def test_what_another_version_of_the_checks_found_is_not_believed(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Other words")
    check_draft(desk.context, change)
    with desk.context.database.writing() as session:
        for row in session.scalars(select(DraftCheck)):
            assert row.digest.startswith(service_publishing.checker_digest())
            row.digest = f"another{row.digest}"
    assert service_publish.draft_problems(desk.context, change) is None


def test_a_list_that_does_not_wait_rings_for_what_nobody_has_checked(desk: Desk) -> None:
    assert service_publish.published_problems(desk.context) is None
    assert bell(desk).scheduled == [(Job.CHECK_DRAFT, service_publish.LIVE)]
    check_draft(desk.context, service_publish.LIVE)
    found = service_publish.published_problems(desk.context)
    assert found is not None
    assert [*found] == [*service_publishing.all_problems(desk.live)]
    assert len(bell(desk).scheduled) == 1
    change = desk.opened()
    desk.say(change, "Other words")
    check_draft(desk.context, change)
    with desk.context.database.reading() as session:
        assert len(session.scalars(select(DraftCheck)).all()) == 2, "live was checked already"


WARNS = "Warns of what a false recruiter says."


def warning(words: str, reason: str = WARNS) -> dict[str, Any]:
    document = playable(words)
    document["flows"]["learn"]["nodes"]["one"]["reason"] = reason
    return document


def says(desk: Desk, words: str, reason: str = WARNS) -> int:
    change = desk.opened()
    desk.save(change, warning(words, reason)["flows"]["learn"])
    return change


@pytest.mark.row("A4")
def test_an_old_reason_lets_no_new_promise_pass(desk: Desk) -> None:
    live = warning("They say you are safe.")
    desk.imposes(live)
    change = says(desk, "They say you are safe. It is free.")
    refused = refusal(desk.submit, change)
    assert refused.refusal is Refusal.HAS_ERRORS
    assert {(one.node, one.code) for one in refused.where} == {("one", Code.PROMISE)}

    again = says(
        desk, "They say you are safe. It is free.", "Warns of two promises of a recruiter."
    )
    desk.goes_live(again)
    same = says(desk, "Free and safe, they say.", "Warns of two promises of a recruiter.")
    desk.submit(same)


@pytest.mark.row("A4")
@pytest.mark.parametrize(
    ("words", "held"),
    [
        ("They say you are safe. You are safe there.", {NotInEmergency.RISKY}),
        ("They say you are safe. Do not go.", set()),
        ("Do not go.", set()),
    ],
)
def test_no_new_promise_of_one_person(words: str, held: set[NotInEmergency], desk: Desk) -> None:
    live = warning("They say you are safe. Go.")
    desk.imposes(live)
    change = says(desk, words)
    if held:
        assert {one.reason for one in refusal(desk.urgent, change).where} == held
    else:
        desk.urgent(change)


def test_a_changed_phrase_is_read_published_and_said(desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, {"rw": {"TAKEN": "{ref}: uracyakiriye"}}, PHRASES)
    desk.goes_live(change)
    phrases = Phrases({"rw": {}}, LivePhrases(desk.context.flow_sets))
    assert phrases.say("rw", Template.TAKEN, ref="K7Q4") == "K7Q4: uracyakiriye"


@pytest.mark.parametrize(
    ("name", "words", "fault"),
    [
        ("TAKEN", "Uracyakiriye", "use exactly these placeholders: ref"),
        ("TAKEN", "{ref}: {place}", "use exactly these placeholders: ref"),
        ("TAKEN", "{ref", "brace"),
        ("TAKEN", "{ref}: " + "uracyakiriye " * 14, "the text is longer than one SMS"),
        ("TAKEN", "{ref}: ring 3512345", "which is not verified"),
        ("TAKEN", "{ref}: \u0177", "a basic phone cannot show"),
        ("NO_SUCH", "words", "this text does not exist"),
        ("FAILURE", "Later", "you cannot change the text"),
    ],
)
def test_a_bad_phrase_is_not_proposed(name: str, words: str, fault: str, desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, {"fr": {name: words}}, PHRASES)
    refused = refusal(desk.submit, change)
    assert refused.refusal is Refusal.HAS_ERRORS
    (finding,) = refused.where
    assert (finding.code, finding.flow, finding.node) == (Code.PHRASE, "locales", name)
    assert (finding.language, fault in str(finding.message)) == ("fr", True)
