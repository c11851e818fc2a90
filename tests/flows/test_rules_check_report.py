"""Tests the texts, questions and answers that a report may never contain: each rule with a report that breaks it."""

import copy
from typing import Any

import pytest

from hotline.flows.check import (
    EARLY,
    LAST,
    REPLACEMENTS,
    Code,
    Problem,
    replacement,
    risky_words,
    rows_of,
    unsafe_promises,
)
from hotline.flows.check_flow_set import check_document
from hotline.flows.service_check import place_lists
from hotline.text.characters import foreign_letters
from tests.flows.books import LISTS, TELL, choice, make_document, t
from tests.support.made_once import shipped_document

UNSAFE = {
    "rw": [
        "Icuruzwa ry'abantu", "ugucuruza", "abacurujwe", "umutekano", "ahatekanye", "mu ibanga", "ni amabanga",
        "izina ntirigaragara", "ku buntu", "Ubufasha buraza", "Tuzagufasha", "Abapolisi baraza",
    ],
    "fr": [
        "la traite", "le trafic", "en sécurité", "En sûreté", "le secret", "confidentiel", "Anonyme", "gratuit",
        "L'aide arrive", "Nous viendrons", "Nous vous aiderons", "ils vont venir",
    ],
    "en": [
        "Trafficking", "a slave", "You are safe", "Safely", "a Secret", "confidential", "anonymously", "Free",
        "Help is coming", "We will help", "They are on their way", "You will be rescued",
    ],
}  # fmt: skip
WHO = {
    "rw": ["Izina ryawe?", "Witwa nde?", "Nimero yawe?", "Telefone yawe?", "Utuye he?", "Inzu yawe?", "Indangamuntu?",
           "Vuga uwo uri we"],
    "fr": ["Votre nom?", "Qui êtes-vous?", "Votre numéro?", "Où habitez-vous?", "Votre maison?", "Carte d'identité?",
           "Dites qui vous êtes"],
    "en": ["Your name?", "Who are you?", "Your phone?", "Where do you live?", "Your house?", "ID number?",
           "Say who you are", "Say your name"],
}  # fmt: skip


def found(code: Code, **changed: Any) -> list[Problem]:
    return [one for one in check_document(make_document(**changed), LISTS) if one.code is code]


def tell(**nodes: Any) -> dict[str, Any]:
    return {**TELL, **nodes}


def saved(text: dict[str, str]) -> dict[str, Any]:
    return {"menu": {**TELL["saved"]["menu"], "text": text}}


def every(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, words) for language, rows in table.items() for words in rows]


@pytest.mark.parametrize(("language", "words"), every(UNSAFE))
def test_unsafe_word_is_found_in_its_language(language: str, words: str) -> None:
    (one, *others) = found(Code.UNSAFE_WORD, tell=tell(saved=saved({**t("x"), language: words})))

    assert not [other for other in others if other.language != language]
    assert (one.file, one.node, one.language) == ("tell.yaml", "saved", language)
    assert "on the screens of a report" in str(one.message)
    assert one.fix


def test_unsafe_words_are_allowed_in_lessons_not_in_reports() -> None:
    lesson = {"one": {"say": {"text": t("You are free"), "goes": "back"}}, "back": {"finish": {}}}
    assert found(Code.UNSAFE_WORD, learn=lesson) == []

    called = tell(landmark={"call": {"flow": "learn", "goes": "last"}})
    assert [one.flow for one in found(Code.UNSAFE_WORD, learn=lesson, tell=called)] == ["learn"]


@pytest.mark.adversary("the mobile operator and the gateway")
@pytest.mark.row("C4", "C7")
def test_unsafe_word_is_reported_once() -> None:
    """Two rules check this text: one for the first screens of the hotline, one for every question of a report."""
    danger = {"menu": {**TELL["danger"]["menu"], "text": {**t("x"), "en": "Trafficking?"}}}
    codes = [one.code for one in check_document(make_document(tell=tell(danger=danger)), LISTS)]
    assert codes == [Code.TOO_EARLY]


@pytest.mark.parametrize(
    "words", ["We cannot say if or when help comes.", "A saved free-phone", "Umucuruzi ari he?"]
)
def test_similar_harmless_words_are_not_found(words: str) -> None:
    hits = found(Code.UNSAFE_WORD, tell=tell(saved=saved(t(words))))
    assert bool(hits) is (words != "We cannot say if or when help comes.")


