"""Recognises the topic that an SMS asks to read: one word in one of three languages, in any spelling. Pure.

The whole message must be that word and polite words. A message with further words is a tip and never a request for a
topic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from hotline.text.keywords import COMPANION_WORDS, normalised_words, sound_key, split_words


class Topic(StrEnum):
    """The flows that a word in an SMS can open. None of these flows is private or collects answers, and a test checks
    this for the flows in this repository."""

    FRONT = "front"
    ABROAD = "abroad"
    HOMES = "homes"
    CHILDREN = "children"
    RIGHTS = "rights"
    QUIZ = "quiz"
    SIGNS = "signs"
    LEARN = "learn"
    LAW = "law"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class AskedTopic:
    """The topic that a message asks for."""

    topic: Topic
    language: str | None
    """The language of the word. The language is None if the word is the same in several languages."""


MIN_FORGIVEN_LETTERS = 5
"""If a word for a topic has at least this number of letters, the hotline accepts one wrong, missing, added or exchanged
letter in it."""
MAX_WORDS = 8
LANGUAGES: Mapping[str, str] = {
    "KINYARWANDA": "rw",
    "IKINYARWANDA": "rw",
    "ENGLISH": "en",
    "ANGLAIS": "en",
    "ICYONGEREZA": "en",
    "FRANCAIS": "fr",
    "FRENCH": "fr",
    "IGIFARANSA": "fr",
}
"""Maps each name that people use for a language to the language's code."""
WORDS: Mapping[str, Mapping[Topic, str]] = {
    "rw": {
        Topic.FRONT: "AKAZI UMURIMO IMIRIMO AMAKURU TANGIRA",
        Topic.ABROAD: "MAHANGA AMAHANGA HANZE",
        Topic.HOMES: "URUGO MURUGO",
        Topic.CHILDREN: "ABANA UMWANA",
        Topic.RIGHTS: "UBURENGANZIRA",
        Topic.QUIZ: "ISUZUMA ISUZUME",
        Topic.SIGNS: "IBIMENYETSO IKIMENYETSO",
        Topic.LEARN: "ICURUZWA",
        Topic.LAW: "AMATEGEKO ITEGEKO",
        Topic.PRIVACY: "IBANGA",
    },
    "en": {
        Topic.FRONT: "WORK JOB JOBS START BEGIN",
        Topic.ABROAD: "ABROAD OVERSEAS GULF",
        Topic.HOMES: "HOMES HOUSEWORK HOUSEMAID",
        Topic.CHILDREN: "CHILDREN CHILD KIDS",
        Topic.RIGHTS: "RIGHTS RIGHT",
        Topic.SIGNS: "SIGNS SIGN",
        Topic.LEARN: "TRAFFICKING LEARN",
        Topic.LAW: "LAW LAWS",
        Topic.PRIVACY: "PRIVACY",
    },
    "fr": {
        Topic.FRONT: "TRAVAIL EMPLOI EMPLOIS",
        Topic.ABROAD: "ETRANGER",
        Topic.HOMES: "MAISON DOMESTIQUE",
        Topic.CHILDREN: "ENFANTS ENFANT",
        Topic.RIGHTS: "DROITS DROIT",
        Topic.SIGNS: "SIGNES SIGNE",
        Topic.LEARN: "TRAITE APPRENDRE",
        Topic.LAW: "LOI LOIS",
        Topic.PRIVACY: "CONFIDENTIALITE",
    },
}
SHARED_WORDS: Mapping[Topic, str] = {Topic.FRONT: "INFO MENU", Topic.QUIZ: "QUIZ"}
"""The words for a topic that are the same in several languages."""
PHRASES: Mapping[AskedTopic, str] = {
    AskedTopic(
        Topic.ABROAD, "rw"
    ): "AKAZI KO MU MAHANGA|AKAZI MU MAHANGA|MU MAHANGA|KU MAHANGA|AKAZI KO HANZE|AKAZI HANZE",
    AskedTopic(Topic.HOMES, "rw"): "AKAZI KO MU RUGO|AKAZI MU RUGO|AKAZI KO MU NGO|MU RUGO|MU NGO",
    AskedTopic(
        Topic.RIGHTS, "rw"
    ): "UBURENGANZIRA ISUZUME|UBURENGANZIRA BW UMUKOZI|UBURENGANZIRA BW ABAKOZI",
    AskedTopic(Topic.ABROAD, "en"): "WORK ABROAD|JOB ABROAD|JOBS ABROAD|WORKING ABROAD",
    AskedTopic(Topic.HOMES, "en"): "WORK IN HOMES|HOUSE WORK|DOMESTIC WORK",
    AskedTopic(Topic.RIGHTS, "en"): "RIGHTS QUIZ|WORKERS RIGHTS",
    AskedTopic(Topic.SIGNS, "en"): "WARNING SIGNS|WARNING SIGN",
    AskedTopic(Topic.ABROAD, "fr"): "TRAVAIL A L ETRANGER|TRAVAIL ETRANGER|EMPLOI A L ETRANGER",
    AskedTopic(Topic.HOMES, "fr"): "TRAVAIL DOMESTIQUE|TRAVAIL DE MAISON|TRAVAIL A LA MAISON",
    AskedTopic(Topic.RIGHTS, "fr"): "DROITS QUIZ|DROITS DES TRAVAILLEURS",
    AskedTopic(Topic.SIGNS, "fr"): "MAUVAIS SIGNES|SIGNES D ALERTE",
}
"""The phrases that ask for a topic: the choices of the front menu, and variants that people write. The code ignores
spaces in these phrases."""
COMPANION_WORDS = COMPANION_WORDS | split_words("MY OUR YOUR MES MON MA NOS BWANJYE BWACU YANJYE")
"""Polite words and small words that an SMS may contain in addition to the word for a topic."""
ORDINARY_WORDS = frozenset({"AMABANGA"})
"""Words that look like a misspelt word for a topic, but have another meaning."""


