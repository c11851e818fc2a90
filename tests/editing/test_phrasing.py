"""Tests drafts that change the texts of the code. They are checked like the texts of the catalogue before callers
see them."""

import pytest

from hotline.core.wording import Template
from hotline.editing.rules_drafts import PHRASES
from hotline.editing.service_drafts import Refusal
from hotline.flows.check import Code
from hotline.flows.flow_set_cache import LivePhrases
from hotline.text.phrases import Phrases
from tests.editing.changing import Desk, desk

__all__ = ["desk"]


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
        ("TAKEN", "{ref}: " + "uracyakiriye " * 14, "longer than one SMS: shorten it"),
        ("TAKEN", "{ref}: ring 3512345", "which is not verified"),
        ("TAKEN", "{ref}: \u0177", "a basic phone cannot show"),
        ("NO_SUCH", "words", "this text does not exist"),
        ("FAILURE", "Later", "cannot be changed"),
    ],
)
def test_a_bad_phrase_is_not_proposed(name: str, words: str, fault: str, desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, {"fr": {name: words}}, PHRASES)
    refused = desk.submit(change)
    assert refused.refusal is Refusal.HAS_ERRORS
    (finding,) = refused.findings
    assert (finding.code, finding.flow, finding.node) == (Code.PHRASE, "locales", name)
    assert (finding.language, fault in str(finding.message)) == ("fr", True)
