"""Tests that the console answers every form that the editor's page may send, and loses no text that a person typed in
the form.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.editing.rules_forms import plain_text
from hotline.text.characters import TYPOGRAPHY
from tests.console.screens import Editor, editor
from tests.console.test_editor import SCREENS

__all__ = ["editor"]

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LETTERS = st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\t")
WORDS = st.text(LETTERS, min_size=1, max_size=20)
FIELDS = """
goes weak flow asks list returns reason saves topic why unlocked
choices.0.goes choices.1.when.answer choices.3.same_line choices.70.en arms.0.goes arms.5.when.is
lead.0.number lead.2.rw signed.day once version
h.language h.limit h.begins h.key h.say as.flag.reporting as.answer.danger
"""
NAMES = st.sampled_from(["pick x y", *FIELDS.split()])
BUTTONS = """
save look press:9 press restart:dial restart:here unlock add add:lead up:1 down:choices.0 drop:lead.0 drop:arms.9
fix:fr:’ fix_all:rw screen_up screen_down fix up drop:choices.²
"""
DO = st.sampled_from(["", *BUTTONS.split()]) | ANY
VALUES = st.one_of(
    ANY,
    st.sampled_from(("new:", "flow:law", "flow:x", "yes", "tell", "-1", "0", "9" * 12, "words")),
)


@pytest.mark.timeout(1200)
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(st.sampled_from(SCREENS), WORDS, st.dictionaries(NAMES, VALUES, max_size=4), DO)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_form_is_answered_without_losing_text(
    editor: Editor, screen: tuple[str, str], words: str, typed: dict[str, str], do: str
) -> None:
    form = editor.open(*screen)
    field = next((name for name in ("text.fr", "choices.0.fr", "reason") if name in form), "reason")
    sent = form | {"choices.0.when.is": "a b"} | typed | {field: words}
    answer = editor.press(sent, do)
    assert answer.status_code in (200, 303, 422)
    after = editor.form(answer) if answer.status_code != 303 else editor.open(*screen)
    kept = after.get(field, "")
    assert flat(words) in flat(kept), (answer.status_code, do)


def flat(words: str) -> str:
    """Returns a text as the console may store it: accents joined with their letters, and typographic characters of Word
    replaced by simple ones."""
    return "".join(TYPOGRAPHY.get(letter, letter) for letter in plain_text(words)).strip()
