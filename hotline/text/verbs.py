"""Recognises a Kinyarwanda verb in any person and tense by its parts: head, object marker, stem and ending. Pure.

A word has a head (negation, subject and tense), object markers, and a form of a stem. The tables in this module list
all possible parts of words, and the code builds all forms of a verb from these parts. The module also makes the forms
of French and English verbs from their stems: every person and tense, without accents.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

DIRECT = "d"
"""Marks a verb form whose object is a person, such as me, us or them."""
TO = "t"
"""Marks a verb form that says that a person does something to another person. The verb is passive, or its object is a
person."""
THING = "i"
"""Marks a verb form whose object is not a person, but for example a passport."""
OTHER = "o"
"""Marks a verb form whose subject is a third person, and not the writer."""
NOT = "n"
DONE = "p"
"""Marks a verb form for an action that has already happened, as in `kubise`."""
SAY_NOT = "x"
"""Marks a negative command to several people (`ntimu-`) or to one person (`ntu-`)."""

MARKS = (DIRECT, TO, THING, OTHER, NOT, DONE, SAY_NOT)

SUBJECTS = {"N": "", "U": "", "A": OTHER, "TU": "", "DU": "", "MU": "", "BA": OTHER}
"""The prefixes for these subjects: "I"; "you" (one person) or "who"; "he" or "it"; "we" (two forms, before hard and
before soft letters); "you" (several people); "they". The value of each prefix is the mark that the prefix adds to the
verb."""
PAST = {"NA": "", "WA": "", "YA": OTHER, "TWA": "", "MWA": "", "BA": OTHER}
"""The prefixes of the same subjects as in `SUBJECTS`, each joined with the `a` of the past tense."""
TENSES = ("RA", "ZA", "KA", "GA", "KO", "ZO", "KI", "GI", "RACYA", "TA", "DA", "U", "WO")
"""The syllables that mark a tense: present, future, subjunctive, "still", and the negative tenses. `ko`, `zo` and
`wo` come before the verb `-ongera`."""
INFINITIVES = ("KU", "GU", "KUTA", "KUDA", "GUTA")
WHO = {"UWA": "", "ABA": OTHER, "UWU": "", "ABO": OTHER, "UWO": ""}
"""The beginnings of verbs that mean "the person who ...", as in `uwakubiswe`: the person who was beaten."""
PERSONS = ("N", "M", "MU", "TU", "DU", "BA")
THINGS = ("KI", "GI", "BI", "YI", "ZI", "BU", "RU", "RI", "KA")
YOU = ("KU", "GU")
YOU_DO = ("U", "WA", "MU", "MWA")
ME = ("N", "M", "NY")
BEFORE_O = "*"
"""Marks a part of a word that occurs only before a stem that begins with an o."""
MAX_OBJECT_MARKERS = 5
"""The maximum number of letters that two object markers together have."""
CLITICS = ("", "HO", "MO", "YO", "KO", "NA")
NO_FOR = frozenset({"BABARA"})
"""Stems whose meaning changes if the ending with the meaning "for" is added: `babara` means "suffer", but `babarira`
means "forgive"."""
CAUSES = ("IRA", "ERA", "YA", "ZA", "SHA")
"""The last letters of verb stems to which this module adds no ending with the meaning "for". These stems already have
this meaning, or get it in another way."""
VOWELS = "AEIOU"
NASAL = {"H": "P", "R": "D"}
"""The first letters of a stem that change after `n`: `hohotera` becomes `mpohotera`, and `rasa` becomes `ndasa`."""
HARD = {
    "SH": "SHIJ",
    "NY": "NYIJ",
    "T": "S",
    "K": "TS",
    "G": "Z",
    "D": "Z",
    "S": "SH",
    "Z": "J",
    "H": "SHY",
}
"""The last letters of a root that change in the perfect form. A root that ends with r has a rule of its own. After all
letters that are not in this set, the perfect form only adds `ye`."""


def parse_verb(word: str, stems: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Returns the stems of which `word` may be a form, each with its marks. The result is empty if `word` is not a
    form of any stem."""
    forms, word = _forms(stems), sound_of(word)
    found: dict[tuple[str, str], None] = {}
    for start, marks in _beginnings(word):
        for stem, own_marks in forms.get((_sort(word, start), word[start:]), ()):
            found[stem, "".join(sorted({*marks, *own_marks}))] = None
    return tuple(found)


def sound_of(word: str) -> str:
    """Returns a key for the sound of `word`. The key has r in place of l, because many people exchange l and r. The key
    has no double letters."""
    return re.sub(r"(.)\1+", r"\1", word.replace("L", "R"))


