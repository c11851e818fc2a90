"""Tests the promises that the shipped flows make to a caller. No edit of a flow may break these promises."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import gsm0338
import pytest

from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.flows import turn
from hotline.flows.check import node_texts
from hotline.flows.check import texts as written_texts
from hotline.flows.conversation import Facts
from hotline.flows.flow import (
    EMERGENCY,
    EndNode,
    Evidence,
    MenuNode,
    MessageNode,
    Number,
    QuestionNode,
    QuestionStatus,
    Text,
    number_flags,
    questions,
)
from hotline.flows.screen import wrapped
from hotline.text.languages import CODES
from hotline.text.places import Category
from tests.support.labels import LABELS, PROMISES
from tests.support.made_once import shipped_book, shipped_document

FLOWS = Path(__file__).parents[2] / "flows"
DOCUMENT = shipped_document()
BOOK = shipped_book()
REPORTING = Facts(flags={"reporting": True, "number.112": True})
REPORT = BOOK.flows["report"]

FIRST_KEYS = {"rw": (), "en": ("7",), "fr": ("8",)}


def faults(text: Text) -> Iterator[str]:
    if set(text) != set(CODES):
        yield f"is written in {sorted(text)}"
    for language, said in text.items():
        try:
            gsm0338.Codec().encode(said)
        except UnicodeError as error:
            yield f"{language}: {error}"
        yield from (
            f"{language}: a sentence of {len(sentence.split())} words"
            for sentence in re.split(r"[.?!:\n]", said)
            if len(sentence.split()) > 15
        )


def screens(*keyed: str, facts: Facts = REPORTING) -> list[str]:
    shown = turn.start(BOOK, facts)
    found = [shown.screen.text]
    for key in keyed:
        shown = turn.resume(BOOK, shown.state, key, facts)
        found.append(shown.screen.text)
    return found


@pytest.mark.parametrize("flow", BOOK.flows)
def test_each_text_has_three_languages_in_short_gsm7_sentences(flow: str) -> None:
    found = [
        f"{name}: {fault}"
        for name, node in BOOK.flows[flow].nodes.items()
        for _, text in node_texts(node)
        for fault in faults(text)
    ]
    assert found == []


@pytest.mark.parametrize("language", CODES)
def test_c15_catalogues_name_only_the_verified_number(language: str) -> None:
    catalogue = FLOWS.parent / "locales" / language / "LC_MESSAGES" / "messages.po"
    said = re.findall(r'"(.*)"', catalogue.read_text(encoding="utf-8").partition("\n\n")[2])
    assert {number for line in said for number in re.findall(r"\d{3,}", line)} == {"112"}


def test_c15_shown_number_names_confirmation_and_open_signature() -> None:
    shown = [row for row in DOCUMENT["numbers"] if "confirmed_on" in row]

    (row,) = shown
    assert (row["number"], row["status"]) == ("112", "verified")
    assert row["evidence"]
    assert "the ministry has not signed yet" in row["confirmed_by"]


@pytest.mark.row("C15")
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize(
    ("today", "there"),
    [("2026-11-23", False), ("2026-11-24", True), ("2027-11-24", True), ("2037-11-25", True)],
)
def test_emergency_number_never_expires(language: str, today: str, there: bool) -> None:
    facts = Facts(flags=number_flags(BOOK.numbers, date.fromisoformat(today)))
    help_now = screens(*FIRST_KEYS[language], "5", "9", facts=facts)[-2:]
    facts = Facts(flags={**facts.flags, "reporting": True})
    place = screens(*FIRST_KEYS[language], "5", "1", "2", facts=facts)[-1]

    assert ["112" in screen for screen in (*help_now, place)] == [there] * 3
    assert not re.search(r"116|3029", "".join(help_now)), "nobody signed them"


def test_kinyarwanda_texts_are_drafts_until_reviewed() -> None:
    assert {flow["review"]["rw"] for flow in DOCUMENT["flows"].values()} == {"draft"}


@pytest.mark.adversary("the mobile operator and the gateway")
@pytest.mark.row("C4")
@pytest.mark.parametrize("language", CODES)
def test_c4_first_screen_is_one_page_without_report(language: str) -> None:
    """Promise C4: the first menu fits on one page and does not mention reporting."""
    front = screens(*FIRST_KEYS[language])[-1]

    assert language != "en" or len(front) <= 130
    assert "9 " not in front
    assert re.findall(r"(?m)^(\d) ", front) == ["1", "2", "3", "4", "5", "7", "8"]
    assert front.count("\n") == 7
    names = [line for line in wrapped(front) if line[0] in "78"]
    assert [name[0] for name in names] == ["7", "8"]
    assert all(re.fullmatch(r"\d \w+", name) for name in names)


@pytest.mark.parametrize("facts", [REPORTING, Facts()], ids=["reporting", "not reporting"])
def test_first_screen_is_same_if_reports_are_off(facts: Facts) -> None:
    assert screens(facts=facts) == screens()


@pytest.mark.row("C14")
def test_all_calls_end_with_the_same_text() -> None:
    """Promise C14: the last screen has the same closing words after a lesson, a quiz and a tip."""
    last = [
        node.text
        for flow in BOOK.flows.values()
        if not flow.private
        for node in flow.nodes.values()
        if isinstance(node, EndNode) and node.text
    ]

    assert len(last) >= 7
    assert all(text == {**last[0]} for text in last)
    assert last[0]["en"] == "Thank you. Goodbye."


def test_report_answers_match_the_rules() -> None:
    def values(name: str) -> tuple[str, ...]:
        node = REPORT.nodes[name]
        assert isinstance(node, MenuNode | QuestionNode)
        return tuple(choice.value for choice in node.choices)

    yes_no_unsure = ("yes", "no", "unsure")
    assert values("danger") == values("official") == values("visit") == yes_no_unsure
    assert values("province") == ("abroad", "unsure")
    assert values("district") == ("unsure", "typed")
    assert values("sector") == ("unsure",)
    assert values("named") == ("again", "unsure")
    assert values("who") == ("me_minor", "me_adult", "child", "adult", "several")
    kinds = (*values("kind"), *values("more_kinds"))
    assert list(dict.fromkeys(kinds)) == [
        *list(Category)[:4],
        Category.OTHER,
        *list(Category)[4:-1],
    ]


@pytest.mark.row("C15")
@pytest.mark.parametrize("language", CODES)
def test_danger_text_is_on_place_and_next_screen(language: str) -> None:
    first = FIRST_KEYS[language]
    passed_on = REPORT.nodes["passed_on"]
    assert isinstance(passed_on, MessageNode)

    *_, place, _, sector = screens(*first, "5", "1", "2", "1", "1")
    *_, quiet_place, _, quiet_sector = screens(*first, "5", "2", "2", "1", "1")
    abroad = screens(*first, "5", "1", "2", "6", "7", "3")[-1]

    assert "112" in place.split("\n")[0]
    assert "112" not in quiet_place
    assert sector.startswith(passed_on.text[language] + "\n")
    assert abroad.startswith(passed_on.text[language] + "\n")
    assert passed_on.text[language] not in quiet_sector


def test_only_child_reads_that_it_did_nothing_wrong() -> None:
    to_report = ("7", "5", "2", "2", "1", "1", "1", "1")
    child, adult = (screens(*to_report, who)[-1] for who in ("1", "2"))

    assert child.startswith("You did nothing wrong. You may ask for help.\n")
    assert "wrong" not in adult


@pytest.mark.row("C17")
def test_c17_no_printed_short_code_leads_to_report() -> None:
    topics = {"abroad", "homes", "children", "rights", "quiz"}
    assert set(BOOK.entries.values()) == topics | {"leaders", "responders", "training"}
    assert all(len(entry) == 2 for entry in BOOK.entries)
    for entry in BOOK.entries:
        shown = turn.start(BOOK, REPORTING, entry=entry)
        assert all(not BOOK.flows[place.flow].gathers for place in shown.state.calls)


def test_c12_each_question_back_is_reviewed_word_for_word() -> None:
    listed = questions(BOOK)

    assert len(listed) == 8
    for question in listed.values():
        assert question.signed is not None
        assert question.standing(question.signed.on) is QuestionStatus.SHOWS, question.name
        assert "the ministry has not signed yet" in question.signed.by


CALL = {"rw": "guhamagarwa", "fr": "appel", "en": "call"}


@pytest.mark.parametrize("code", CODES)
def test_privacy_text_names_numbers_kept_for_calls_and_sms(code: str) -> None:
    known = BOOK.flows["privacy"].nodes["known"]
    assert isinstance(known, MessageNode)
    assert CALL[code] in known.text[code]
    assert "SMS" in known.text[code]


def test_screens_have_labels_used_by_fault_tests() -> None:
    shown = {(one.field.split(".")[0], one.text["rw"]) for one in written_texts(BOOK)}
    assert {("choices", label) for label in LABELS} <= shown
    said = " ".join(words for field, words in shown if field == "text")
    assert [promise for promise in PROMISES if promise not in said] == []


@pytest.mark.row("C15")
@pytest.mark.parametrize(
    ("days", "others", "emergency"),
    [(-1, False, False), (0, True, True), (365, True, True), (366, False, True)],
    ids=["signed in the future", "its day", "its last day", "after its year"],
)
def test_number_expires_after_a_year(days: int, others: bool, emergency: bool) -> None:
    signed = date(2026, 11, 24)
    today = signed + timedelta(days=days)
    book = {one: Number(one, Evidence.VERIFIED, "MIGEPROF", signed) for one in ("116", EMERGENCY)}
    assert number_flags(book, today) == {"number.116": others, "number.112": emergency}
    assert book[EMERGENCY].is_confirmed(today) is others, "no call-back rings from a lapsed one"
    assert not Number(EMERGENCY, Evidence.VERIFIED, "", None).shows(today), "no one confirmed it"


NEVER = {
    "an order to release a person": {"rw": "barekur|rekura aba", "fr": "libér", "en": "release"},
    "a promise that help stays": {"rw": "buhoraho", "fr": "reste ouverte", "en": "help stays"},
    "sorrow for a wound": {"rw": "rababaye", "fr": "triste", "en": r"\bsad\b"},
    "help that nobody has given": {"rw": "hari ubafasha", "fr": "qu'un aide", "en": "body helps"},
    "the country for its desk": {
        "rw": r"(?<!')\bigihugu (kira|nti)",
        "fr": "le pays dit",
        "en": "country says",
    },
}
SAID = {
    "complaint.saved": {"rw": "Kanda 00", "fr": "Tapez 00", "en": "press 00"},
    "quiz_abroad.passport": {"rw": "uburenganzira", "fr": "le droit", "en": "the right"},
    "report.no_call": {"rw": "guhamagarwa", "fr": "Un appel", "en": "A call"},
    "offering.before_police": {"rw": "Ntagomba", "fr": "Ni prison", "en": "may"},
    "signs.child": {"rw": "mu rugendo", "fr": "en voyage", "en": "travel"},
}
"""For some screens, a word that the text must contain. An earlier text without this word had a fault: the path ended
too early, a habit sounded like a right, or important information was missing."""


def everything(language: str) -> Iterator[tuple[str, str]]:
    """Yields every text that a phone may show, with the name of its screen or template."""
    for written in written_texts(BOOK):
        yield f"{written.flow}.{written.node}.{written.field}", written.text[language]
    phrases = load_phrases()
    for template in Template:
        yield template.name, phrases.shipped(language, template)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("what", NEVER)
def test_no_text_uses_forbidden_words(what: str, language: str) -> None:
    said = re.compile(NEVER[what][language], re.IGNORECASE)
    assert [place for place, text in everything(language) if said.search(text)] == []


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("place", SAID)
def test_text_contains_required_statement(place: str, language: str) -> None:
    said = {
        f"{written.flow}.{written.node}": written.text[language]
        for written in written_texts(BOOK)
        if written.field == "text"
    }
    assert SAID[place][language] in said[place]
