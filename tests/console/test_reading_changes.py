"""Tests that the page on which people review a draft shows the whole difference from the published flows. Also tests
that each refusal says what to do next.
"""

import copy
import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.console.templating import PostedForm
from hotline.console.visit import GuestVisit
from hotline.core.actors import AccountRole
from hotline.core.database import Database
from hotline.editing import service_drafts
from hotline.editing.pages_difference import (
    MAX_SCREENS,
    changed_field_text,
    field_words,
    prepare_difference,
    refusal_text,
    step_sentence,
)
from hotline.editing.rules_difference import (
    Difference,
    FieldChanged,
    NeedsApprover,
    NotInEmergency,
    compare_documents,
)
from hotline.editing.rules_drafts import StepKind
from hotline.editing.service_drafts import Refusal
from hotline.editing.tables import DraftStep
from hotline.flows.node_fields import Titles, nodes_of
from hotline.text.errors import DraftRefused
from hotline.text.languages import CODES
from tests.console.conftest import PAGES
from tests.console.writing import NODE, TICKS, Writing, small_desk, writing
from tests.flows.books import make_book, make_document
from tests.support.clock import Clock


def visit(language: str = "en") -> Any:
    context: Any = None
    return GuestVisit(context, PAGES, language, "/", {}, PostedForm(), False, "", "", "")


UNTITLED = Titles({}, "en")

# The tests below are about the difference between a draft and the published flows.


__all__ = ["writing"]

BOOK = make_book()
PIECES: st.SearchStrategy[Any] = st.sampled_from(
    ["", "one", "front", "learn", "Other words <b>", True, 3, None, [], {}]
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in parts:
        yield from paths(part, (*at, key))


def edited(document: Any, edits: list[tuple[int, Any]]) -> Any:
    """Changes some values of a document, as an editor does or as in an invalid draft. Returns the document."""
    for number, value in edits:
        places = [path for path in paths(document["flows"]) if len(path) > 1]
        path = places[number % len(places)]
        inside = document["flows"]
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = value
    return document


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 10_000), PIECES), min_size=1, max_size=4))
def test_review_page_shows_the_difference_of_documents(edits: list[tuple[int, Any]]) -> None:
    before, after = make_document(), edited(copy.deepcopy(make_document()), edits)
    changes = compare_documents(before, after)
    shown = prepare_difference(visit(), changes, before, after, BOOK)
    assert shown.is_empty == (changes == Difference(()))
    assert len(shown.screens) == len(changes.screens)
    for screen, read in zip(changes.screens, shown.screens, strict=True):
        told = {(one.field, one.language): (one.before, one.after) for one in screen.words}
        seen = {
            (field, code): sides(text.columns[code])
            for field, text in zip(
                dict.fromkeys(one.field for one in screen.words), read.texts, strict=True
            )
            for code in CODES
        }
        assert told.items() <= seen.items()
        assert read.marks == [changed_field_text(visit(), one) for one in screen.marks]
        rest = (*screen.arrows, *screen.others)
        there = after if screen.node in nodes_of(after["flows"].get(screen.flow)) else before
        titles = Titles(there["flows"], "en")
        assert read.place == titles.place(screen.flow, screen.node)
        named = partial(titles.screen, screen.flow)
        assert read.sentences == [changed_field_text(visit(), one, named) for one in rest]
    assert set(shown.languages) == changes.languages


def sides(spans: Any) -> tuple[str, str]:
    """Returns the old text and the new text of a difference."""
    was = "".join(one.text for one in spans if one.kind != "ins")
    now = "".join(one.text for one in spans if one.kind != "del")
    return was, now


def test_review_shows_numbers_short_codes_and_phrases() -> None:
    before = {**make_document(), "entries": {"7": "learn"}, "numbers": [{"number": "3512"}]}
    after = {
        **make_document(),
        "entries": {"7": "learn", "9": "tell"},
        "numbers": [{"number": "3512", "confirmed_on": "2026-11-20"}],
        "phrases": {"rw": {"TAKEN": "{ref}: uracyakiriye"}},
    }
    shown = prepare_difference(
        visit(), compare_documents(before, after), before, after, make_book()
    )
    assert shown.entries == ["9: tell"]
    assert [(one.digits, one.changes) for one in shown.numbers] == [
        ("3512", ["called on: 2026-11-20"])
    ]
    assert [text.label for text in shown.phrases] == ["TAKEN"]
    assert shown.languages == ["rw"]
    assert shown.is_grave


