"""Tests two editors who edit the same screen. Neither editor is locked out, no edit is lost, and the page asks only
about texts that both editors changed.
"""

import copy
import re

import pytest

from hotline.core.actors import AccountRole, Actor
from hotline.editing import service_drafts, service_publishing, service_translation
from hotline.flows.service_authoring import live_document
from tests.console.conftest import CHANGE
from tests.console.screens import Editor, Form, editor, read
from tests.console.test_forms import assert_reachable, outline

__all__ = ["editor"]
pytestmark = pytest.mark.row("A6")


def words(editor: Editor, node: str = "fee") -> dict[str, str]:
    said: dict[str, str] = editor.node("abroad", node)["say"]["text"]
    return said


def settling(editor: Editor, page: str) -> tuple[Form, str]:
    """Returns the form in which an editor chooses which of two texts to keep, as a browser would send it, and the name
    of the field with the choice."""
    form = dict(read(page, editor.at).fields)
    (name,) = [name for name in form if name.startswith("pick ")]
    return form, name


def both(editor: Editor, mine: Form, hers: Form) -> tuple[Editor, str]:
    """Opens the form of one screen for `editor` and for editor 3. Saves the changes of editor 3 first, and then the
    changes of `editor`. Returns editor 3 and the page after the second save."""
    other = editor.other()
    form, theirs = editor.open("abroad", "fee"), other.open("abroad", "fee")
    other.sent(theirs | hers, "save")
    answer = editor.press(form | mine, "save")
    if answer.status_code == 303:
        return other, editor.tab.read(str(answer.location))
    assert answer.status_code == 422
    return other, answer.text


def test_other_editors_of_open_flow_are_named(editor: Editor) -> None:
    other = editor.other()
    other.open("abroad", "tell")
    editor.open("abroad", "fee")
    assert "Editor 3 opened this flow at 10:0" in editor.page
    assert "Editor 2 opened" not in editor.page
    other.open("front", "front")
    editor.open("abroad", "fee")
    assert "opened this flow at" not in editor.page, "the other one is at another flow now"
    editor.desk.clock.turn(minutes=10)
    other.tab.get("/flows")
    editor.open("abroad", "fee")
    editor.desk.clock.turn(minutes=14)
    editor.open("abroad", "tell")
    other.open("abroad", "tell")
    assert "Editor 2 opened this flow at 10:2" in other.page, "as it was opened last"


def test_edits_of_different_fields_are_both_kept(editor: Editor) -> None:
    _, page = both(editor, {"text.en": "Mine."}, {"text.fr": "Les siens.", "goes": "last"})
    assert (
        "Other people saved edits while you were editing. The draft keeps their edits and your edits."
        in page
    )
    assert (words(editor)["en"], words(editor)["fr"]) == ("Mine.", "Les siens.")
    assert editor.node("abroad", "fee")["say"]["goes"] == "last"


def test_conflict_in_one_text_is_asked_before_saving(editor: Editor) -> None:
    _, page = both(editor, {"text.en": "Mine.", "text.rw": "Ibyanjye"}, {"text.en": "Hers."})
    assert "You and Editor 3 edited the same text." in page
    for says in ("Before: <span", "Your version:", "text by Editor 3:", "Mine.", "Hers."):
        assert says in page
    assert_reachable(editor.at, outline(page))
    assert words(editor)["en"] == "Hers."

    form, name = settling(editor, page)
    assert form[name] == "yours"
    editor.tab.sends(editor.at, form)
    assert words(editor) == {**words(editor), "en": "Mine.", "rw": "Ibyanjye"}


def test_chosen_colleague_s_text_is_kept(editor: Editor) -> None:
    _, page = both(editor, {"text.en": "Mine."}, {"text.en": "Hers."})
    form, name = settling(editor, page)
    editor.tab.sends(editor.at, form | {name: "theirs"})
    assert words(editor)["en"] == "Hers."


def test_screen_deleted_by_other_is_kept_or_removed(editor: Editor) -> None:
    for chosen, is_there in (("theirs", False), ("yours", True)):
        node = "fee" if not is_there else "tell"
        other = editor.other()
        form = editor.open("abroad", node)
        other.tab.sends(f"{editor.at}/delete", {"to:contract.goes": "last"})
        answer = editor.press(form | {"text.en": "Still here."}, "save")
        assert answer.status_code == 422
        assert 'by Editor 3:</strong> <span class="difference">removed' in answer.text
        assert "Still here." in answer.text
        asked, name = settling(editor, answer.text)
        after = editor.tab.sends(editor.at, asked | {name: chosen})
        document = service_drafts.part_draft(editor.desk.context, CHANGE, "abroad").document
        assert document is not None
        assert (node in document["nodes"]) is is_there
        assert editor.tab.get(str(after.location)).status_code == 200


