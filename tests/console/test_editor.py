"""Tests the editor's page: a form with one screen of a draft, next to a simulated phone that shows this screen. Every
button sends the form.
"""

import re
from html import unescape

import pytest

from hotline.core.actors import Actor
from hotline.editing import service_drafts
from tests.console.conftest import CHANGE
from tests.console.screens import Editor, editor
from tests.console.test_forms import assert_reachable, outline
from tests.console.test_headers import assert_light

__all__ = ["editor"]
pytestmark = [pytest.mark.row("A1"), pytest.mark.row("A4")]

SCREENS = (
    ("abroad", "fee"),
    ("abroad", "last"),
    ("front", "front"),
    ("report", "danger"),
    ("report", "province"),
    ("report", "journey"),
    ("report", "pin"),
    ("report", "landmark"),
    ("report", "last"),
    ("questions", "which"),
    ("quiz_abroad", "fee_known"),
)
"""One screen for each kind of screen and each kind of question."""


def test_editor_saves_a_sentence(editor: Editor) -> None:
    form = editor.open("abroad", "fee")
    assert form["text.en"].startswith("Do not pay to get a job")
    assert editor.buttons[0] == "save"
    assert editor.buttons.count("save") == 2, "the unseen one, and one that is seen"
    page = editor.sent(form | {"text.en": "Pay nobody."}, "save")
    assert "Saved." in page
    assert editor.open("abroad", "fee")["text.en"] == "Pay nobody."
    assert editor.node("abroad", "fee")["say"]["text"]["en"] == "Pay nobody."
    (line,) = service_drafts.history(editor.desk.context, CHANGE)
    assert line.about == {"did": "edited", "node": "fee", "languages": ["en"]}
    assert line.made_by == "Editor 2"


def test_each_kind_of_screen_is_saved_unchanged(editor: Editor) -> None:
    for flow, node in SCREENS:
        form = editor.open(flow, node)
        assert_light(editor.tab, editor.at)
        assert_reachable(editor.at, outline(editor.page))
        assert editor.press(form, "save").status_code == 303
        form |= {"unlocked": "yes", **editor.looked(form, "unlock")}
        assert editor.press(form, "save").status_code == 303
    assert service_drafts.history(editor.desk.context, CHANGE) == []


ROWS: tuple[tuple[str, str, str, str, object, str], ...] = (
    ("front", "front", "up:choices.1", "menu.choices.0.goes", "homes", "choices.0"),
    ("front", "front", "add:lead", "menu.lead.0.text", {}, "lead.0"),
    ("report", "journey", "down:arms.0", "branch.0.when.answer", "leaves", "arms.1"),
    ("report", "journey", "drop:arms.1", "branch.1.goes", "kind", "arms.1"),
)


def test_row_buttons_save_typed_text_first(editor: Editor) -> None:
    """A button that changes a row also saves the typed text. The next page then shows the row of that button.
    `test_rules_forms.py` tests each button."""
    for flow, node, do, way, there, anchor in ROWS:
        form = editor.open(flow, node)
        words = f"words of the row: {do}"
        field = next((name for name in form if name.endswith(".en")), "reason")
        answer = editor.press(form | {field: words}, do)
        assert answer.location.partition("#f-")[2] == anchor
        value = editor.node(flow, node)
        assert words in str(value), do
        for step in way.split("."):
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert value == there, do
        assert f'id="f-{anchor}"' in editor.tab.read(answer.location)


def test_unsupported_letters_have_replace_buttons(editor: Editor) -> None:
    form = editor.open("abroad", "fee") | {"text.fr": "Être “sûr”", "text.rw": "mw’ê"}
    part = unescape(editor.part(form))
    assert "latin capital letter e with circumflex" in part
    assert 'value="fix:rw:ê">Use e<' in part
    assert 'value="fix_all:fr">Replace all<' in part
    page = unescape(editor.sent(form, "fix:rw:ê"))
    assert editor.node("abroad", "fee")["say"]["text"]["rw"] == "mw'e"
    assert editor.node("abroad", "fee")["say"]["text"]["fr"] == 'Être "sûr"'
    for says in ("Replaced ’ with '. Letters replaced: 1", 'Replaced “ with ". Letters'):
        assert says in page
    editor.sent(editor.open("abroad", "fee"), "fix_all:fr")
    assert editor.node("abroad", "fee")["say"]["text"]["fr"] == 'Etre "sur"'


