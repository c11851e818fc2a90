"""The editor: one screen of a change in a form, beside a handset. Every button is a submit of that form."""

from hotline.services.changes import drafts
from tests.console.conftest import CHANGE
from tests.console.screens import Editor, editor

__all__ = ["editor"]


def test_a_sentence_is_changed_and_the_page_says_so(editor: Editor) -> None:
    form = editor.open("abroad", "fee")
    assert form["text.en"].startswith("Do not pay first")
    page = editor.sent(form | {"text.en": "Pay nobody."}, "save")
    assert "Saved." in page
    assert editor.open("abroad", "fee")["text.en"] == "Pay nobody."
    assert editor.node("abroad", "fee")["say"]["text"]["en"] == "Pay nobody."
    (line,) = drafts.history(editor.desk.kit, CHANGE)
    assert line.says == {"did": "edited", "node": "fee", "languages": ["en"]}
    assert line.author == "Editor 2"
