"""Tests messages: a sentence and its values, shown in any language and stored as data. As plain text, a message is
English."""

from hotline.text.languages import message_text, message_text_of

INNER = message_text("holds {letter}", letter="{")
WHOLE = message_text(
    "{field} {says}, {count} times, as in `{{}}`", field="note", says=INNER, count=2
)
FRENCH = {"holds {letter}": "a {letter}", WHOLE.template: "`{{}}` : {count} fois {field} {says}"}


def test_as_text_it_is_english() -> None:
    assert str(WHOLE) == "note holds {, 2 times, as in `{}`"
    assert f"{INNER}!" == "holds {!"


def test_it_is_said_in_another_language_with_its_values_in_other_places() -> None:
    def shown(name: str, value: str) -> str:
        return "la ligne" if name == "field" else value

    assert WHOLE.said(lambda words: FRENCH[words], shown) == "`{}` : 2 fois la ligne a {"


def test_it_is_kept_as_data_and_comes_back() -> None:
    assert message_text_of(WHOLE.to_json()) == WHOLE
    assert len({WHOLE, message_text_of(WHOLE.to_json())}) == 1