def test_buttons_without_save_keep_typed_text(editor: Editor) -> None:
    form = editor.open("abroad", "fee") | {"text.en": "Half a sent", "goes": "new:"}
    for do in ("look", "press:9", "unlock"):
        after = editor.looked(form, do)
        assert (after["text.en"], after["goes"]) == ("Half a sent", "new:"), do
        assert after["version"] == form["version"]
    assert service_drafts.history(editor.desk.context, CHANGE) == []


def test_preview_plays_the_typed_text(editor: Editor) -> None:
    form = editor.open("abroad", "contract") | {"h.language": "en", "text.en": "Read it first."}
    assert "Read it first." in editor.part(form)
    part = editor.part(form, "press:9")
    assert "Do not pay to get a job" in part
    assert "Keys pressed: 9" in part
    form = editor.looked(editor.looked(form, "press:9"), "press:9")
    assert "Tell someone you trust" in editor.page
    assert "Safe work and family" in editor.part(form, "restart:dial")
    assert "Read it first." in editor.part(form, "restart:here")
    french = editor.part(form | {"h.language": "fr", "h.limit": "60"}, "restart:here")
    assert '<pre lang="fr">Avant de partir' in french
    assert "of 54" in french


def test_preview_uses_given_answers_and_types_text(editor: Editor) -> None:
    form = editor.open("report", "province") | {"h.language": "en"}
    assert "as.answer.danger" in form
    assert "talk and trust police? 112" not in editor.part(form)
    assert "talk and trust police? 112" in editor.part(form | {"as.answer.danger": "yes"})
    form = editor.open("report", "landmark") | {"h.language": "en"}
    assert "The caller enters text." in editor.part(form)
    part = editor.part(form | {"h.say": "behind the church"}, "press")
    assert "The call ends at this screen." in part
    assert 'name="h.key" value="behind the church"' in part
    form = editor.open("front", "front")
    assert form["as.flag.reporting"] == ""


def test_the_meter_counts_every_language_and_says_a_second_screen(editor: Editor) -> None:
    form = editor.open("abroad", "fee")
    part = editor.part(form | {"text.en": "Too long. " * 20, "text.fr": "", "text.rw": ""})
    assert re.search(r'id="p-meter-en".*?<strong>screens: 2</strong>', part, re.S)
    assert re.search(r'id="p-meter-fr" data-part>\s*<p class="meter">no text yet', part)
    assert re.search(r'href="#f-text-fr">The text is missing in one language', part)
    kept = {*re.findall(r'id="([^"]+)" data-part', part)}
    assert kept == {
        f"p-{name}" for name in ("meter-rw", "meter-fr", "meter-en", "findings", "handset")
    }
    assert not re.search(r"<textarea|<select|type=\"text\"", part)


def test_a_half_made_screen_is_saved_and_says_that_it_cannot_be_played(editor: Editor) -> None:
    form = editor.open("report", "danger")
    empty = {name: "" for name in form if name[:4] in ("text", "goes", "choi", "note")}
    page = editor.sent(form | empty, "save")
    assert "This screen has no preview yet: Danger now." in page
    assert "Enter a text for the screen." in page
    assert editor.node("report", "danger")["menu"]["choices"][0] == {"label": {}, "value": "yes"}


def test_refused_field_keeps_all_typed_text(editor: Editor) -> None:
    form = editor.open("front", "front")
    typed = {"text.en": "hid\u200bden", "choices.0.goes": "No Name!", "choices.1.en": "Kept"}
    answer = editor.press(form | typed, "add:choices")
    assert answer.status_code == 422
    assert "<title>Error: Main menu" in answer.text
    again = editor.form(answer)
    assert {name: again[name] for name in typed} == typed
    for field in ("text-en", "choices.0.goes"):
        assert f'<a href="#f-{field}">' in answer.text
        assert f'aria-describedby="w-{field}"' in answer.text
    assert_reachable(editor.at, outline(answer.text))
    assert service_drafts.history(editor.desk.context, CHANGE) == []


