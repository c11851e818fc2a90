"""Tests `hotline oncall` with its own hotline. No command shows a phone number."""

from pathlib import Path

from tests.cli.homes import hotline
from tests.support.builders import NOON
from tests.support.made_once import lay_line

NUMBER = "0788700001"
BY = ("--by", "Aline")


def test_a_contact_is_added_once_and_a_test_names_the_next_step(tmp_path: Path) -> None:
    def oncall(*words: str, code: int = 1, typed: str | None = None) -> str:
        told = hotline(tmp_path, "oncall", *words, code=code, typed=typed).output
        assert NUMBER[1:] not in told
        return told

    lay_line(tmp_path, NOON)
    assert "hotline oncall add NAME" in oncall("test")
    says = "Error: this is not a Rwandan phone number: enter ten digits, 07 first\n"
    assert oncall("add", "Responder 1", "12", *BY) == says
    oncall("add", "Responder 1", NUMBER, *BY, code=0)
    again = oncall("add", "Ngabo", "--language", "fr", *BY, typed=f"{NUMBER}\n")
    assert "an on-call contact already has this phone number" in again
    log = hotline(tmp_path, "audit", "list").output
    assert "Aline added Responder 1 to the on-call contacts" in log

    told = oncall("test", "--seconds", "0")
    assert "Responder 1: not tried yet" in told
    assert "-> see whether `watch` runs" in told
