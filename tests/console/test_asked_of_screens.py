"""Tests that a translator's question appears at its screen, and that a search finds the text of a draft."""

import re

from hotline.core.actors import AccountRole, Actor
from hotline.editing import service_translation
from tests.console.conftest import CHANGE
from tests.console.screens import Editor, editor
from tests.console.test_forms import assert_reachable, outline

__all__ = ["editor"]

TRANSLATOR = Actor("Translator 1", 77)
FEE = f"/changes/{CHANGE}/flows/abroad/fee"


def ask(editor: Editor, place: str, note: str, language: str = "rw") -> None:
    assert service_translation.ask_question(editor.desk.context, TRANSLATOR, language, place, note)


def test_a_question_leads_to_its_field_and_is_settled_at_the_screen(editor: Editor) -> None:
    ask(editor, "abroad.fee.say.text", "Is <b>pay</b> a fee?")
    ask(editor, "abroad.fee.say.lead.7.text", "And this?", "fr")
    ask(editor, "abroad.feet.say.text", "Of another screen")
    editor.open("abroad", "fee")
    assert_reachable(FEE, outline(editor.page))
    section = editor.page.partition('id="asked"')[2].partition("</section>")[0]
    assert "Is &lt;b&gt;pay&lt;/b&gt; a fee?" in section
    assert "Translator 1" in section
    assert re.findall(r'<li><a href="#([^"]+)"', section) == ["f-text-rw", "form"]
    assert "Of another screen" not in editor.page
    where = {"change": str(CHANGE), "flow": "abroad", "node": "fee"}
    answer = editor.tab.post("/words/questions/1", where)
    assert (answer.status_code, answer.location) == (303, FEE)
    assert "And this?" in editor.tab.get(FEE).text
    assert "a fee?" not in editor.tab.get(FEE).text
    for elsewhere in ({"change": "//x", "flow": "a", "node": "b"}, {"change": "1"}):
        answer = editor.tab.post("/words/questions/2", elsewhere)
        assert answer.location == "/words/questions"
    assert 'id="asked"' not in editor.tab.get(FEE).text


def test_words_are_found_as_the_change_has_them(editor: Editor) -> None:
    editor.sent(editor.open("abroad", "fee") | {"text.en": "Zebra crossing."}, "save")
    page = editor.tab.get(f"/changes/{CHANGE}").text
    assert f'href="/find?change={CHANGE}"' in page
    found = editor.tab.get(f"/find?change={CHANGE}&q=zebra").text
    assert f'href="{FEE}#f-text-en"' in found
    assert f'name="change" value="{CHANGE}"' in found
    assert (
        "No flow contains this text. Search for fewer words."
        in editor.tab.get("/find?q=zebra").text
    )
    named = editor.tab.get(f"/find?change={CHANGE}&q=contract").text
    assert f"/changes/{CHANGE}/flows/abroad/contract#" in named
    assert editor.tab.get("/find?change=99&q=zebra").status_code == 404
    translator = editor.desk.tab(AccountRole.TRANSLATOR)
    assert "Zebra crossing" in translator.get(f"/find?change={CHANGE}&q=zebra").text
    national = editor.desk.tab(AccountRole.NATIONAL)
    assert (
        "No flow contains this text. Search for fewer words"
        in national.get(f"/find?change={CHANGE}&q=zebra").text
    )