def test_changed_recorded_values_come_first_with_link(writing: Writing) -> None:
    change = writing.opened()
    flow = writing.flow(change)
    flow["nodes"][NODE]["say"]["topic"] = "fees"
    flow["nodes"][NODE]["say"]["goes"] = "back"
    writing.saves(change, flow, {"did": "marks", "node": NODE, "why": "It is another topic"})
    page = writing.approver.read(f"/changes/{change}/read")
    red = page[page.index(">Important changes: read them before the other changes</h2>") :]
    assert "Topic that counts as read when a caller sees this screen: " in unescape(
        red[: red.index("Screens in the order that callers")]
    )
    assert "Editor 1 changed values in " in red
    assert ": It is another topic" in red
    (anchor,) = set(re.findall(r'<a href="#(s-\d+)">', red))
    assert f'id="{anchor}"' in page
    assert "This screen leads to back." in page
    page = writing.approver.read(f"/changes/{change}/emergency")
    assert "This edit needs approval: " in page
    assert 'name="reason"' not in page


def test_only_editors_get_link_to_editor(writing: Writing) -> None:
    """An approver may not open the editor, so the page of a draft gives an approver no link to it."""
    change = writing.wrote()
    link = f'href="/changes/{change}/flows/learn/'
    assert link in writing.editor.read(f"/changes/{change}")
    page = writing.approver.read(f"/changes/{change}")
    assert "/flows/learn/" not in page
    for path in (f"/changes/{change}", f"/changes/{change}/read"):
        found = set(re.findall(r'href="(/changes/[^"#]*)', writing.approver.read(path)))
        for address in found:
            assert writing.approver.get(unescape(address)).status_code == 200, address


def test_flow_value_is_neither_phrase_nor_markup(writing: Writing) -> None:
    change = writing.wrote("<script>{here}</script> {0}")
    for path in (f"/changes/{change}", f"/changes/{change}/read", f"/changes/{change}/print"):
        reader = writing.approver.read(path)
        assert "<script>{" not in reader
    assert "&lt;script&gt;{here}" in writing.approver.read(f"/changes/{change}/read")


def test_each_field_of_screen_has_plain_name() -> None:
    assert field_words(visit(), "choices.2") == "Choice 3"
    assert field_words(visit(), "choices.0.when") == "Choice 1, shown if"
    assert field_words(visit(), "lead.1") == "Conditional text 2"
    assert field_words(visit(), "signed.by") == "Person who verified the question of this screen"
    assert field_words(visit(), "what.it.is") == "what.it.is"
    moved = FieldChanged("choices.1.goes", "a", "b")
    assert changed_field_text(visit(), moved).endswith("Before this change, Choice 2 led to a")
    assert changed_field_text(visit("fr"), moved).endswith("Choix 2 menait à a")


# The tests below are about the texts that refuse to publish or submit a draft.


@pytest.mark.parametrize("why", [*Refusal])
def test_refusal_says_in_three_languages_what_to_do(why: Refusal) -> None:
    where = "learn", NeedsApprover(NotInEmergency.ARROW, "learn", "one", "goes")
    refused = DraftRefused(why, where)
    said = {refusal_text(visit(language), UNTITLED, refused) for language in CODES}
    assert len(said) == 3
    for words in said:
        assert words.count(". ") >= 1 or len(words) > 40
        assert "{" not in words


def test_refused_emergency_names_the_place() -> None:
    for reason in NotInEmergency:
        held = (NeedsApprover(reason, "learn", "one", "choices.1"),)
        words = refusal_text(visit(), UNTITLED, DraftRefused(Refusal.BEYOND_WORDS, held))
        assert "learn: one, Choice 2: " in words


def test_refused_forms_explain_and_change_nothing(writing: Writing) -> None:
    editor, approver, heard = writing.editor, writing.approver, writing.heard
    untitled = editor.refused("/changes/new", {"title": " ", "why": "Kept <b>"})
    assert "Enter a title that says what the draft changes" in untitled
    assert "Kept &lt;b&gt;" in untitled

    empty = writing.opened("Nothing in it")
    assert "does not alter what callers see" in editor.refused(f"/changes/{empty}/propose")

    change = writing.wrote()
    digest = writing.digest(change)
    late = "because a person edited or returned it. An editor must submit the draft again"
    for path, fields, says in (
        ("approve", {"digest": digest, **TICKS}, late),
        ("approve", {"digest": "another", **TICKS}, late),
        ("send-back", {"note": "Again"}, late),
        ("emergency", {"digest": digest, "reason": "too short"}, "reason of 20 letters or more"),
        ("emergency", {"digest": "another", "reason": "x" * 30}, "while you read it"),
    ):
        refused = approver.post(f"/changes/{change}/{path}", fields)
        assert (refused.status_code, says in refused.text) == (422, True), (path, fields)
    editor.sends(f"/changes/{change}/propose")
    unread = approver.post(f"/changes/{change}/approve", {"digest": digest})
    assert "Read the text, then tick each language that you read: Kinyarwanda" in unread.text
    assert writing.heard == heard


