"""Tests the words by which an SMS asks to stop, to erase or to read a topic."""

import csv
import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_sms_tips import is_cry_for_help, is_tip
from hotline.text import verbs
from hotline.text.keywords import (
    COMPANION_WORDS,
    MAX_WORDS,
    ORDINARY_WORDS,
    STEMS,
    STOP_WORDS,
    is_stop,
    normalised_words,
)
from hotline.text.languages import CODES
from hotline.text.topics import (
    LANGUAGES,
    MIN_FORGIVEN_LETTERS,
    PHRASES,
    SHARED_WORDS,
    WORDS,
    AskedTopic,
    Topic,
    asked_topic,
    language_named,
)

SPELLINGS = (
    """
STOP|stop|Stop|Stop.|STOP!|sTOP|stp|STP|sttop|stopp|sstop|stoop me|stpo|sotp|tsop|stóp|s t o p|S.T.O.P
STOP SMS|stop sms please|stop all|STOPALL|stop all messages|please stop|pls stop|stop it|stop, thanks|stop now
stop sending me messages|stop texting me|I want to stop|stop these texts|unsubscribe|unsubscibe|opt out|optout
arret|ARRET|arrêt|ARRÊT|Arrêt.|aret|arrret|arrt|arret sms|arreter|arrêter|arretter|areter|arêter|arrete|arrêtez
arretez svp|arrêter les sms|je veux arrêter|j'arrête|stopper|stop svp|stop merci|desabonner|désabonnez-moi
HAGARIKA|hagarika|Hagarika.|hagalika|HAGALIKA|hagarica|hagarka|hagarikaa|hagarik|agarika|hagarkia|hagarike
hagalike|guhagarika|guhagalika|GUHAGARIKA|guhagarka|guhagalica|muhagarike|muhagalike|muhagarika|nimuhagarike
hagarika sms|hagarika ubutumwa|hagarika, murakoze|muhagarike kunyandikira|ndashaka guhagarika
reka|REKA|leka|Reka.|reeka|rekaa|leeka|kureka|kuleka|mureke|muleke|reka sms|mureke kunyandikira|reka ubutumwa
""".strip()
    .replace("\n", "|")
    .split("|")
)

