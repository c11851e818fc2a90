"""Tests that all forms of a verb are recognised in every person and tense, and that words that only look like such a
form are not recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text import verbs

STEMS = frozenset(
    {
        *("KUBITA", "HOHOTERA", "ICA=ISHE", "PFA=PFUYE", "JYANA", "TWARA=TWAYE", "IBA", "NIGA"),
        *("AMBURA", "RASA", "BABARA", "ANDIKIRA", "OHEREREZA", "REKA", "FUNGA", "IFUZA"),
    }
)
PARADIGMS = {
    "KUBITA": """ankubita arankubita arankubise yankubise yarankubise azankubita akankubita ndakubitwa nakubiswe
        narakubiswe nzakubitwa urakubitwa arakubitwa yakubiswe turakubitwa twakubiswe tuzakubitwa murakubitwa
        bakubiswe bazakubitwa baradukubita badukubise badukubitaga kudukubita kunkubita gukubitwa ntibankubite
        ntankubita uwakubiswe aracyankubita bakimukubita bamukubitiraho""",
    "ICA": """anyica aranyica yanyishe azanyica aratwica yatwishe azatwica baramwica bamwishe bazamwica kumwica kutwica
        kunyica yishwe barishwe bicwa kwicwa bamwiciye ntibatwice""",
    "PFA": "arapfa yapfuye azapfa ndapfa turapfa twapfuye bazapfa barapfuye gupfa wapfuye nzapfira",
    "HOHOTERA": "mpohoterwa arampohotera yampohoteye ndahohoterwa twahohotewe barahohotera uwahohotewe",
    "TWARA": "bantwaye baramutwaye bazadutwara yantwariye yatwawe barayitwaye kudutwara batwaye",
    "AMBURA": "banyambuye yatwambuye barazitwambuye twambuwe kwamburwa bamwambura",
    "ANDIKIRA": "munyandikire ntimunyandikire ntuzanyandikire kunyandikira mwanyandikiye",
    "OHEREREZA": "munyoherereze ntimukanyoherereze kunyoherereza mwohererezwa koherereza",
}
OTHERS = """kwicara bicaye mumbabarire iranyishe inzara kwiga twize bize nige kubona yahisha igice niba mureba kurera
    yahisemo bafite abana umukobwa kwemera"""


@pytest.mark.parametrize("stem", PARADIGMS)
def test_each_person_and_tense_of_a_verb_is_heard(stem: str) -> None:
    missed = [
        word
        for word in PARADIGMS[stem].split()
        if stem not in dict(verbs.parse_verb(word.upper(), STEMS))
    ]
    assert missed == []


@pytest.mark.parametrize("word", OTHERS.split())
def test_another_word_is_no_form(word: str) -> None:
    harm = [
        stem
        for stem, marks in verbs.parse_verb(word.upper(), STEMS)
        if stem in PARADIGMS or verbs.TO in marks
    ]
    assert harm == []


@pytest.mark.parametrize(
    ("word", "marks"),
    [
        ("BANKUBITA", {verbs.DIRECT, verbs.TO, verbs.OTHER}),
        ("NAKUBISWE", {verbs.TO, verbs.DONE}),
        ("UTAKUBISWE", {verbs.TO, verbs.DONE, verbs.NOT}),
        ("NTIBANKUBITE", {verbs.DIRECT, verbs.TO, verbs.OTHER, verbs.NOT}),
        ("NTIMUNKUBITE", {verbs.DIRECT, verbs.TO, verbs.NOT, verbs.SAY_NOT}),
        ("GUKUBITA", set()),
    ],
)
def test_a_form_says_who_does_it_to_whom(word: str, marks: set[str]) -> None:
    assert [set(said) for stem, said in verbs.parse_verb(word, STEMS)] == [marks]


@given(st.sampled_from(["RA", "ZA", "KA"]), st.sampled_from(["N", "MU", "DU", "TU", "BA"]))
def test_what_is_put_together_is_taken_apart(tense: str, object_marker: str) -> None:
    for subject in ("A", "TU", "MU", "BA"):
        found = dict(verbs.parse_verb(f"{subject}{tense}{object_marker}KUBITA", STEMS))
        assert verbs.DIRECT in found["KUBITA"]


@given(st.text(alphabet="ABEIKMNRTUWYZ", max_size=14))
def test_no_word_raises(word: str) -> None:
    verbs.parse_verb(word, STEMS)


@pytest.mark.parametrize(
    ("made", "holds"),
    [
        (verbs.french_forms("BLESSER"), "BLESSE BLESSENT BLESSEE BLESSAIT BLESSERONT BLESSERENT"),
        (verbs.french_forms("EGORGER"), "EGORGEAIT EGORGE"),
        (verbs.english_forms("RAPE"), "RAPE RAPES RAPED RAPING"),
        (verbs.english_forms("DIE"), "DIES DIED DYING"),
        (verbs.english_forms("STAB+"), "STABBED STABBING STABS"),
        (verbs.english_forms("TAKE=TOOK,TAKEN"), "TAKES TAKING TOOK TAKEN"),
        (verbs.english_forms("PUNCH"), "PUNCHES PUNCHED"),
    ],
)
def test_a_french_or_english_verb_has_its_forms(made: object, holds: str) -> None:
    assert set(holds.split()) <= set(made)  # type: ignore[call-overload]