@pytest.mark.parametrize(("language", "words"), every(WHO))
def test_question_about_identity_is_found(language: str, words: str) -> None:
    landmark = {"ask": {**TELL["landmark"]["ask"], "text": {**t("x"), language: words}}}
    hits = found(Code.ASKS_WHO, tell=tell(landmark=landmark))

    assert {(one.node, one.language) for one in hits} == {("landmark", language)}


def test_identity_is_asked_neither_in_reports_nor_lessons() -> None:
    assert found(Code.ASKS_WHO, tell=tell(saved=saved({**t("x"), "en": "Is it your house?"})))
    ask = {"kind": "words", "text": {**t("x"), "en": "Your name?"}, "saves": "a", "goes": "end"}
    assert found(Code.ASKS_WHO, learn={"one": {"ask": ask}, "end": {"finish": {}}})
    papers = {"say": {"text": t("Keep your ID card")}}
    assert found(Code.ASKS_WHO, learn={"one": papers})
    assert not found(Code.ASKS_WHO, learn={"one": {**papers, "reason": "Warns of a trafficker."}})


PROMISES = {
    "en": [
        "You are safe", "It stays secret", "This line is anonymous", "The call is free", "Pay first", "You pay nothing",
        "Nobody will ever know", "We promise", "Look at www.example", "Look at example.com", "http://example.test",
        "Write on WhatsApp",
    ],
    "fr": [
        "Vous etes en securite", "C'est confidentiel", "Appel gratuit", "Payez d'abord", "Vous ne risquez rien",
        "Personne ne le saura", "Ecrivez sur WhatsApp", "Nous vous promettons",
    ],
    "rw": [
        "Ni ibanga", "Ni ku buntu", "Uratekanye", "Banza wishyure", "Ni ubuntu", "Nta wuzabimenya",
        "Twandikire kuri WhatsApp", "Reba example.com",
    ],
}  # fmt: skip
PAY_FIRST = ("Pay first", "Payez d'abord", "Banza wishyure")
REQUESTS = {
    "en": ["Enter name", "Send your phone number", "Your e-mail?", "A photo of your passport"],
    "fr": ["Entrez le nom", "Votre numero?", "Votre courriel"],
    "rw": ["Andika amazina", "Indangamuntu yawe", "Imeyili"],
}


@pytest.mark.parametrize(("language", "words"), every(PROMISES))
@pytest.mark.row("A4")
def test_promise_needs_reason_and_is_forbidden_in_reports(language: str, words: str) -> None:
    screen = {"say": {"text": {**t("x"), language: words}}}
    assert [one.language for one in found(Code.PROMISE, learn={"one": screen})] == [language]
    warns = {**screen, "reason": "Warns of what a false recruiter says."}
    assert found(Code.PROMISE, learn={"one": warns}) == []
    saying = {**saved({**t("x"), language: words}), "reason": "Warns."}
    if words not in PAY_FIRST:
        assert found(Code.UNSAFE_WORD, tell=tell(saved=saying))


@pytest.mark.parametrize(("language", "words"), every(REQUESTS))
@pytest.mark.row("A4")
def test_request_for_identity_is_found_on_any_screen(language: str, words: str) -> None:
    screen = {"say": {"text": {**t("x"), language: words}}}
    assert {one.language for one in found(Code.ASKS_WHO, learn={"one": screen})} == {language}


def test_statement_without_request_is_no_question() -> None:
    words = {"rw": "Utavuze izina ryawe", "fr": "Sans votre nom", "en": "Without your name"}
    assert not found(Code.ASKS_WHO, tell=tell(saved=saved(words)))


def lead(words: str, **when: Any) -> dict[str, Any]:
    leads = [{"when": when, "text": dict.fromkeys(("rw", "fr", "en"), words)}]
    return {"ask": {**TELL["province"]["ask"], "lead": leads}}


PLAIN = dict.fromkeys(("rw", "fr", "en"), "Here and now")
BEHIND = [{"value": "now", "label": PLAIN, "goes": "behind"}, choice("b", value="b")]


def behind(words: str) -> dict[str, Any]:
    return {
        "danger": {"menu": {**TELL["danger"]["menu"], "choices": BEHIND}},
        "behind": {"say": {"text": t(words), "goes": "province"}},
        "province": TELL["province"] | {"ask": {**TELL["province"]["ask"], "lead": []}},
    }