def test_conflict_with_published_draft_is_asked(editor: Editor) -> None:
    page = f"/changes/{CHANGE}"
    assert "This draft has no text with two versions" in editor.tab.read(f"{page}/catch-up")
    editor.sent(editor.open("abroad", "fee") | {"text.en": "Mine.", "text.rw": "Ibyanjye"}, "save")
    context = editor.desk.context
    live = copy.deepcopy(dict(live_document(context.database)))
    live["flows"]["abroad"]["nodes"]["fee"]["say"]["text"]["en"] = "Live."
    service_publishing.publish(context, live, by="Alice", reason="x", of_version=False)
    assert "Choose which texts to keep" in editor.tab.read(page)

    editor.at = f"{page}/catch-up"
    asked = editor.tab.read(editor.at)
    place = "Work abroad, Fees and passport, Text, English"
    for says in (place, "Mine.", "Published version", "Live."):
        assert says in asked
    assert "Ibyanjye" not in asked
    form, name = settling(editor, asked)
    assert editor.tab.post(editor.at, {"once": "x"}).status_code == 422, "nothing was chosen"
    assert words(editor)["en"] == "Mine."
    assert editor.tab.post(editor.at, form | {name: "theirs"}).location == page
    assert words(editor) == {**words(editor), "en": "Live.", "rw": "Ibyanjye"}
    assert "Choose which texts to keep" not in editor.tab.read(page)


def test_form_sent_twice_saves_one_step(editor: Editor) -> None:
    form = editor.open("abroad", "fee")
    first = editor.press(form | {"text.en": "Once."}, "save").location
    assert editor.press(form | {"text.en": "Once."}, "save").location == first
    assert len(service_drafts.history(editor.desk.context, CHANGE)) == 1
    answer = editor.press(form | {"text.fr": "De plus."}, "save")
    assert answer.status_code == 303
    assert (words(editor)["en"], words(editor)["fr"]) == ("Once.", "De plus.")


def test_address_contains_only_numbers(editor: Editor) -> None:
    editor.open("abroad", "fee")
    for query in ("saved=x&plain=<b>&both=y", "saved=-1&plain=A3’b’2&both=²", "shown=xx&limit=x"):
        assert "<b>&" not in editor.tab.read(f"{editor.at}?{query}")
    page = editor.tab.read(f"{editor.at}?saved=-1&plain=’2")
    assert re.search("Replaced ’ with &#39;. Letters replaced: 2", page)


TRANSLATOR = Actor("Translator 1", 77)
FEE = f"/changes/{CHANGE}/flows/abroad/fee"


def ask(editor: Editor, place: str, note: str, language: str = "rw") -> None:
    assert service_translation.ask_question(editor.desk.context, TRANSLATOR, language, place, note)


def test_question_links_to_field_and_is_answered_there(editor: Editor) -> None:
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
    assert editor.tab.sends("/words/questions/1", where).location == FEE
    assert "And this?" in editor.tab.read(FEE)
    assert "a fee?" not in editor.tab.read(FEE)
    for elsewhere in ({"change": "//x", "flow": "a", "node": "b"}, {"change": "1"}):
        answer = editor.tab.post("/words/questions/2", elsewhere)
        assert answer.location == "/words/questions"
    assert 'id="asked"' not in editor.tab.read(FEE)


def test_search_finds_text_of_the_draft(editor: Editor) -> None:
    editor.sent(editor.open("abroad", "fee") | {"text.en": "Zebra crossing."}, "save")
    page = editor.tab.read(f"/changes/{CHANGE}")
    assert f'href="/find?change={CHANGE}"' in page
    found = editor.tab.read(f"/find?change={CHANGE}&q=zebra")
    assert f'href="{FEE}#f-text-en"' in found
    assert f'name="change" value="{CHANGE}"' in found
    assert "No flow contains this text. Search for fewer words." in editor.tab.read("/find?q=zebra")
    named = editor.tab.read(f"/find?change={CHANGE}&q=contract")
    assert f"/changes/{CHANGE}/flows/abroad/contract#" in named
    assert editor.tab.get("/find?change=99&q=zebra").status_code == 404
    translator = editor.desk.tab(AccountRole.TRANSLATOR)
    assert "Zebra crossing" in translator.read(f"/find?change={CHANGE}&q=zebra")
    page = editor.desk.tab(AccountRole.NATIONAL).read(f"/find?change={CHANGE}&q=zebra")
    assert "No flow contains this text. Search for fewer words" in page
