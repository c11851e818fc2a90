"""Tests how the hotline reads replies to an alert. The tests use the table with the words for each reply, a hundred
ways to write these words, and ordinary words that are not a reply.
"""

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts import rules_assignment
from hotline.alerts.rules_replies import (
    OF_A_CASE,
    OFFERED_DIGITS,
    REPLIES,
    YES_WORDS,
    Verb,
    split_phrases,
)
from hotline.alerts.rules_reply_parsing import Action, ReplyKind, ReplyReading, parse_reply
from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.text import identifiers
from hotline.text.languages import CODES

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


SPELLINGS = rows("reply_spellings.csv")
EVERYDAY = rows("reply_everyday.csv")


def parsed(reading: ReplyReading) -> str:
    match reading.meant:
        case ReplyKind.ACT:
            return ";".join(f"{one.verb.value}:{one.reference}" for one in reading.actions)
        case ReplyKind.HELP:
            return "0"
        case ReplyKind.ASK if reading.reference:
            return f"ask:{reading.reference}"
        case _:
            return reading.meant.value


def read(row: dict[str, str]) -> str:
    return parsed(parse_reply(row["text"], row["open"].split(), recent=True))


@pytest.mark.row("R2")
def test_r2_98_of_100_spellings_are_read_and_others_do_nothing() -> None:
    misread = [row for row in SPELLINGS if read(row) != row["expected"]]
    assert len(SPELLINGS) == 100
    assert len(misread) <= 2, [row["id"] for row in misread]
    assert not [
        row["id"] for row in misread if parse_reply(row["text"], row["open"].split(), True).actions
    ]


@pytest.mark.parametrize("row", EVERYDAY, ids=lambda row: row["text"])
def test_everyday_words_are_read_or_answered_with_reference(
    row: dict[str, str],
) -> None:
    assert read(row) == row["expected"]


def reads(verb: Verb) -> str:
    return "0" if verb is Verb.HELP else f"{verb}:K7Q4"


@pytest.mark.parametrize("verb", Verb)
def test_each_digit_and_each_of_its_words_is_read(verb: Verb) -> None:
    reply = REPLIES[verb]
    said = [*(part.values() for part in (reply.own, reply.words))]
    for text in [verb, *(one for words in said for phrase in words for one in phrase.split("|"))]:
        for written in (f"{text} K7Q4", f"k7q4 {text.upper()}"):
            assert read_by_national(written) == reads(verb), written


@pytest.mark.parametrize("language", CODES)
def test_each_offered_digit_is_read_with_its_label(language: str) -> None:
    words = load_phrases()
    for template, verb in OFFERED_DIGITS.items():
        assert read_by_national(f"{words.say(language, template)} K7Q4") == reads(verb)
    assert {*OFFERED_DIGITS.values()} == {*OF_A_CASE} == {*Verb} - {Verb.HELP}


def test_label_of_hint_counts_only_with_its_own_digit() -> None:
    for verb, reply in REPLIES.items():
        for phrase in split_phrases(reply.labels):
            label = " ".join(phrase)
            assert read_by_national(f"{label} K7Q4") == "ask:K7Q4", label
            assert read_by_national(f"{verb} {label} K7Q4") == reads(verb), label
            other = Verb.REFERRED if verb is not Verb.REFERRED else Verb.PASS_ON
            assert read_by_national(f"{other} {label} K7Q4") == "ask:K7Q4", label


@pytest.mark.parametrize("yes", [" ".join(phrase) for phrase in YES_WORDS])
def test_each_yes_takes_a_case(yes: str) -> None:
    assert read_by_national(f"{yes} K7Q4") == "1:K7Q4"