@pytest.mark.parametrize(
    ("changed", "node", "echoes"),
    [
        ({"province": lead("You said {danger}.", answer="danger")}, "province", True),
        ({"saved": saved(t("Danger: {danger}"))}, "saved", True),
        ({"saved": saved(t("To ask later: {receipt}"))}, "saved", False),
        ({"province": lead("Yes rw! Yes fr! Yes en!", answer="danger", **{"is": "yes"})}, "province", True),
        ({"how_many": lead("Town 3: go on.", answer="district", **{"is": "13"})}, "how_many", True),
        ({"province": lead("Go on.", answer="danger", **{"is": "yes"})}, "province", False),
        (behind("So it is here and now."), "behind", True),
        (behind("Thank you."), "behind", False),
    ],
)  # fmt: skip
def test_screen_that_repeats_an_answer_is_found(
    changed: dict[str, Any], node: str, echoes: bool
) -> None:
    hits = found(Code.ECHO, tell=tell(**changed))
    assert {one.node for one in hits} == ({node} if echoes else set())


@pytest.mark.parametrize(("words", "echoes"), [("You said: no.", True), ("No names.", False)])
def test_short_answer_counts_as_repeated_only_at_sentence_end(words: str, echoes: bool) -> None:
    label = {"value": "no", "label": dict.fromkeys(("rw", "fr", "en"), "No")}
    danger = {"menu": {**TELL["danger"]["menu"], "choices": [label, choice("b", value="yes")]}}
    province = lead(words, answer="danger", **{"is": "no"})
    assert bool(found(Code.ECHO, tell=tell(danger=danger, province=province))) is echoes


def asked(*, questions: int) -> dict[str, Any]:
    """Returns the nodes of a report with this many questions before it is saved."""
    names = [f"q{number}" for number in range(questions)]
    following = [*names[1:], "saved"]
    return {
        **{
            name: {"menu": {"text": t("x"), "saves": name, "goes": goes, "choices": [choice("a", value="a")]}}
            for name, goes in zip(names, following, strict=True)
        },
        **{name: TELL[name] for name in ("saved", "landmark", "last")},
    }  # fmt: skip


@pytest.mark.parametrize(("questions", "nodes"), [(9, []), (10, ["q9"]), (12, ["q9"])])
def test_report_with_more_than_nine_answers_is_found(questions: int, nodes: list[str]) -> None:
    hits = found(Code.TOO_MANY_ANSWERS, tell=asked(questions=questions))
    assert [one.node for one in hits] == nodes


def test_typed_and_chosen_name_is_one_answer() -> None:
    report = asked(questions=9)
    ask = {
        "text": t("x"),
        "saves": "named",
        "goes": "q8",
        "kind": "place",
        "list": "districts.{q6}",
    }
    words = {"text": t("x"), "saves": "q6", "goes": "q7", "kind": "words"}
    report |= {"q6": {"ask": words}, "q7": {"ask": ask}}
    longer = report | {
        "q8": {"menu": {**report["q8"]["menu"], "goes": "q9"}},
        "q9": asked(questions=10)["q9"],
    }
    assert [found(Code.TOO_MANY_ANSWERS, tell=one) for one in (report, longer)] == [[], []]


def test_circular_report_is_found() -> None:
    again = [choice("a", value="a"), choice("b", value="b", goes="danger")]
    danger = {"menu": {**TELL["danger"]["menu"], "goes": "danger", "choices": again}}
    assert found(Code.TOO_MANY_ANSWERS, tell=tell(danger=danger))


@pytest.mark.parametrize("words", ["Help soon", "Tomorrow", "In your district", "We will come"])
def test_last_screen_names_no_help_time_or_place(words: str) -> None:
    hits = found(Code.TOO_EARLY, tell=tell(last={"finish": {"text": {**t("x"), "en": words}}}))
    assert {(one.node, one.language) for one in hits} == {("last", "en")}


def test_c17_no_short_code_leads_to_a_report() -> None:
    assert found(Code.UNKNOWN_ENTRY, learn={"one": {"call": {"flow": "tell"}}})
    document = {**make_document(), "entries": {"11": "tell"}}
    (one,) = [one for one in check_document(document, LISTS) if one.code is Code.UNKNOWN_ENTRY]
    assert "because the flow collects a report" in str(one.message)


PIN = {"ask": {"kind": "pin", "text": t("Digits?"), "saves": "pin", "goes": "end"}}
CALL = {
    "menu": {"text": t("Call?"), "completes": "call_back", "choices": [choice("No", goes="end")]}
}
COMPLAINED = {"say": {"text": t("Kept"), "completes": "complaint", "goes": "end"}}
STATUS = {
    "menu": {"text": t("With us"), "completes": "receipt", "choices": [choice("Go", goes="end")]}
}
FAR = {"menu": {"text": t("Which?"), "choices": [choice("x", goes="one")]}}


