"""Tests the editor's pages that ask one question before they add a screen, rename a screen, delete a screen, or add a
flow.
"""

import re
from typing import Any

from hotline.editing import service_drafts, service_publish
from tests.console.conftest import CHANGE
from tests.console.screens import Editor, editor
from tests.console.test_forms import assert_reachable, outline
from tests.console.test_headers import assert_light

__all__ = ["editor"]

AT = f"/changes/{CHANGE}"
BUILD = f"/changes/build?change={CHANGE}"
ABROAD = f"{AT}/flows/abroad"


def document(editor: Editor, flow: str = "abroad") -> dict[str, Any]:
    found = service_drafts.part_draft(editor.desk.context, CHANGE, flow).document
    assert found is not None
    return dict(found)


def refused(editor: Editor, path: str, fields: dict[str, str], says: str) -> None:
    answer = editor.tab.post(path, fields)
    assert answer.status_code == 422, fields
    assert says in answer.text
    assert_reachable(path, outline(answer.text))


def test_new_screen_is_added_with_its_arrow(editor: Editor) -> None:
    path = f"{ABROAD}/new-node"
    assert_light(editor.tab, f"{path}?after=fee")
    assert 'value="fee.goes" selected' in editor.tab.read(f"{path}?after=fee")
    new = {"kind": "menu", "name": "Who holds the passport?", "after": "fee", "arrow": "fee.goes"}
    no_way = "Choose the screen or choice that leads to the new screen. Otherwise"
    for field, value, says in (
        ("name", "", "Enter a name."),
        ("name", "fee", "This name is already used. Choose another name."),
        ("arrow", "x", no_way),
        ("kind", "lift", "Choose a screen type."),
        ("after", "nowhere", "no longer exists. Reload the page."),
    ):
        refused(editor, path, new | {field: value}, says)
    answer = editor.tab.sends(path, new)
    assert answer.location == f"{ABROAD}/who_holds_passport"
    nodes = document(editor)["nodes"]
    assert [*nodes] == ["contract", "fee", "who_holds_passport", "tell", "last"]
    assert nodes["fee"]["say"]["goes"] == "who_holds_passport"
    assert nodes["who_holds_passport"]["menu"]["goes"] == "tell"
    assert editor.tab.get(str(answer.location)).status_code == 200


def test_renamed_screen_keeps_its_arrows(editor: Editor) -> None:
    path = f"{ABROAD}/contract/rename"
    page = editor.tab.read(path)
    assert "choices change to the new name automatically: start of the flow." in page
    refused(
        editor,
        path,
        {"name": "No name"},
        "Use lower-case letters, digits and underscores. Start with a letter. At most 40 characters",
    )
    refused(editor, path, {"name": "fee"}, "This name is already used. Choose another name.")
    assert editor.tab.sends(path, {"name": "papers"}).location == f"{ABROAD}/papers"
    assert document(editor)["start"] == "papers"
    says = {"did": "node_renamed", "node": "papers", "from": "contract"}
    assert service_drafts.history(editor.desk.context, CHANGE)[0].about == says


def test_screen_is_deleted_after_each_arrow_is_decided(editor: Editor) -> None:
    page = editor.tab.read(f"{ABROAD}/contract/delete")
    assert "The flow begins at this screen" in page
    assert not re.search("<button[^>]*>Delete screen", page)
    path = f"{ABROAD}/fee/delete"
    page = editor.tab.read(path)
    assert "Read the contract: Next screen" in page
    assert "Do not pay to get a job" in page
    refused(editor, path, {}, "Some other screens lead to the screen or flow that you remove")
    refused(editor, path, {"to:contract.goes": "fee"}, "Choose another next screen")
    refused(editor, f"{ABROAD}/contract/delete", {}, "The flow begins at this screen")
    assert editor.tab.sends(path, {"to:contract.goes": "tell"}).location == ABROAD
    assert [*document(editor)["nodes"]] == ["contract", "tell", "last"]
    assert document(editor)["nodes"]["contract"]["say"]["goes"] == "tell"
    assert editor.tab.get(ABROAD).status_code == 200
    editor.tab.post(f"{ABROAD}/tell/delete", {"to:contract.goes": "-"})
    assert "goes" not in document(editor)["nodes"]["contract"]["say"]


