"""Tests the text of an alert: it never changes after it is written, and has no other words than these."""

import pytest

from hotline.core.wording import Template
from hotline.gateway.rules_message import render, responders_short_code
from hotline.text.phrases import Phrases
from hotline.tips.rules_events import Purpose
from tests.support.builders import alert

ENTRY = "*384*777*90#"


@pytest.mark.parametrize(
    ("urgency", "purpose", "code", "template", "words"),
    [
        (1, Purpose.ALERT, None, Template.ALERT_URGENT_REPLY, "K7Q4: Gasabo, urgent. Reply 1 K7Q4"),
        (
            1,
            Purpose.ALERT,
            ENTRY,
            Template.ALERT_URGENT_DIAL,
            f"K7Q4: Gasabo, urgent. Dial {ENTRY}",
        ),
        (2, Purpose.ALERT, None, Template.ALERT_REPLY, "K7Q4: Gasabo. Reply 1 K7Q4"),
        (3, Purpose.ALERT, ENTRY, Template.ALERT_DIAL, f"K7Q4: Gasabo. Dial {ENTRY}"),
        (1, Purpose.OPEN, None, Template.ALERT_URGENT_REPLY, "K7Q4: Gasabo, urgent. Reply 1 K7Q4"),
        (3, Purpose.OPEN, ENTRY, Template.ALERT_DIAL, f"K7Q4: Gasabo. Dial {ENTRY}"),
    ],
)
def test_an_alert(
    urgency: int, purpose: Purpose, code: str | None, template: Template, words: str
) -> None:
    wording = alert(
        reference="K7Q4", place="12", urgency=urgency, purpose=purpose, language="en", code=code
    )
    assert wording.template is template
    assert render(wording, Phrases({})) == words


def test_its_place_is_named_in_her_language() -> None:
    wording = alert(reference="K7Q4", place="abroad", urgency=3, language="rw", code=None)
    assert wording.parameters == {"ref": "K7Q4", "place": "mu mahanga"}


@pytest.mark.parametrize(("code", "entry"), [("*384*777#", "*384*777*90#"), ("*384#", "*384*90#")])
def test_what_a_responder_dials(code: str, entry: str) -> None:
    assert responders_short_code(code) == entry