def test_recorded_values_need_a_reason(editor: Editor) -> None:
    form = editor.open("report", "danger")
    assert "saves" not in form
    forged = form | {"saves": "other", "choices.0.value": "maybe"}
    assert editor.press(forged, "save").status_code == 303
    assert editor.node("report", "danger")["menu"]["saves"] == "danger"
    free = editor.looked(form, "unlock")
    assert (free["saves"], free["choices.0.value"]) == ("danger", "yes")
    changed = free | {"choices.0.value": "certain", "why": "short"}
    answer = editor.press(changed, "save")
    assert answer.status_code == 422
    assert editor.form(answer)["choices.0.value"] == "certain"
    assert '<a href="#f-why">' in answer.text
    editor.sent(changed | {"why": "The desk asked for another word."}, "save")
    (line,) = service_drafts.history(editor.desk.context, CHANGE)
    assert (line.about["did"], line.about["why"]) == ("marks", "The desk asked for another word.")
    assert editor.node("report", "danger")["menu"]["choices"][0]["value"] == "certain"


def test_choice_leads_to_new_screen_or_other_flow(editor: Editor) -> None:
    editor.sent(editor.open("front", "front"), "add:choices")
    form = editor.open("front", "front")
    typed = {"choices.6.en": "Safe travel", "choices.6.goes": "new:", "choices.0.goes": "flow:law"}
    editor.sent(form | typed, "save")
    choices = editor.node("front", "front")["menu"]["choices"]
    assert (choices[6]["goes"], choices[0]["goes"]) == ("safe_travel", "law")
    assert editor.node("front", "safe_travel") == {"say": {"text": {}}}
    assert editor.node("front", "law") == {"call": {"flow": "law"}}
    answer = editor.press(editor.open("front", "front") | {"goes": "flow:nothing"}, "save")
    assert answer.status_code == 422


def test_select_without_script_offers_rest_on_next_page(editor: Editor) -> None:
    form = editor.open("front", "front")
    goes = "choices.1.goes"
    assert len(re.findall(r"<optgroup", editor.page)) == 1
    after = editor.looked(form | {goes: "more:", "text.en": "Half a sent"})
    assert len(re.findall(r"<optgroup", editor.page)) == 2
    assert (after[goes], after["text.en"]) == (form[goes], "Half a sent")
    answer = editor.press(form | {goes: "more:"}, "save")
    assert answer.status_code == 422
    assert f'<a href="#f-{goes}">Choose the next screen' in answer.text
    editor.sent(after | {goes: "flow:law"}, "save")
    assert editor.node("front", "law") == {"call": {"flow": "law"}}


def test_rare_fields_of_choice_are_hidden_until_used(editor: Editor) -> None:
    form = editor.open("front", "front")
    assert not any(name.startswith("choices.1.when") for name in form)
    opened = editor.looked(form | {"text.en": "Half a sent"}, "open:choices.1")
    assert opened["text.en"] == "Half a sent"
    assert not any(name.startswith("choices.2.when") for name in opened)
    editor.sent(opened | {"choices.1.when.answer": "danger", "choices.1.when.is": "yes"}, "save")
    saved = editor.open("front", "front")
    assert saved["choices.1.when.answer"] == "danger"
    assert "choices.1.language" not in saved
    assert 'value="open:choices.1"' in editor.page


def test_reordered_outline_changes_nothing_for_callers(editor: Editor) -> None:
    editor.sent(editor.open("abroad", "fee"), "screen_up")
    document = service_drafts.part_draft(editor.desk.context, CHANGE, "abroad").document
    assert document is not None
    assert [*document["nodes"]] == ["fee", "contract", "tell", "last"]
    assert service_drafts.history(editor.desk.context, CHANGE)[0].about["did"] == "ordered"