def test_new_flow_starts_from_template_with_its_choice(editor: Editor) -> None:
    path = BUILD
    assert_light(editor.tab, path)
    new = {"model": "lesson", "menu": "front.front", "title.en": "Domestic work"}
    refused(editor, path, new | {"title.en": " "}, "Enter a name.")
    refused(editor, path, new | {"model": "opera"}, "Choose a template.")
    refused(editor, path, new | {"menu": "abroad.fee"}, "Choose a menu.")
    assert service_drafts.history(editor.desk.context, CHANGE) == []
    assert editor.tab.sends(path, new).location == f"{AT}/flows/domestic_work/one"
    assert [*document(editor, "domestic_work")["nodes"]] == ["one", "two", "three", "last"]
    choice = document(editor, "front")["nodes"]["front"]["menu"]["choices"][-1]
    assert choice == {"goes": "domestic_work", "label": {"en": "Domestic work"}}
    for model in ("menu", "quiz"):
        made = editor.tab.post(path, new | {"title.en": f"A {model}", "model": model})
        page = editor.tab.read(str(made.location))
        assert_reachable(model, outline(page))


def test_new_flow_is_edited_and_previewed_from_start(editor: Editor) -> None:
    new = {"model": "lesson", "menu": "front.front", "title.en": "Home"}
    editor.tab.post(BUILD, new)
    form = editor.open("home", "one")
    assert "no preview yet: one. Enter a text for the screen." in " ".join(editor.page.split())
    said = {f"text.{code}": "First." for code in ("rw", "fr", "en")}
    editor.sent(form | said | {"topic": "at_home"}, "save")
    assert editor.node("home", "one")["say"]["topic"] == "at_home"
    form = editor.open("front", "front") | {"h.language": "en"}
    part = editor.part(form | {"as.flag.reporting": "no"})
    digit = part.partition(" Home")[0][-1]
    assert "First." in editor.part(form | {"as.flag.reporting": "no"}, f"press:{digit}")


def taken_out(editor: Editor, flow: str, fields: dict[str, str]) -> None:
    answer = editor.tab.post(f"{AT}/flows/{flow}/take-out", fields)
    assert (answer.status_code, answer.location) == (303, AT), answer.text


def test_flow_is_removed_after_each_arrow_is_decided(editor: Editor) -> None:
    editor.tab.post(BUILD, {"model": "lesson", "menu": "front.front", "title.en": "Home"})
    count = len(document(editor, "front")["nodes"]["front"]["menu"]["choices"])
    path, way = f"{AT}/flows/home/take-out", f"to:front/front.choices.{count - 1}.goes"
    assert_light(editor.tab, path)
    page = editor.tab.read(path)
    assert f"First screen: Main menu: Choice {count}" in page
    assert_reachable(path, outline(page))
    refused(editor, path, {}, "Some other screens lead to the screen or flow that you remove")
    refused(editor, path, {way: "home"}, "Choose another next screen")
    taken_out(editor, "home", {way: "-"})
    assert service_drafts.part_draft(editor.desk.context, CHANGE, "home").document is None
    front = document(editor, "front")["nodes"]
    assert len(front["front"]["menu"]["choices"]) == count - 1
    assert "home" not in front
    assert editor.tab.get(f"{AT}/flows/home").status_code == 404
    assert editor.tab.get(path).status_code == 404
    page = editor.tab.read(AT)
    assert "removed the flow home" in page
    assert "removed" in page


def test_start_flow_and_short_code_flow_cannot_be_removed(editor: Editor) -> None:
    for flow, says in (
        ("front", "The flow begins at this screen"),
        (
            "quiz",
            "A printed short code opens this flow, so you cannot remove the flow",
        ),
    ):
        path = f"{AT}/flows/{flow}/take-out"
        page = editor.tab.read(path)
        assert says in page
        assert "Remove flow" not in page
        refused(editor, path, {}, says)


def test_removed_flow_is_restored_with_its_arrows(editor: Editor) -> None:
    into = re.findall(r'name="(to:[^"]+)"', editor.tab.read(f"{AT}/flows/law/take-out"))
    opening = {way.removeprefix("to:").partition("/")[0] for way in into}
    before = {flow: document(editor, flow) for flow in ("law", *opening)}
    taken_out(editor, "law", dict.fromkeys(into, "flow:abroad"))
    assert all(document(editor, flow) != before[flow] for flow in opening)
    for step in service_drafts.history(editor.desk.context, CHANGE):
        path = f"{AT}/steps/{step.id}/bring-back"
        assert path in editor.tab.read(AT)
        editor.tab.post(path, {"once": f"a{step.id}", "before": "yes"})
    assert {flow: document(editor, flow) for flow in before} == before