def perfect_form(stem: str) -> str:
    """Returns the perfect form of a stem, such as `kubise` for `kubita`."""
    root = stem[:-1]
    for end, new_end in HARD.items():
        if root.endswith(end):
            return f"{root[: -len(end)]}{new_end}E"
    if root.endswith("R"):
        short = len(re.findall(f"[{VOWELS}]", root)) == 1
        return f"{root[:-1]}{'Z' if short else 'Y'}E"
    return f"{root}YE"


def verb_forms(stem: str) -> Iterator[tuple[str, str]]:
    """Yields each form of a stem, with the marks that the form's ending adds. `stem` is the stem alone, or
    `STEM=PERFECT` if its perfect form is irregular."""
    base, _, perfect = stem.partition("=")
    yield from _ended(base, perfect or perfect_form(base))
    if base not in NO_FOR and not base.endswith(CAUSES):
        done_for = f"{base[:-1]}{'E' if _last_vowel(base[:-1]) in 'EO' else 'I'}RA"
        yield from _ended(done_for, perfect_form(done_for))


def _ended(base: str, perfect: str) -> Iterator[tuple[str, str]]:
    root, past = base[:-1], perfect[:-1]
    now = (base, f"{root}E", f"{root}AGA")
    undergone = (f"{root}WA", f"{root}WE", f"{root}WAGA")
    been = (f"{past}WE", f"{past.removesuffix('Y')}WE")
    for clitic in CLITICS:
        yield from ((f"{form}{clitic}", "") for form in now)
        yield from ((f"{form}{clitic}", TO) for form in undergone)
        yield from ((f"{form}{clitic}", f"{TO}{DONE}") for form in been)
        yield f"{perfect}{clitic}", DONE


def _last_vowel(root: str) -> str:
    return next((letter for letter in reversed(root) if letter in VOWELS), "A")


def _sort(word: str, start: int) -> str:
    """Returns the kind of sound before the stem. `nasal` means an n or m, `vowel` a syllable that a vowel has
    shortened, and `open` a full syllable."""
    if word[start] in VOWELS:
        return "vowel"
    return "nasal" if word[start - 1 : start] in ("N", "M") else "open"


@cache
def _forms(stems: frozenset[str]) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
    forms: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for stem in stems:
        name = stem.partition("=")[0]
        for form, marks in verb_forms(stem):
            sound = sound_of(form)
            if sound[0] in VOWELS:
                forms.setdefault(("vowel", sound), set()).add((name, marks))
                continue
            forms.setdefault(("open", sound), set()).add((name, marks))
            for nasal in {sound, f"{NASAL.get(sound[0], sound[0])}{sound[1:]}"}:
                forms.setdefault(("nasal", nasal), set()).add((name, marks))
    return {key: tuple(sorted(found)) for key, found in forms.items()}


def _beginnings(word: str) -> Iterator[tuple[int, str]]:
    """Yields each position at which the stem of a verb may begin. A head (the prefix of the subject) and an object may
    come before the stem. Also yields the marks of the head and of the object."""
    heads, objects = _heads(), _objects()
    for end in range(len(word) - 1):
        vowel = word[end] in VOWELS
        if (marks := (heads.short if vowel else heads.whole).get(word[:end])) is not None:
            yield from _allowed(word, end, marks)
        if word[:end] not in heads.whole:
            continue
        for start in range(end + 1, min(end + MAX_OBJECT_MARKERS, len(word) - 1) + 1):
            pieces = objects.short if word[start] in VOWELS else objects.whole
            # A word without a subject can have only "me" as its object: `mfasha` means "help me", but `mufunga` means
            # "you close".
            marks = pieces.get(word[end:start]) if end or word[:start] in ME else None
            if marks is not None:
                yield from _allowed(word, start, f"{heads.whole[word[:end]]}{marks}")


def _allowed(word: str, start: int, marks: str) -> Iterator[tuple[int, str]]:
    if BEFORE_O not in marks or word[start] == "O":
        yield start, marks.replace(BEFORE_O, "")


class _Pieces(NamedTuple):
    """Parts of words, each with its marks. A part may have two forms: one before a consonant, and one before a
    vowel."""

    whole: Mapping[str, str]
    short: Mapping[str, str]


