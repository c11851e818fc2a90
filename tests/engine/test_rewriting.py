"""Other words in a flow file: everything else stays as its editors left it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.engine.document import source
from hotline.engine.document.fields import rewritten
from hotline.errors import FlowInvalid

FLOW = """\
# Kept.
flow: learn
review: {rw: draft, fr: draft} # kept too
nodes:
  one:
    say:
      text:
        rw: 'Said: "so"'   # and this
        fr: |
          - a
          - b
        en: Plain words

  # The last remark.
"""
TEXT = ("nodes", "one", "say", "text")


def test_one_sentence_changes_and_no_other_letter_of_the_file() -> None:
    changed = rewritten(FLOW, {(*TEXT, "en"): "Others", ("review", "rw"): "reviewed"})
    assert changed == FLOW.replace("Plain words", "Others").replace("rw: draft", "rw: reviewed")


def test_quotes_and_blocks_are_written_as_an_editor_would() -> None:
    changed = rewritten(
        FLOW, {(*TEXT, "rw"): "Bare", (*TEXT, "fr"): "- c\\n- d".replace("\\n", "\n")}
    )
    assert (
        "        rw: Bare   # and this\n        fr: |\n          - c\n          - d\n        en:"
        in changed
    )


@given(st.text(min_size=1, max_size=60), st.sampled_from(["rw", "fr", "en"]))
def test_any_words_are_read_back_alike_or_refused(words: str, language: str) -> None:
    try:
        changed = rewritten(FLOW, {(*TEXT, language): words})
    except FlowInvalid:
        return
    said = source.parse(changed)["nodes"]["one"]["say"]["text"]
    assert said[language].strip() == words
    assert changed.startswith(FLOW[: FLOW.index("        rw:")])
    assert changed.endswith("\n  # The last remark.\n")


@pytest.mark.parametrize("path", [("nodes", "two"), TEXT, (*TEXT, "en", "x")])
def test_where_no_text_stands_none_is_written(path: tuple[str, ...]) -> None:
    with pytest.raises(FlowInvalid, match="no text stands there"):
        rewritten(FLOW, {path: "x"})


def test_every_shipped_text_can_be_said_anew() -> None:
    for file in (Path(__file__).parents[2] / "flows").glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        paths = dict(_texts(source.parse(text)))
        changed = rewritten(text, {path: words.strip() for path, words in paths.items()})
        again = dict(_texts(source.parse(changed)))
        assert {path: words.strip() for path, words in paths.items()} == {
            path: words.strip() for path, words in again.items()
        }
        assert [line for line in text.split("\n") if line.lstrip().startswith("#")] == [
            line for line in changed.split("\n") if line.lstrip().startswith("#")
        ]


def _texts(value: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(value, str) and path[-1] in ("rw", "fr", "en") and "review" not in path:
        return [(path, value)]
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else [])
    )
    return [found for key, each in inside for found in _texts(each, (*path, str(key)))]