NOT_A_WISH = (
    """
|...|1|0|1 K7Q4|k7q4 1|yego|oui|yes|ok|murakoze|merci|thanks|sms|please
don't stop|do not stop|non stop|nonstop|stop 1 K7Q4|help|aide|ubufasha
top|shop|step|stow|sop|stoop|arrest|arrets|sorry|spot|store
reba|teka|seka|rera|rega|reba sms|kureba|kurera|mureba|murera|mureje
reka mbabwire|reka nkubwire ikibazo|leka nkubwire|hagarara|hagarika umuhungu wanjye
stop them they hold a girl|stop child marriage in our village|they stop her from leaving the house
arrêt de bus Nyabugogo une fille est vendue|la police arrete des filles|umwana wanjye yabuze
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)


def test_a_hundred_spellings_of_the_wish() -> None:
    assert len(SPELLINGS) >= 100
    missed = [one for one in SPELLINGS if not is_stop(one)]
    assert len(missed) * 100 <= 2 * len(SPELLINGS), missed


@pytest.mark.row("C16")
def test_the_table_of_wishes_is_understood_whole() -> None:
    with (Path(__file__).parent / "stops.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wishes = [row for row in rows if row["must"] == "stop"]
    assert len(wishes) >= 40
    assert {row["language"] for row in wishes} == {"rw", "fr", "en"}
    assert [row for row in rows if is_stop(row["text"]) != (row["must"] == "stop")] == []


@pytest.mark.row("C2")
@pytest.mark.row("C16")
def test_a_request_is_understood_in_every_form_and_nothing_near_it_is_one() -> None:
    with (Path(__file__).parent / "stops_forms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wishes = [row for row in rows if row["must"] == "stop"]
    assert len(wishes) >= 80
    assert {row["language"] for row in wishes} == {"rw", "fr", "en"}
    assert [row["text"] for row in wishes if not is_stop(row["text"])] == []
    assert [row["text"] for row in rows if row["must"] == "no" and is_stop(row["text"])] == []


@pytest.mark.parametrize("text", NOT_A_WISH)
def test_what_could_be_anything_else_is_no_wish(text: str) -> None:
    assert not is_stop(text)


@given(st.sampled_from(sorted(STOP_WORDS)), st.data())
def test_one_slip_of_the_thumb_is_forgiven(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_uppercase))
    slipped = data.draw(
        st.sampled_from(
            [
                word[:place] + word[place + 1 :],
                word[:place] + letter + word[place:],
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            ]
        )
    )
    # A verb with another prefix has another subject, such as "he stops you", so it may not mean STOP.
    means_more = slipped in ORDINARY_WORDS | COMPANION_WORDS or verbs.parse_verb(slipped, STEMS)
    assert is_stop(slipped) or means_more
    assert is_stop(slipped.lower()) is is_stop(slipped)


@given(st.text())
def test_no_text_raises_and_only_a_message_of_known_words_is_a_wish(text: str) -> None:
    if is_stop(text):
        assert len(normalised_words(text)) <= MAX_WORDS


def test_no_word_is_two_things() -> None:
    assert not STOP_WORDS & (ORDINARY_WORDS | COMPANION_WORDS)


FLOWS = Path(__file__).parents[2] / "flows"
EVERY = sorted(
    {
        word
        for topics in (*WORDS.values(), SHARED_WORDS)
        for line in topics.values()
        for word in line.split()
    }
)


@pytest.mark.parametrize(
    ("text", "topic", "language"),
    [
        ("akazi", Topic.FRONT, "rw"),
        (" Akazi! ", Topic.FRONT, "rw"),
        ("akaji", Topic.FRONT, "rw"),
        ("ndashaka akazi", Topic.FRONT, "rw"),
        ("ABANA", Topic.CHILDREN, "rw"),
        ("abara", Topic.CHILDREN, "rw"),
        ("ubulenganzila", Topic.RIGHTS, "rw"),
        ("ibimenyeso", Topic.SIGNS, "rw"),
        ("akazi ko mu mahanga", Topic.ABROAD, "rw"),
        ("children please", Topic.CHILDREN, "en"),
        ("childern", Topic.CHILDREN, "en"),
        ("étranger", Topic.ABROAD, "fr"),
        ("travial", Topic.FRONT, "fr"),
        ("loi", Topic.LAW, "fr"),
        ("quiz", Topic.QUIZ, None),
        ("Français", Topic.FRONT, "fr"),
        ("igifalansa", Topic.FRONT, "fr"),
        ("english", Topic.FRONT, "en"),
    ],
)
def test_a_word_asks_for_its_topic(text: str, topic: Topic, language: str | None) -> None:
    assert asked_topic(text) == AskedTopic(topic, language)


def test_nineteen_of_twenty_wishes_to_read_are_understood() -> None:
    with (Path(__file__).parent / "topics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = [row for row in rows if asked_topic(row["text"]) != meant(row)]
    assert len(rows) >= 60
    assert len(wrong) * 20 <= len(rows), wrong
    assert [row for row in wrong if not row["topic"]] == []


def meant(row: dict[str, str]) -> AskedTopic | None:
    return AskedTopic(Topic(row["topic"]), row["language"] or None) if row["topic"] else None


@pytest.mark.parametrize("code", CODES)
def test_what_the_front_offers_is_understood_as_it_is_written(code: str) -> None:
    front = yaml.safe_load((FLOWS / "front.yaml").read_text(encoding="utf-8"))
    choices = front["nodes"]["front"]["menu"]["choices"]
    offered = {one["goes"]: one["label"][code] for one in choices if one["goes"] in set(Topic)}
    assert len(offered) == 4
    for goes, label in offered.items():
        assert asked_topic(label) == AskedTopic(Topic(goes), code), label


@pytest.mark.parametrize(
    "text",
    """|1|0|000|hello|ok|murakoze|1 K7Q4|umwana mu rugo|abana bakora akazi|child work|work 12 hours no pay
umukobwa afungiranye mu rugo|children are locked in|ndashaka|please|la|low|lois lois|akazi abana|nta kazi|stop|hagarika
ubufasha|aide|police|polisi""".replace("\n", "|").split("|"),
)
def test_what_is_more_or_less_than_a_word_asks_for_nothing(text: str) -> None:
    assert asked_topic(text) is None


def test_no_word_is_a_wish_to_hear_no_more_nor_one_that_cannot_wait() -> None:
    phrases = [phrase for said in PHRASES.values() for phrase in said.split("|")]
    for word in (*EVERY, *phrases, *LANGUAGES):
        assert not is_stop(word), word
        assert not is_cry_for_help(word), word
        assert asked_topic(word) is not None, word


def test_a_word_alone_was_never_a_tip() -> None:
    assert [word for word in (*EVERY, *LANGUAGES) if is_tip(word)] == []


def test_every_word_stands_for_one_topic() -> None:
    for code, topics in WORDS.items():
        for topic, line in topics.items():
            for word in line.split():
                found = asked_topic(word)
                assert found is not None
                assert (found.topic, found.language) == (topic, code), word
    assert set(LANGUAGES.values()) == set(CODES)


@given(st.sampled_from([word for word in EVERY if len(word) > MIN_FORGIVEN_LETTERS]), st.data())
def test_one_slip_of_the_thumb_never_leads_elsewhere(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_uppercase))
    slipped = data.draw(
        st.sampled_from([word[:place] + word[place + 1 :], word[:place] + letter + word[place:]])
    )
    found, meant = asked_topic(slipped), asked_topic(word)
    assert meant is not None
    assert found is None or found.topic is meant.topic or slipped in EVERY


@given(st.text())
def test_no_text_raises_and_what_tells_something_asks_for_nothing(text: str) -> None:
    found = asked_topic(text)
    language_named(text)
    assert found is None or len(text.split()) <= 8