@cache
def _heads() -> _Pieces:
    heads = {"": "", **SUBJECTS, **PAST, **WHO, **dict.fromkeys(INFINITIVES, "")}
    for subject, marks in (*SUBJECTS.items(), *PAST.items()):
        for tense in TENSES:
            if subject + tense == "NDA":
                continue  # `nda-` means "I" in the present tense (from `n-ra-`). This head is not negative.
            not_done = NOT if tense in ("TA", "DA") else ""
            n_ra = subject == "N" and tense.startswith("R")
            heads[f"ND{tense[1:]}" if n_ra else f"{subject}{tense}"] = f"{marks}{not_done}"
    heads |= {f"NI{head}": marks for head, marks in SUBJECTS.items()}
    heads |= dict(_negated(heads))
    short = {form: marks for head, marks in heads.items() for form, marks in _short(head, marks)}
    # The letter n becomes m before b, f, p and v.
    labial = {f"{head[:-1]}M": marks for head, marks in heads.items() if head.endswith("N")}
    me = {head: marks for head, marks in heads.items() if head.endswith("N")}
    return _Pieces({**labial, **heads}, {"": "", **short, **me})


def _negated(heads: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yields the negative heads: `si-` for the subject "I", and `nti-` for all other subjects. A negative head with the
    subject "you" also gets the mark `SAY_NOT`, because it can be a negative command."""
    for head, marks in heads.items():
        if head.startswith("N") and not head.startswith("NI"):
            yield f"SI{head}", f"{marks}{NOT}"
            continue
        if head and not head.startswith(("NI", "K", "G")):
            you = SAY_NOT if head.startswith(YOU_DO) else ""
            yield f"{'NT' if head[0] in VOWELS else 'NTI'}{head}", f"{marks}{NOT}{you}"


def _short(piece: str, marks: str) -> Iterator[tuple[str, str]]:
    """Yields the form that a part of a word has before a vowel: `ba-ica` becomes `bica`, `tu-ica` becomes `twica`,
    `ku-ohereza` becomes `kohereza`."""
    body = piece[:-1]
    if piece == "A":
        yield "Y", marks
    elif piece.endswith("U"):
        yield f"{body}W", marks
        yield body, f"{marks}{BEFORE_O}"
    elif piece.endswith("I"):
        yield f"{body}Y", marks
        yield body, marks
    elif piece.endswith("N"):
        yield f"{piece}Y", marks
    elif piece.endswith("A"):
        yield body, marks


@cache
def _objects() -> _Pieces:
    """Returns the object markers of verbs. A marker for a person can follow a marker for an object that is not a
    person."""
    markers = {f"{thing}{person}": f"{THING}{DIRECT}{TO}" for thing in THINGS for person in PERSONS}
    markers |= dict.fromkeys(YOU, "") | dict.fromkeys(THINGS, THING)
    markers |= dict.fromkeys(PERSONS, f"{DIRECT}{TO}")
    short = {one: marks for piece, marks in markers.items() for one, marks in _short(piece, marks)}
    return _Pieces(markers, short)


ER_ENDINGS = """
ER E ES ONS EZ ENT EE EES AI AS A AIS AIT IONS IEZ AIENT ERAI ERAS ERA ERONS EREZ ERONT ERAIS ERAIT ERAIENT ERENT ANT
"""
"""The endings of a regular French verb, without accents. Verbs in `-ger` keep their e (`egorgeait`)."""
HISSING = ("S", "SH", "CH", "X", "Z")


def french_forms(verb: str) -> Iterator[str]:
    """Yields each form of a French verb. The text `verb` is a regular verb such as `CESSER`, or an irregular verb with
    its forms: `VERB=FORM,FORM`."""
    name, _, irregular = verb.partition("=")
    yield name
    if irregular:
        yield from irregular.split(",")
        return
    root = name.removesuffix("ER")
    for ending in ER_ENDINGS.split():
        yield f"{root}{ending}"
        if root.endswith("G") and ending[0] in "AO":
            yield f"{root}E{ending}"


def english_forms(verb: str) -> Iterator[str]:
    """Yields each form of an English verb. The text `verb` is a regular verb, `VERB=PAST,PARTICIPLE` for an irregular
    verb, or `VERB+` for a verb that doubles its last letter."""
    name, _, past = verb.partition("=")
    doubled = name.endswith("+")
    name = name.removesuffix("+")
    root = f"{name}{name[-1]}" if doubled else name.removesuffix("E")
    yield name
    yield f"{name}ES" if name.endswith(HISSING) else f"{name}S"
    yield f"{root[:-1]}YING" if root.endswith("I") else f"{root}ING"
    yield from past.split(",") if past else (f"{root}ED",)


def verbs_by_form(
    french_verbs: Iterable[str], english_verbs: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Maps each form of a French or English verb to the verbs to which the form belongs."""
    by_form: dict[str, dict[str, None]] = {}
    for verbs, forms in ((french_verbs, french_forms), (english_verbs, english_forms)):
        for verb in verbs:
            name = verb.partition("=")[0].removesuffix("+")
            for form in forms(verb):
                by_form.setdefault(form, {})[name] = None
    return {form: tuple(names) for form, names in by_form.items()}
