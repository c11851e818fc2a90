"""Tests the pages on which translators save texts, see which texts wait for a review, and see who reviewed a text."""

import re
from collections import Counter

import pytest
from werkzeug.test import TestResponse

from hotline.core.actors import AccountRole, Actor
from hotline.editing import service_drafts, service_plans, service_publish, service_reviews
from hotline.editing.service_plans import Times
from hotline.editing.service_review_document import (
    TITLES,
    equal_texts,
    is_fixed,
    language_review,
    review_matrix,
)
from hotline.flows.rules_reviews import ReviewAids, ReviewState, glossary_terms
from hotline.text.languages import CODES
from tests.console.conftest import Desk, MakeDesk, Tab
from tests.support.made_once import shipped_phrases
from tests.support.statements import statements

FEE = "abroad.fee.say.text"
ABROAD = "/words/rw?flow=abroad&state=all"


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return desk.tab(AccountRole.TRANSLATOR, name="Translator 1")


def fields(page: str) -> dict[str, str]:
    """Returns the fields of the page's form with their values, as a browser would send them."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    areas = re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S)
    return {
        name: value.replace("&#39;", "'").replace("&#34;", '"') for name, value in hidden + areas
    }


def number_of(form: dict[str, str], place: str) -> str:
    (number,) = (name.partition(".")[2] for name, value in form.items() if value == place)
    return number


def press(
    tab: Tab, does: str, place: str = FEE, words: str = "", path: str = ABROAD
) -> TestResponse:
    form = fields(tab.read(path))
    number = number_of(form, place)
    if words:
        form[f"words.{number}"] = words
    return tab.post(path, form | {"do": f"{does}:{number}"})


def state(desk: Desk, place: str = FEE, language: str = "rw") -> ReviewState:
    review = language_review(desk.context, language)
    return review.state(review.texts[place])


def test_published_flows_are_read_once_for_all_languages(desk: Desk) -> None:
    """The document with the published flows is large. So a list of flows or texts reads this document only once for
    all languages, and the next page reads it from memory.
    """
    with statements() as asked:
        found = review_matrix(desk.context)
        review_matrix(desk.context)
    assert sum("SELECT revision.document" in one for one in asked) == 1
    for language in CODES:
        review = language_review(desk.context, language)
        states = Counter(review.state(text) for text in review.texts.values())
        counts = [found.row(chapter)[language] for chapter in found.chapters]
        assert sum(counts, Counter()) == states


def publish(desk: Desk, language: str) -> None:
    """Publishes the draft with the texts of a language: Editor 1 submits the draft, and Approver 1 approves it."""
    change = language_review(desk.context, language).draft_id
    assert change is not None
    editor = Actor("Editor 1", 91)
    service_publish.submit(desk.context, editor, change, keeps_languages=True)
    digest = service_publish.merge_draft(desk.context, change).digest
    by, now = Actor("Approver 1", 92), Times()
    service_plans.approve(desk.context, by, change, digest, now, keeps_languages=True)


@pytest.mark.row("A5")
def test_kinyarwanda_needs_two_reviewers(desk: Desk, tab: Tab) -> None:
    answer = press(tab, "agree")
    assert answer.status_code == 303
    assert state(desk) is ReviewState.REVIEWED_ONCE
    other, waits = desk.tab(AccountRole.TRANSLATOR, name="Translator 2"), "/words/rw?flow=abroad"
    assert FEE not in tab.read(waits)
    assert FEE in other.read(waits)
    assert press(other, "agree").status_code == 303
    assert state(desk) is ReviewState.REVIEWED
    assert "Translator 1, Translator 2" in tab.read(ABROAD)


def test_text_goes_into_draft_of_its_language_only(desk: Desk, tab: Tab) -> None:
    answer = press(tab, "both", words="Ntukishyure mbere yo kubona akazi.")
    assert answer.status_code == 303
    drafts = [one for one, _ in service_drafts.list_drafts(desk.context)]
    (change,) = (one for one in drafts if one.title == TITLES["rw"])
    saved = service_drafts.part_draft(desk.context, change.id, "abroad").document
    assert saved is not None
    assert saved["nodes"]["fee"]["say"]["text"]["rw"] == "Ntukishyure mbere yo kubona akazi."
    assert state(desk) is ReviewState.REVIEWED_ONCE
    assert [one.by for one in service_reviews.all_signatures(desk.context)] == ["Translator 1"]


@pytest.mark.row("A5")
def test_text_is_stale_after_english_changes(desk: Desk, tab: Tab) -> None:
    press(tab, "agree", path="/words/fr?flow=abroad&state=all")
    assert state(desk, language="fr") is ReviewState.REVIEWED, "one person is enough"
    english, words = "/words/en?flow=abroad&state=all", 'Never pay to get a job. "Keep it secret"?'
    assert press(tab, "both", words=words, path=english).status_code == 303
    publish(desk, "en")
    assert state(desk, language="fr") is ReviewState.STALE
    page = tab.read("/words/fr?flow=abroad&state=stale")
    assert FEE in page
    assert "<del>Do not</del><ins>Never</ins> pay to get" in page


def test_invalid_text_is_refused_and_stays_typed(desk: Desk, tab: Tab) -> None:
    answer = press(tab, "both", words="Ntukishyure ĥano")
    assert answer.status_code == 422
    assert "a basic phone cannot show ĥ: use h" in answer.text
    assert "Ntukishyure ĥano</textarea>" in answer.text
    assert min(map(int, re.findall(r'<meter [^>]*value="(\d+)"', answer.text))) < 60
    assert "too long" in press(tab, "both", words="Ntukishyure mbere. " * 40).text
    assert "The text is empty. Enter a text." in press(tab, "both", words=" ").text
    unsaved = press(tab, "agree", words="Ntukishyure mbere yo kubona akazi.")
    assert unsaved.status_code == 422
    assert "Save the new text as reviewed, or restore the old text" in unsaved.text
    assert not service_reviews.all_signatures(desk.context)
    assert language_review(desk.context, "rw").draft_id is None
    assert tab.get("/words/xx").status_code == tab.post("/words/xx").status_code == 404


def test_text_changed_meanwhile_must_be_read_again(desk: Desk, tab: Tab) -> None:
    form = fields(tab.read(ABROAD))
    number = number_of(form, FEE)
    other = desk.tab(AccountRole.TRANSLATOR, name="Translator 2")
    press(other, "both", words="Ntukishyure mbere.")
    form[f"words.{number}"] = "Ntukabanze kwishyura."
    answer = tab.refused(ABROAD, form | {"do": f"both:{number}"})
    assert "changed after you opened the page. Read the new text." in answer
    assert "Ntukabanze kwishyura.</textarea>" in answer


def test_form_sent_twice_is_one_step_and_one_review(desk: Desk, tab: Tab) -> None:
    form = fields(tab.read(ABROAD))
    number = number_of(form, FEE)
    form |= {f"words.{number}": "Ntukishyure mbere.", "do": f"both:{number}"}
    assert [tab.post(ABROAD, form).status_code for _ in range(2)] == [303, 303]
    assert len(service_reviews.all_signatures(desk.context)) == 1
    change = language_review(desk.context, "rw").draft_id
    assert change is not None
    assert [line.about["count"] for line in service_drafts.history(desk.context, change)] == [1]


def test_other_texts_of_page_are_saved_unreviewed(desk: Desk, tab: Tab) -> None:
    form = fields(tab.read(ABROAD))
    typed, pressed = number_of(form, FEE), number_of(form, "abroad.contract.say.text")
    form |= {f"words.{typed}": "Ntukishyure mbere.", "do": f"agree:{pressed}"}
    tab.sends(ABROAD, form)
    assert "Ntukishyure mbere." in tab.read(ABROAD)
    (agreed,) = service_reviews.all_signatures(desk.context)
    assert agreed.place == "abroad.contract.say.text"


def test_two_translators_start_at_different_texts(desk: Desk, tab: Tab) -> None:
    other = desk.tab(AccountRole.TRANSLATOR, name="Translator 2")
    pages = [fields(one.read("/words/rw")) for one in (tab, other)]
    places = [{page[f"place.{number}"] for number in range(1, 11)} for page in pages]
    assert not places[0] & places[1]


def test_next_ten_texts_continue_to_the_end(tab: Tab) -> None:
    seen, path = list[str](), ABROAD
    for _ in range(9):
        page = tab.read(path)
        seen += [value for name, value in fields(page).items() if name.startswith("place.")]
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        if onward is None:
            break
        path = onward[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen))
    assert {FEE, "abroad.contract.say.text"} <= set(seen)
    assert all(place.startswith("abroad.") for place in seen)


def test_phrases_need_exactly_their_placeholders(make_desk: MakeDesk) -> None:
    desk = make_desk(phrases=shipped_phrases())
    tab = desk.tab(AccountRole.TRANSLATOR, name="Translator 1")
    place, path = "locales.TAKEN", "/words/rw?flow=locales&state=all&at=locales.TAKEN"
    assert "K7Q4AC" in tab.read(path)
    assert "use exactly these placeholders:" in press(tab, "both", place, "Murakoze", path).text
    assert press(tab, "both", place, "{ref}: wayifashe. Murakoze.", path).status_code == 303
    change = language_review(desk.context, "rw").draft_id
    assert change is not None
    assert service_drafts.part_draft(desk.context, change, "#phrases").document == {
        "rw": {"TAKEN": "{ref}: wayifashe. Murakoze."}
    }


def test_fixed_texts_are_shown_but_not_editable(desk: Desk, tab: Tab) -> None:
    path = "/words/rw?flow=engine&state=all"
    page = tab.read(path)
    assert "Only programmers can change this text" in page
    assert "<textarea" not in page
    form = fields(page)
    tab.refused(path, form | {"words.1": "Other", "do": "both:1"})
    tab.sends(path, form | {"do": "agree:1"})


def test_part_shows_length_of_typed_texts(tab: Tab) -> None:
    page = tab.read(ABROAD)
    assert "On this page" not in page
    form = fields(page)
    number = number_of(form, FEE)
    form[f"words.{number}"] = "Ntukishyure."
    answer = tab.post("/words/rw/part", form)
    assert answer.status_code == 200
    assert "Ntukishyure" not in answer.text
    (used,) = re.findall(rf'id="m-{number}" data-part>.*?value="(\d+)"', answer.text, re.S)
    assert int(used) < 60
    assert f"Whole screen: {used} of " in answer.text


def test_matrix_counts_texts_and_links_to_them(desk: Desk, tab: Tab) -> None:
    count = len(language_review(desk.context, "rw").texts)
    press(tab, "agree")
    page = tab.read("/words")
    (link,) = re.findall(r'href="(/words/rw\?[^"]*flow=abroad[^"]*state=read)"', page)
    shown = tab.read(link.replace("&amp;", "&"))
    assert FEE in shown
    assert "abroad.contract.say.text" not in shown
    press(desk.tab(AccountRole.TRANSLATOR, name="Translator 2"), "agree")
    assert f'<meter min="0" max="{count}" value="1"' in tab.read("/words")


def test_search_links_to_the_field(desk: Desk, tab: Tab) -> None:
    page = tab.read("/find?q=ntukabanze kwishyura")
    (link,) = re.findall(r'<a href="([^"]+)">Work abroad: Fees and passport</a>', page)
    assert FEE in tab.read(link.replace("&amp;", "&"))
    admin = desk.tab(AccountRole.ADMIN).read("/find?q=ntukabanze")
    assert '<a href="/flows/abroad#n-fee">Work abroad: Fees and passport</a>' in admin
    editor = desk.tab(AccountRole.EDITOR).read("/find?q=ntukabanze&change=1")
    assert '<a href="/changes/1/flows/abroad/fee#f-text-rw">' in editor
    assert "No flow contains this text. Search for fewer words." in tab.read("/find?q=xyzzy")


def test_translator_s_question_is_shown_until_answered(desk: Desk, tab: Tab) -> None:
    form = fields(tab.read(ABROAD))
    number = number_of(form, FEE)
    nothing = tab.refused(ABROAD, form | {"do": f"ask:{number}"})
    assert f'id="w-note.{number}">Enter your question.' in nothing
    note = {f"note.{number}": "Is <b>pay</b> a fee?", "do": f"ask:{number}"}
    tab.sends(ABROAD, form | note)
    assert "Translator 1 asks: Is &lt;b&gt;pay&lt;/b&gt; a fee?" in " ".join(
        tab.read(ABROAD).replace("</p>", "").split()
    )
    editor = desk.tab(AccountRole.EDITOR, name="Editor 7")
    assert "Questions from translators: 1" in editor.read("/")
    assert "Is &lt;b&gt;pay&lt;/b&gt; a fee?" in editor.read("/words/questions")
    assert "Mark as answered" not in tab.read("/words/questions")
    assert tab.post("/words/questions/1").status_code == 404
    editor.sends("/words/questions/1")
    assert editor.post("/words/questions/9").status_code == 404
    assert "No questions to answer." in editor.read("/words/questions")
    assert "Questions from translators" not in editor.read("/")


@pytest.mark.row("A13")
def test_translation_of_equal_english_is_offered(desk: Desk, tab: Tab) -> None:
    review = language_review(desk.context, "fr")
    text = next(
        text
        for text in review.texts.values()
        if text.in_flows and equal_texts(review, text) and not is_fixed(text.place)
    )
    other = equal_texts(review, text)[0]
    path = f"/words/fr?state=all&flow={text.place.partition('.')[0]}&at={text.place}"
    page = tab.read(path)
    assert "Other places with the same English text" in page
    form = fields(page)
    number = number_of(form, text.place)
    answer = tab.post(path, form | {"do": f"use:{number}:0"})
    assert answer.status_code == 200
    assert fields(answer.text)[f"words.{number}"].strip() == other.strip()
    assert language_review(desk.context, "fr").draft_id is None


def test_glossary_terms_are_underlined_with_meaning(make_desk: MakeDesk) -> None:
    terms = tuple(glossary_terms("| contract | contrat | amasezerano | B |\n"))
    tab = make_desk(aids=ReviewAids(terms)).tab(AccountRole.TRANSLATOR, name="Translator 1")
    page = tab.read("/words/rw?state=all&flow=abroad&at=abroad.contract.say.text")
    assert re.search(r'<span lang="en">[^/]*<u>contract</u>', page)
    assert "<u>contract</u> = amasezerano (not sure)" in page
