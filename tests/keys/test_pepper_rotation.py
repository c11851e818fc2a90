"""Tests how the pepper and the reader's key pair are replaced while responders read. When a responder next enters the
PIN, the hotline encrypts the responder's key with the new pepper."""

from pathlib import Path

import pytest

from hotline.gateway.tables import Assignment
from hotline.keys import rotation
from hotline.keys.key_folder import KeyFolder
from hotline.keys.rotation import ROTATING
from hotline.operations import decrypt_rekeying
from hotline.people.tables import Responder
from hotline.text.errors import PinRefused
from tests.support.callers import Caller
from tests.support.reading import PIN, ReaderBeside, at_home


def test_a_pin_moves_to_the_new_pepper_when_it_is_keyed_next(
    beside: ReaderBeside, own_case: tuple[Caller, Assignment], tmp_path: Path
) -> None:
    phone, _ = own_case
    reader = KeyFolder(tmp_path / "keys" / "reader")
    assert rotation.stage_key(tmp_path / "keys", ROTATING["pepper"])
    before = reader.read("pepper.old.key")
    said = decrypt_rekeying.check_pepper(beside.line.context, before)
    assert said.message == "1 PINs need the old pepper until their responders next enter them"

    phone.dial("90")
    assert at_home(phone).startswith("CON Open cases: 1.")
    assert (
        "no PIN needs the old pepper"
        in decrypt_rekeying.check_pepper(beside.line.context, before).message
    )

    rotation.destroy_previous(tmp_path / "keys", ROTATING["pepper"])
    beside.restart()
    again = beside.line.caller(phone.msisdn)
    again.dial("90")
    assert at_home(again).startswith("CON Open cases: 1.")
    again.key("1", "1")
    assert "We do not know if helpers" in again.key("1")


def test_a_pin_that_was_not_keyed_since_is_lost_with_the_pepper_before(
    beside: ReaderBeside, own_case: tuple[Caller, Assignment], tmp_path: Path
) -> None:
    _, known_as = own_case
    rotation.stage_key(tmp_path / "keys", ROTATING["pepper"])
    rotation.destroy_previous(tmp_path / "keys", ROTATING["pepper"])
    with beside.line.database.reading() as session:
        wrap = session.get_one(Responder, known_as.responder_id).pin_wrap
    assert wrap is not None
    with pytest.raises(PinRefused):
        beside.context.vault.open(wrap, PIN, known_as.responder_id)


def test_the_reader_s_pair_is_rotated_in_the_middle_of_a_session(
    beside: ReaderBeside, own_case: tuple[Caller, Assignment], tmp_path: Path
) -> None:
    phone, _ = own_case
    pair, keys = ROTATING["reader"], tmp_path / "keys"
    phone.dial("90")
    at_home(phone, "1", "1")
    rotation.stage_key(keys, pair)
    first = phone.key("1")
    assert "We do not know if helpers" in first
    rotation.publish_key(keys, pair)
    beside.line.flush()
    assert phone.again() == first
    rotation.destroy_previous(keys, pair)
    beside.line.flush()
    assert phone.again() == first