def read_by_national(text: str) -> str:
    return parsed(parse_reply(text, ["K7Q4"], recent=True, national=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am in Kampala K7Q4", "ask:K7Q4"),
        ("I'll see K7Q4", "ask:K7Q4"),
        ("I can\N{RIGHT SINGLE QUOTATION MARK}t K7Q4", "5:K7Q4"),
        ("I can't take K7Q4", "5:K7Q4"),
        ("not 1 K7Q4", "ask:K7Q4"),
        ("no 1 K7Q4", "ask:K7Q4"),
        ("oya 1 K7Q4", "ask:K7Q4"),
        ("I have not arrived K7Q4", "ask:K7Q4"),
        ("I do not take K7Q4", "ask:K7Q4"),
        ("in 5 minutes K7Q4", "ask:K7Q4"),
        ("K7Q4 saa 2", "ask:K7Q4"),
        ("4 km K7Q4", "ask:K7Q4"),
        ("1 K7Q4, 2 girls", "1:K7Q4"),
        ("abana 2 K7Q4", "ask:K7Q4"),
        ("2 girls K7Q4", "ask:K7Q4"),
        ("deux filles K7Q4", "ask:K7Q4"),
        ("The police are coming K7Q4", "ask:K7Q4"),
        ("take care K7Q4", "ask:K7Q4"),
        ("yes but tomorrow K7Q4", "ask:K7Q4"),
        ("sorry no K7Q4", "5:K7Q4"),
        ("no word since 1 K7Q4", "ask:K7Q4"),
        ("pris par un ami K7Q4", "ask:K7Q4"),
        ("1 K7Q4 25/11", "1:K7Q4"),
        ("\N{FULLWIDTH DIGIT ONE} K7Q4", "1:K7Q4"),
        ("1\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP} K7Q4", "1:K7Q4"),
        ("> K7Q4: Gasabo, urgent. Reply 1 K7Q4\n2", "2:K7Q4"),
        ("K7Q4: Gasabo. Subiza 1 K7Q4. Oya", "5:K7Q4"),
        ("1 K7Q4 W9XX", "1:K7Q4"),
        ("2 K7Q4 W9XX", "ask:K7Q4"),
        ("2 W9XX 1 K7Q4", "ask:K7Q4"),
        ("2 K7R4", "ask:K7Q4"),
        ("2K7R4", "ask:K7Q4"),
        ("1K7R4", "1:K7Q4"),
        ("1 K7Q4A", "wrong"),
        ("2", "ask:K7Q4"),
        ("1 girl", "ask:K7Q4"),
        ("", "ask:K7Q4"),
        ("...", "ask:K7Q4"),
        ("Muraho neza", "ask:K7Q4"),
        ("STOP", "stop"),
        ("ok 0", "0"),
        ("K7Q4 0", "0"),
    ],
)
def test_reply_with_one_open_case(text: str, expected: str) -> None:
    assert parsed(parse_reply(text, ["K7Q4"], recent=True)) == expected


@pytest.mark.parametrize(
    ("text", "hers", "expected"),
    [
        ("K7Q4 1 M3TX 2", "K7Q4 M3TX", "1:K7Q4;2:M3TX"),
        ("4 K7Q4 4 M3TX", "K7Q4 M3TX", "4:K7Q4;4:M3TX"),
        ("1 K7Q4 4 K7Q4 1 M3TX", "K7Q4 M3TX", "ask"),
        ("2 K7Q4 M3TX", "K7Q4 M3TX", "ask"),
        ("yego K7Q4 na M3TX", "K7Q4 M3TX", "1:K7Q4;1:M3TX"),
        ("not K7Q4 1 M3TX", "K7Q4 M3TX", "ask"),
        # The text matches both references, because blanks in a reply may be missing or be in the wrong place.
        ("2K7Q4", "K7Q4 2K7Q", "ask"),
        ("1 K7Q4 A", "K7Q4 K7Q4A", "ask"),
        # In this text, "1 H" does not mean 1 hour: it is the digit 1 and the first letter of the reference H9RC.
        ("1 H 9RC", "H9RC", "1:H9RC"),
    ],
)
def test_reply_with_several_open_cases(text: str, hers: str, expected: str) -> None:
    assert parsed(parse_reply(text, hers.split(), recent=True)) == expected


def test_bare_digit_without_one_recent_alert_takes_nothing() -> None:
    assert parsed(parse_reply("1", ["K7Q4"], recent=False)) == "ask:K7Q4"


def test_reference_of_closed_case_is_never_guessed() -> None:
    assert parsed(parse_reply("1 M3TX", ["M3TA"], recent=True, others=["M3TX"])) == "1:M3TX"
    assert parsed(parse_reply("1 M3TQ", [], recent=True, others=["M3TX"])) == "wrong"


def test_hotline_s_own_sms_sent_back_has_no_effect() -> None:
    values = {"ref": "K7Q4", "place": "Gasabo", "code": "*384*777*90#", "time": "25/11 14:05"}
    values |= {"until": "14:05", "name": "redis", "number": "112", "join": "407194"}
    values |= {"like": "H9RC", "case": "K7Q4 new", "count": "99", "step": "3", "row": "1204"}
    values |= {"own": "2 on site 3 referred", "digits": "1 take 2 on site 5 pass on"}
    values |= {"who": "Responder 3", "refs": "K7Q4 H9RC", "part": "drills", "digest": "9fa3" * 16}
    words = load_phrases()
    for template in Template:
        if template in {*OFFERED_DIGITS} | {Template.DELETE_THESE, Template.READ_AGAIN}:
            continue
        for language in CODES:
            sent = words.say(language, template, **values)
            for national in (False, True):
                acts = parse_reply(sent, ["K7Q4"], recent=True, national=national).actions
                assert acts == (), (template.name, language)


