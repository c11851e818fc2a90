"""Tests that a translator can review twenty texts within twenty minutes on a screen of 360 pixels."""

import pytest
from playwright.sync_api import expect

from hotline.core.actors import AccountRole
from hotline.editing import service_reviews
from tests.browser.office import Office
from tests.console.browsing import NARROW
from tests.console.hands import Hands
from tests.console.test_in_browser import WIDER

pytestmark = pytest.mark.browser

TEXTS, MENDED_EACH = 20, 5
"""`TEXTS` is the number of texts to review. The translator corrects every text whose number is a multiple of
`MENDED_EACH`: the test types the first word of this text again.
"""
MINUTES = 20


@pytest.mark.row("A5")
def test_twenty_texts_take_less_than_twenty_minutes_on_a_narrow_screen(office: Office) -> None:
    translator = office.person("Translator 1", AccountRole.TRANSLATOR)
    with office.hands(NARROW) as hands:
        hands.signs_in(translator)
        hands.follows("Texts")
        hands.follows("Review {language}", language="Kinyarwanda")
        places = [judges_the_first(hands, number) for number in range(TEXTS)]
        assert hands.page.evaluate(WIDER) <= 0
        assert hands.seconds < MINUTES * 60

    assert len(set(places)) == TEXTS
    agreed = [
        one
        for one in service_reviews.all_signatures(office.desk.context)
        if one.by == translator.name
    ]
    assert sorted(one.place for one in agreed) == sorted(places)


def judges_the_first(hands: Hands, number: int) -> str:
    """Reads the first text that waits for a review, and approves or corrects this text. Returns the place of the text
    in the flows.
    """
    text = hands.page.locator("#t-1")
    place = text.locator("[name='place.1']").input_value()
    hands.reads(text)
    field = text.locator("textarea")
    words = field.input_value() if field.count() else ""
    mended = words[:1].swapcase() + words[1:]
    if number % MENDED_EACH == MENDED_EACH - 1 and mended != words:
        field.fill(mended)
        hands.clicks, hands.keys = hands.clicks + 1, hands.keys + len(words.split()[0])
        hands.presses("Save as reviewed", within="#t-1")
    else:
        hands.presses("Mark as reviewed", within="#t-1")
    expect(hands.page.locator("#t-1 [name='place.1']")).not_to_have_value(place)
    return place
