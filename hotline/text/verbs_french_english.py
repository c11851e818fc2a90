"""Lists the forms of a French or English verb from its stem: every person and tense, without accents. Pure."""

from collections.abc import Iterable, Iterator, Mapping

ER_ENDINGS = """
ER E ES ONS EZ ENT EE EES AI AS A AIS AIT IONS IEZ AIENT ERAI ERAS ERA ERONS EREZ ERONT ERAIS ERAIT ERAIENT ERENT ANT
"""
"""Endings of a regular French verb, written without accents. `-ger` keeps its e (`egorgeait`)."""
HISSING = ("S", "SH", "CH", "X", "Z")


def french(verb: str) -> Iterator[str]:
    """Yields each form of `VERBER`, or those named in `VERB=FORM,FORM`."""
    name, _, named = verb.partition("=")
    yield name
    if named:
        yield from named.split(",")
        return
    root = name.removesuffix("ER")
    for ending in ER_ENDINGS.split():
        yield f"{root}{ending}"
        if root.endswith("G") and ending[0] in "AO":
            yield f"{root}E{ending}"


def english(verb: str) -> Iterator[str]:
    """Yields each form of `VERB`, of `VERB=PAST,PARTICIPLE`, or of `VERB+`, which doubles its last letter."""
    name, _, past = verb.partition("=")
    doubled = name.endswith("+")
    name = name.removesuffix("+")
    root = f"{name}{name[-1]}" if doubled else name.removesuffix("E")
    yield name
    yield f"{name}ES" if name.endswith(HISSING) else f"{name}S"
    yield f"{root[:-1]}YING" if root.endswith("I") else f"{root}ING"
    yield from past.split(",") if past else (f"{root}ED",)


def by_form(
    french_verbs: Iterable[str], english_verbs: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Returns the verbs that each form belongs to."""
    made: dict[str, dict[str, None]] = {}
    for verbs, forms in ((french_verbs, french), (english_verbs, english)):
        for verb in verbs:
            name = verb.partition("=")[0].removesuffix("+")
            for form in forms(verb):
                made.setdefault(form, {})[name] = None
    return {form: tuple(names) for form, names in made.items()}