def test_similar_case_named_in_alert_is_not_taken_too() -> None:
    values = {"ref": "K7Q4", "place": "Gasabo", "like": "H9RC"}
    both, words = ["K7Q4", "H9RC"], load_phrases()
    for template in (Template.ALERT_LIKE_URGENT_REPLY, Template.ALERT_LIKE_REPLY):
        for language in CODES:
            sent = words.say(language, template, **values)
            assert parse_reply(sent, both, recent=False).actions == ()
            for text in (f"1 {sent}", f"{sent} 1"):
                assert parse_reply(text, both, recent=False).actions == (Action(Verb.TAKE, "K7Q4"),)


@pytest.mark.parametrize(
    ("text", "verb"),
    [("6 K7Q4", Verb.UNSEEN), ("k7q4 7", Verb.OPENLY), ("7K7Q4", Verb.OPENLY)],
)
def test_only_national_desk_has_digits_6_and_7(text: str, verb: Verb) -> None:
    assert parse_reply(text, ["K7Q4"], True, national=True).actions == (Action(verb, "K7Q4"),)
    assert parse_reply(text, ["K7Q4"], recent=True).actions == ()


def test_hours_and_distances_are_no_visit_decisions() -> None:
    for text in ("6 km K7Q4", "K7Q4 at 6:30", "in 7 minutes K7Q4"):
        assert parse_reply(text, ["K7Q4"], True, national=True).actions == ()


REFERENCES = st.lists(st.sampled_from(["K7Q4", "M3TX", "2K7Q", "H9RC", "K7Q4A"]), unique=True)
WRITTEN = """
0 1 2 3 4 5 6 I L Z S O ? K7Q4 k7q4 M3TX 2K7Q H9RC K7Q4A K7 Q4 1K7Q4 K7R4 W9XX not oya yego un nahageze can't girls
5min merci Reply 14:30 - ,
"""
PIECES = st.sampled_from(WRITTEN.split())
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=9).map(" ".join))


@given(TEXTS, REFERENCES, st.booleans())
def test_any_text_acts_only_on_own_cases_once_each(
    text: str, hers: list[str], lately: bool
) -> None:
    reading = parse_reply(text, hers, lately)
    named = [action.reference for action in reading.actions]
    assert set(named) <= set(hers)
    assert len(set(named)) == len(named)
    assert reading.reference is None or reading.reference in hers
    assert bool(reading.actions) is (reading.meant is ReplyKind.ACT)
    assert all(action.verb is not Verb.HELP for action in reading.actions)


@given(TEXTS, REFERENCES, st.booleans())
def test_only_take_accepts_mistyped_reference(text: str, hers: list[str], lately: bool) -> None:
    letters = "".join(filter(str.isalnum, text.upper())).translate(identifiers.TWINS)
    for action in parse_reply(text, hers, lately).actions:
        assert action.verb is Verb.TAKE or action.reference in letters


@given(st.integers(0, 2**32), st.sampled_from("12345"), st.sampled_from(rules_assignment.LENGTHS))
def test_every_reference_is_read_back(seed: int, digit: str, length: int) -> None:
    made = drawn(seed, length)[0]
    meant = ReplyReading(ReplyKind.ACT, (Action(Verb(digit), made),))
    spaced = f"{digit} {' '.join(made)}"
    joined = f"{digit}{made}".lower()
    for text in (f"{digit} {made}", f"{made} {digit}", joined, made + digit, spaced):
        assert parse_reply(text, [made], recent=False) == meant, text


def test_long_text_is_read_to_its_end() -> None:
    assert parsed(parse_reply("umwana " * 1200 + "1 K7Q4", ["K7Q4"], recent=True)) == "1:K7Q4"


def drawn(seed: int, length: int, most: int = 9) -> list[str]:
    return rules_assignment.draw_references(
        random.Random(seed).randbytes(rules_assignment.NOISE * most), length, most
    )


@pytest.mark.parametrize("length", rules_assignment.LENGTHS)
def test_drawn_references_use_letters_about_equally(length: int) -> None:
    made = drawn(1, length, 20_000)
    assert 18_000 < len(made) <= 20_000
    assert {len(one) for one in made} == {length}
    second = [one[1] for one in made if one[1] not in identifiers.SURE_DIGITS]
    shares = [second.count(letter) / len(second) for letter in sorted(set(second))]
    # A reference must not look like a time or a distance. Because of this rule, the letters H, J and M are slightly
    # rarer in references than other letters.
    assert max(shares) < 1.3 * min(shares)


@pytest.mark.parametrize("length", rules_assignment.LENGTHS)
def test_reference_of_another_responder_never_takes_own_case(
    length: int,
) -> None:
    mine = "YY99YY"[:length]
    for made in drawn(2, length, 4_000):
        if sum(one != other for one, other in zip(made, mine, strict=True)) > 2:
            assert parsed(parse_reply(f"1 {made}", [mine], recent=True)) != f"1:{mine}", made


def test_reference_length_grows_up_to_six_after_failed_draws() -> None:
    lengths = [rules_assignment.length_after(unlucky) for unlucky in (0, 2, 3, 6, 60)]
    assert lengths == [4, 4, 5, 6, 6]
