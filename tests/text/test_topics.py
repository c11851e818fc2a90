"""Tests how people ask by SMS to read a topic, and which messages the hotline must never mistake for such a request."""

import csv
import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_sms_tips import is_cry_for_help, is_tip
from hotline.text.keywords import is_stop
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