@pytest.mark.row("A3")
def test_author_of_a_part_cannot_approve(writing: Writing) -> None:
    both = writing.desk.tab(AccountRole.EDITOR, AccountRole.APPROVER, name="Editor 2")
    change = writing.wrote(by="Editor 2")
    writing.submits(change)
    page = both.read(f"/changes/{change}/read")
    assert "You wrote or submitted part of this draft. Ask another approver to review" in page
    assert f'action="/changes/{change}/approve"' not in page
    assert "Ask another approver" in both.refused(
        f"/changes/{change}/approve", {"digest": writing.digest(change), **TICKS}
    )


def test_demo_lets_one_person_write_and_approve(database: Database, clock: Clock) -> None:
    desk = small_desk(database, clock, is_emulated=True)
    writing = Writing(desk)
    both = desk.tab(AccountRole.EDITOR, AccountRole.APPROVER, name="Editor 2")
    change = writing.opened(tab=both)
    writing.says(change, by="Editor 2")
    both.sends(f"/changes/{change}/propose")
    page = both.read(f"/changes/{change}/read")
    assert "On a real hotline, another person must approve it" in page
    fields = {"digest": writing.digest(change), **TICKS}
    both.sends(f"/changes/{change}/approve", fields)


def test_draft_edited_during_review_is_not_published(writing: Writing) -> None:
    change = writing.proposed()
    digest = writing.digest(change)
    writing.says(change, "Ntukishyure na rimwe.")
    writing.submits(change)
    assert "while you read it" in writing.approver.refused(
        f"/changes/{change}/approve", {"digest": digest, **TICKS}
    )
    assert service_drafts.get_draft(writing.desk.context, change).state == "proposed"


def step(says: dict[str, Any]) -> DraftStep:
    return DraftStep(part="learn", made_by="Editor 2", about=says)


@pytest.mark.parametrize("did", [*StepKind])
def test_each_kind_of_step_has_sentence_in_three_languages(did: StepKind) -> None:
    says = {"did": did, "node": "fee", "from": "cost", "languages": ["rw", "en"], "version": 3}
    told = {
        step_sentence(visit(language), UNTITLED, step({**says, "why": "a lie"}))
        for language in CODES
    }
    assert len(told) == 3
    for words in told:
        assert words.startswith("Editor 2 ")
        assert "{" not in words


def test_step_names_its_languages_and_unknown_step_is_shown() -> None:
    edited = {"did": "edited", "node": "fee", "languages": ["rw", "en"]}
    for about, says in (
        (edited, "changed fee: Kinyarwanda, English"),
        ({"did": "edited", "node": "fee"}, "changed fee"),
        ({"did": "painted"}, "changed learn"),
        ({"did": "number_confirmed", "digits": "3512"}, "confirmed the phone number 3512"),
    ):
        assert step_sentence(visit(), UNTITLED, step(about)) == f"Editor 2 {says}"


def test_long_difference_is_read_in_parts_before_decision(writing: Writing) -> None:
    change = writing.opened()
    flow = writing.flow(change)
    for number in range(MAX_SCREENS + 3):
        flow["nodes"][f"extra{number}"] = copy.deepcopy(flow["nodes"][NODE])
    writing.saves(change, flow)
    writing.submits(change)
    address = f"/changes/{change}/read"
    first = writing.approver.read(address)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "Part 1 of 2" in first
    assert "Decision" not in first
    last = writing.approver.read(unescape(following))
    assert "Decision" in last
    screens = [re.findall(r'id="s-(\d+)"', page) for page in (first, last)]
    assert [len(one) for one in screens] == [MAX_SCREENS, 3]
    assert writing.approver.read(f"/changes/{change}/print").count('id="s-') == MAX_SCREENS + 3
    assert "No edits" in writing.editor.read(f"/changes/{writing.opened('Later')}/print")

    writing.says(change)
    stale = writing.approver.read(unescape(following))
    assert "A person edited this draft while you read it. Start the review again." in stale
    assert "Decision" not in stale