def test_ended_draft_saves_nothing_and_keeps_text(editor: Editor) -> None:
    form = editor.open("abroad", "fee") | {"text.en": "Too late."}
    service_drafts.drop_draft(editor.desk.context, Actor("Editor 1"), CHANGE)
    answer = editor.press(form, "save")
    assert answer.status_code == 422
    assert "This draft was published or discarded" in answer.text
    assert editor.form(answer)["text.en"] == "Too late."


@pytest.mark.parametrize("path", ["nothing/fee", "abroad/nothing", "%23numbers/x"])
def test_unknown_screens_are_not_found(editor: Editor, path: str) -> None:
    for end in ("", "/rename", "/delete"):
        assert editor.tab.get(f"/changes/{CHANGE}/flows/{path}{end}").status_code == 404
    answer = editor.tab.post(f"/changes/{CHANGE}/flows/{path}", {"version": "7", "do": "save"})
    assert answer.status_code == 404


def test_form_of_missing_version_asks_to_check_again(editor: Editor) -> None:
    form = editor.open("abroad", "fee") | {"text.en": "Still mine."}
    for version in ("7", "-99", ""):
        answer = editor.press(form | {"version": version}, "save")
        assert answer.status_code == 422, version
        assert (
            "This version of the screen no longer exists. Check your text, then save again."
            in answer.text
        )
        again = editor.form(answer)
        assert again["text.en"] == "Still mine."
    assert editor.press(again, "save").status_code == 303
    assert editor.node("abroad", "fee")["say"]["text"]["en"] == "Still mine."


def test_problems_are_shown_in_reader_s_language(editor: Editor) -> None:
    form = editor.open("abroad", "fee") | {"text.en": "T\u00eate", "goes": "nowhere"}
    english = editor.part(form)
    assert "Text contains \u00ea" in english
    assert "No screen is called nowhere. Choose a screen, flow or list that exists" in english
    editor.tab.post("/account/language", {"language": "fr"})
    french = editor.part(form)
    assert "Aucun \u00e9cran ne s&#39;appelle nowhere." in french
    assert "que les t\u00e9l\u00e9phones simples n&#39;affichent pas" in french
    assert "contains" not in french


def test_editor_finds_the_problems_of_publication(editor: Editor) -> None:
    """This test finds two kinds of problems. `test_screen_check.py` and the tests of the checks find every kind."""
    form = editor.open("front", "front")
    assert "No problems on this screen" in editor.page
    page = unescape(editor.sent(form | {"text.en": "Report it here. It is free."}, "save"))
    for finds in (
        "The text reveals too much on a screen that is close to",
        "promises more than the hotline can",
    ):
        assert finds in page
    assert "No problems on this screen" not in page


SPEAKS_OF_ITSELF = re.compile(
    r"Input should|should have at|Field required|`|\.yaml|\.csv|choices\.\d|valid (?:string|dictionary)"
)


def test_page_shows_no_library_error_and_no_key(editor: Editor) -> None:
    form = editor.open("report", "danger")
    form |= {"unlocked": "yes", **editor.looked(form, "unlock")}
    emptied = ("text.en", "text.rw", "choices.0.en", "choices.0.goes")
    page = editor.sent(form | dict.fromkeys(emptied, ""), "save")
    start = page.index('id="p-findings"')
    shown = unescape(re.sub(r"<[^>]+>", " ", page[start : page.index("p-handset", start)]))
    assert SPEAKS_OF_ITSELF.search(shown) is None, shown


def test_short_reason_is_refused_with_its_field(editor: Editor) -> None:
    form = editor.open("abroad", "contract")
    promise = form | {"text.en": "It is free"}
    page = unescape(editor.part(promise))
    label = "Reason to keep a text that the automatic check rejects"
    assert f'a reason of 20 letters or more in "{label}"' in page
    secret = unescape(editor.part(form | {"text.en": "It is secret"}))
    assert 'Instead of "secret", write "No name needed".' in secret
    assert f"{label}. Callers never see this reason.</label>" in unescape(editor.page)
    refused = editor.press(promise | {"reason": "x"}, "save")
    assert refused.status_code == 422
    assert "Enter a reason of 20 letters or more." in refused.text
    enough = promise | {"reason": "It is a trial of one screen."}
    assert editor.press(enough, "save").status_code == 303