@pytest.mark.parametrize("what", ["tip", "receipt", "complaint", "call_back"])
def test_c17_short_code_to_collecting_flow_is_found(what: str) -> None:
    document = {**make_document(), "entries": {"11": "tell"}}
    document["flows"]["tell"]["gathers"] = what
    assert "entries" in {one.flow for one in check_document(document, LISTS)}
    through = make_document(learn={"one": {"call": {"flow": "tell"}}})
    through["flows"]["tell"]["gathers"] = what
    assert ("entries", "11") in {(one.flow, one.node) for one in check_document(through, LISTS)}


@pytest.mark.parametrize("node", [PIN, CALL, COMPLAINED, STATUS])
@pytest.mark.parametrize("behind", [{}, {"far": FAR}])
def test_c17_dialled_digits_reach_no_guarded_node(
    node: dict[str, Any], behind: dict[str, Any]
) -> None:
    """In a flow that collects nothing, a short code or digits dialled ahead may not lead to a node that shows a status,
    offers a call-back or takes a complaint."""
    learn = {**behind, "one": node, "end": {"finish": {"text": t("Goodbye")}}}
    assert {one.node for one in found(Code.UNKNOWN_ENTRY, learn=learn)} == {"11"}
    assert {one.node for one in found(Code.DIALLED, learn=learn)} == {"one"}

    guarded = make_document(learn=learn)
    guarded["flows"]["learn"]["gathers"] = "complaint"
    guarded["entries"] = {"90": "cases"}
    codes = {one.code for one in check_document(guarded, LISTS)}
    assert not codes & {Code.DIALLED, Code.UNKNOWN_ENTRY}


def test_free_text_is_asked_only_in_collecting_flows() -> None:
    asking = {
        "one": {"ask": {"kind": "words", "text": t("x"), "saves": "said", "goes": "back"}},
        "back": {"finish": {}},
    }
    (one,) = found(Code.WORDS_LOST, learn=asking)
    assert (one.file, one.node) == ("learn.yaml", "one")

    called = tell(landmark={"call": {"flow": "learn", "goes": "last"}})
    assert found(Code.WORDS_LOST, learn=asking, tell=called) == []


@pytest.mark.parametrize(
    "words", ["Un prix, etc.comment", "an .orgy of words", "Ce qu'il comprend."]
)
def test_end_of_sentence_is_no_address(words: str) -> None:
    assert found(Code.PROMISE, learn={"one": {"say": {"text": t(words)}}}) == []


def test_question_about_identity_in_shipped_report_is_found() -> None:
    document: Any = copy.deepcopy(dict(shipped_document()))
    for node in ("danger", "kind"):
        menu = document["flows"]["report"]["nodes"][node]["menu"]
        menu["text"] = {**menu["text"], "en": "Say who you are"}
    hits = [one for one in check_document(document, place_lists()) if one.code is Code.ASKS_WHO]
    assert [(one.flow, one.node) for one in hits] == [("report", "danger"), ("report", "kind")]


def test_each_replacement_is_safe_where_it_is_offered() -> None:
    """The table risky_words.csv takes the replacement for a risky word from the shipped texts. If the table gives no
    replacement for a word, the editor gets no suggestion."""
    rows = [*rows_of("risky_words.csv")]
    assert all(REPLACEMENTS.get((row[1], row[2]), "") == row[4] for row in rows)
    innocent = ("warned_of", "not_asked", "said_of_none")
    assert not any(row[4] for row in rows if row[0] in innocent)
    for (language, word), instead in REPLACEMENTS.items():
        assert not foreign_letters(instead)
        assert not unsafe_promises(instead, language), (word, instead)
        assert not risky_words(instead, language, EARLY), (word, instead)


def test_risky_word_has_replacement_or_reason() -> None:
    fixes = {
        text: str(found(Code.UNSAFE_WORD, tell=tell(saved=saved({**t("x"), "en": text})))[0].fix)
        for text in ("a slave", "Free")
    }
    assert fixes["a slave"].endswith('. Instead of "slave", write "forced labour"')
    assert fixes["Free"] == "use other words, and promise nothing to the caller"
    landmark = {"ask": {**TELL["landmark"]["ask"], "text": {**t("x"), "en": "Your name?"}}}
    (asks,) = found(Code.ASKS_WHO, tell=tell(landmark=landmark))
    assert str(asks.fix).endswith('. Instead of "your name", write "No name needed"')
    assert replacement("help will", "en", LAST) is None, "the last screen may not name help"