def asked_topic(text: str) -> AskedTopic | None:
    """Returns the topic that a message asks for. Returns None for every other message. The function never raises an
    error."""
    words = normalised_words(text)
    if not words or len(words) > MAX_WORDS:
        return None
    if (phrase := _phrase("".join(words))) is not None:
        return phrase
    word = _only(words)
    if word is None:
        return None
    if (code := _language(word)) is not None:
        return AskedTopic(Topic.FRONT, code)
    return _KNOWN.get(sound_key(word)) or _forgiven(sound_key(word))


def language_named(text: str) -> str | None:
    """Returns the code of the language that a message asks for. Returns None if the message asks for anything else."""
    word = _only(normalised_words(text))
    return None if word is None else _language(word)


def sounds_like(text: str, phrase: str) -> bool:
    """Returns True if `text` sounds like `phrase`, or differs from it by one typing error."""
    sound, other = sound_key(text), sound_key(phrase)
    if sound == other:
        return True
    long = min(len(sound), len(other)) >= MIN_FORGIVEN_LETTERS and other.replace(" ", "").isalpha()
    return long and OSA.distance(sound, other, score_cutoff=1) <= 1


def _only(text: list[str]) -> str | None:
    """Returns the only word of a message that is not a polite word. Returns None if all words are polite words, or if
    several words are not polite words."""
    words = [word for word in text if word not in COMPANION_WORDS]
    return words[0] if len(words) == 1 and words[0].isalpha() else None


def _language(word: str) -> str | None:
    return next((code for name, code in LANGUAGES.items() if sounds_like(word, name)), None)


def _phrase(text: str) -> AskedTopic | None:
    """Returns the topic that a phrase of two words or more asks for. Accepts one typing error."""
    if (exact := _SAID.get(sound_key(text))) is not None:
        return exact
    matches = {found for phrase, found in _SAID.items() if sounds_like(text, phrase)}
    return matches.pop() if len(matches) == 1 and text not in ORDINARY_WORDS else None


def _forgiven(text: str) -> AskedTopic | None:
    if text in ORDINARY_WORDS:
        return None
    matches = {found for word, found in _KNOWN.items() if sounds_like(text, word)}
    topics = {found.topic for found in matches}
    if len(topics) != 1:
        return None
    languages = {found.language for found in matches}
    return AskedTopic(topics.pop(), languages.pop() if len(languages) == 1 else None)


_KNOWN = {
    sound_key(word): AskedTopic(topic, code)
    for code, topics in (*WORDS.items(), (None, SHARED_WORDS))
    for topic, words in topics.items()
    for word in words.split()
}
_SAID = {
    sound_key(phrase.replace(" ", "")): asks
    for asks, phrases in PHRASES.items()
    for phrase in phrases.split("|")
}
"""The phrases that ask for a topic, without spaces."""
