"""Tests how people ask by SMS to erase their report, and which messages must not be mistaken for such a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.keywords import is_erasure, is_stop
from tests.dialogue.hearing import Comes, comes_to

WISHES = """
delete this|Delete this!|please delete my message|delete what i wrote|delete it|erase my report
delet this|siba|SIBA|siba ubutumwa|musibe ibyo nababwiye|siba ibyo nanditse|gusiba
musibe byose murakoze|effacez|effacez ce message svp|efface mon message|supprimez
supprimez ce que j'ai écrit|suprimez ce message
"""
OTHERS = """
delete me from your list|he deletes people|sibomana|simba|siga|delete the man who beats me|erase him
effacez cet homme|siba umugabo|supprimer mon compte bancaire|stop|hagarika|help|this|my message|ibyo
"""


@pytest.mark.parametrize("text", WISHES.strip().replace("\n", "|").split("|"))
def test_a_wish_to_erase_is_understood(text: str) -> None:
    assert is_erasure(text)
    assert not is_stop(text)
    assert comes_to(text) is not Comes.DANGER


@pytest.mark.parametrize("text", ["", *OTHERS.strip().replace("\n", "|").split("|")])
def test_anything_more_is_no_such_wish(text: str) -> None:
    assert not is_erasure(text)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    is_erasure(text)