MARKS = f"{AT}/flows/report/flow-marks"
WHY = "The desk is told by another flow."


def test_recorded_values_of_flow_need_a_reason(editor: Editor) -> None:
    page = editor.tab.read(MARKS)
    assert 'name="gathers"' not in page
    assert_reachable(MARKS, outline(page))
    page = editor.tab.post(MARKS, {"gathers": "", "do": "save"}).text
    assert 'name="gathers"' in page, "unlocked, and nothing saved"
    assert service_drafts.history(editor.desk.context, CHANGE) == []
    form = {"unlocked": "yes", "gathers": "complaint", "do": "save"}
    refused(editor, MARKS, form, "In one sentence, explain why you change values")
    refused(editor, MARKS, form | {"why": WHY, "gathers": "gold"}, "Choose one of the options")
    assert (
        editor.tab.sends(MARKS, form | {"why": WHY, "private": "yes"}).location
        == f"{AT}/flows/report"
    )
    flow = document(editor, "report")
    assert (flow["gathers"], flow["private"]) == ("complaint", True)
    says = service_drafts.history(editor.desk.context, CHANGE)[0].about
    assert says == {"did": "marks", "why": WHY}
    assert "gathers complaint" in editor.tab.read(f"{AT}/flows/report")
    editor.tab.post(MARKS, {"unlocked": "yes", "why": WHY, "do": "save", "gathers": ""})
    assert not {"gathers", "private"} & document(editor, "report").keys()


def test_recorded_values_of_new_flow_are_free(editor: Editor) -> None:
    new = {"model": "menu", "menu": "front.front", "title.en": "Home"}
    editor.tab.post(BUILD, new)
    path = f"{AT}/flows/home/flow-marks"
    assert_light(editor.tab, path)
    assert 'name="gathers"' in editor.tab.read(path)
    editor.tab.sends(path, {"gathers": "tip", "do": "save"})
    assert [*document(editor, "home")][:4] == ["flow", "title", "review", "gathers"]


def test_titles_of_screen_and_flow_are_shown_everywhere(editor: Editor) -> None:
    path = f"{AT}/flows/abroad/fee/rename"
    editor.tab.sends(path, {"name": "fee", "title.en": "What to pay", "once": "1"})
    assert "<title>What to pay" in editor.tab.read(f"{AT}/flows/abroad/fee")
    named = {"do": "texts", "title.en": "Jobs abroad", "description.en": "Before you leave"}
    editor.tab.post(f"{AT}/flows/abroad/flow-marks", named | {"once": "2"})
    assert "<title>Jobs abroad" in editor.tab.read(f"{AT}/flows/abroad")
    written = document(editor, "abroad")
    assert written["description"] == {"en": "Before you leave"}
    assert "title" in written["nodes"]["tell"]


def test_diagram_of_draft_shows_digits_and_problems(
    editor: Editor,
) -> None:
    texts = {f"{node}.text.en": f"Number {node}." for node in ("one", "two", "three")}
    new = {"model": "lesson", "menu": "front.front", "title.en": "Pay"}
    assert editor.tab.post(BUILD, new | texts).location == AT
    drawn = f"/flows/pay/picture?change={CHANGE}"
    service_publish.check_by_id(editor.desk.context, CHANGE)
    page = editor.tab.read(drawn)
    assert_reachable(drawn, outline(page))
    assert page.count('class="says faulty changed"') == 3
    assert f"{AT}/flows/pay/new-node?after=one&amp;arrow=one.goes" in page
    front = editor.tab.read(f"/flows/front/picture?change={CHANGE}")
    assert '<text class="keyed"' in front
    assert editor.tab.get("/flows/pay/picture").status_code == 404
    move = f"{AT}/flows/pay/two/move"
    assert_light(editor.tab, move)
    assert editor.tab.post(move, {"arrow": "three.goes"}).location == drawn
    assert [*document(editor, "pay")["nodes"]] == ["one", "three", "two", "last"]
    refused(
        editor, f"{AT}/flows/pay/one/move", {"arrow": "two.goes"}, "The flow begins at this screen"
    )
