"""Tests that `hotline demo` gives three responders a PIN if the gateway is the emulator."""

from pathlib import Path

from hotline.cli.contexts import build_reader
from hotline.cli.demo import make_pins, pin_text, read_pins
from hotline.core.settings import Settings
from hotline.people.rules import WITH_PINS
from hotline.people.tables import Responder
from hotline.people.tables_desks import DeskMember
from tests.cli.homes import copy_home

ENTRY = "*384*777*90#"


def test_three_get_pins_with_the_keys_of_their_desks_once_and_they_are_told(tmp_path: Path) -> None:
    copy_home(tmp_path)
    settings = Settings.read(
        {"HOTLINE_HOME": str(tmp_path), "HOTLINE_GATEWAY_URL": "http://127.0.0.1:8001"}
    )
    assert pin_text(tmp_path, ENTRY) == ""
    make_pins(settings, tmp_path / "enrolment-passphrase")
    pins = read_pins(tmp_path)
    make_pins(settings, tmp_path / "enrolment-passphrase")
    assert tuple(sorted(pins)) == tuple(sorted(WITH_PINS))
    assert read_pins(tmp_path) == pins
    assert f"hotline dial '{ENTRY}' --as +250788101201   PIN {pins['Gasabo 1']}" in pin_text(
        tmp_path, ENTRY
    )
    context = build_reader(settings)
    with context.database.reading() as session:
        people = [one for one in session.query(Responder) if one.name in WITH_PINS]
        members = [one for one in session.query(DeskMember) if one.member.startswith("r")]
        desks = sorted(one.desk_code for one in members)
    for one in people:
        assert one.pin_wrap is not None
        assert context.vault.open(one.pin_wrap, pins[one.name], one.id)
    context.database.close()
    assert desks == ["12", "12", "national"]


def test_a_real_gateway_s_line_gets_none(tmp_path: Path) -> None:
    copy_home(tmp_path)
    gateway = "https://api.africastalking.com"
    settings = Settings.read({"HOTLINE_HOME": str(tmp_path), "HOTLINE_GATEWAY_URL": gateway})
    make_pins(settings, tmp_path / "enrolment-passphrase")
    assert read_pins(tmp_path) == {}
