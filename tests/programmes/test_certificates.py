"""R11: tests that an officer who passed every lesson sees a code, and that a superior can check it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.errors import KeyMissing
from hotline.flows.flow import MenuNode
from hotline.programmes import service_enrolment
from hotline.programmes.rules import LESSONS, Programme
from hotline.programmes.rules_certificate import CertificateVerdict
from hotline.programmes.service_enrolment import CertificateCheck
from hotline.programmes.tables import Participant
from tests.programmes.test_training import OFFICER, dialled, enrol
from tests.support.callers import Caller, Line

MENU = {
    **{lesson: (str(key),) for key, lesson in enumerate(LESSONS[:4], 1)},
    "hours": ("5", "1"),
    "referral": ("5", "2"),
}
CODE = re.compile(r"Kode yawe: (\w{4} \w{4} \w{4})\.")


def keys_of(line: Line, lesson: str, *, right: bool = True) -> list[str]:
    """Returns the keys that pass a lesson, or that fail in its last case."""
    flow = line.context.flow_sets.get(line.context.flow_sets.live()).flows[f"train_{lesson}"]
    pressed = [*MENU[lesson], "9", "9", "9"]
    for number in (1, 2, 3):
        menu = flow.nodes[f"case_{number}"]
        assert isinstance(menu, MenuNode)
        wanted = "right" if right or number < 3 else "wrong"
        values = [choice.value for choice in menu.choices]
        pressed += [str(values.index(wanted) + 1), "9"]
    return pressed


def take(line: Line, *lessons: str, right: bool = True, msisdn: str = OFFICER) -> Caller:
    """Takes each lesson in its own session, and returns the last caller."""
    for lesson in lessons:
        caller = dialled(line, *keys_of(line, lesson, right=right), msisdn=msisdn)
    return caller


def passed(line: Line, *lessons: str) -> None:
    """Records that everyone who joined passed these lessons in an earlier session."""
    line.clock.at += timedelta(seconds=30)
    with line.database.writing() as session:
        for row in session.scalars(select(Participant)):
            for lesson in lessons:
                service_enrolment.record_passed_lesson(
                    session, row.number_key, lesson, line.clock()
                )


def certified(line: Line, msisdn: str = OFFICER) -> str:
    enrol(line, msisdn=msisdn)
    passed(line, *LESSONS)
    found = CODE.search(dialled(line, "5", "4", msisdn=msisdn).read())
    assert found
    return found[1]


@pytest.mark.row("R11")
def test_the_sixth_lesson_shows_a_code_and_the_last_screen_is_everybodys(line: Line) -> None:
    enrol(line)
    assert "Kode" not in take(line, *LESSONS[:5]).read()
    caller = take(line, LESSONS[5])
    code = CODE.search(caller.read())
    assert code
    assert caller.key("1") == "END Murakoze. Murabeho."

    judged = service_enrolment.verify_certificate(line.context, code[1].lower())
    assert judged == CertificateCheck(CertificateVerdict.VALID, "12", "2026-11", "2028-11")


@pytest.mark.parametrize("last", LESSONS)
def test_any_lesson_may_be_the_sixth(line: Line, last: str) -> None:
    enrol(line)
    passed(line, *(lesson for lesson in LESSONS if lesson != last))
    assert "Kode yawe" in take(line, last).read()


def test_one_case_that_stays_wrong_makes_none_and_going_back_mends_it(line: Line) -> None:
    enrol(line)
    passed(line, *LESSONS[:5])
    caller = take(line, LESSONS[5], right=False)
    assert "Kode" not in caller.read()

    caller = dialled(line, *keys_of(line, LESSONS[5], right=False)[:-1])
    caller.key("0")
    *_, last, _ = keys_of(line, LESSONS[5])
    caller.key(last, "9")
    assert "Kode yawe" in caller.read()


def test_a_lost_run_and_a_repeated_hop_show_the_same_code(line: Line) -> None:
    enrol(line)
    passed(line, *LESSONS[:5])
    caller = take(line, LESSONS[5])
    shown = caller.screen
    line.flush()
    assert caller.again() == shown
    line.flush()
    assert "Kode" not in caller.key("2")
    assert caller.key("0") == shown
    assert [set(row.passed or {}) for row in line.all(Participant)] == [set(LESSONS)]


def test_it_is_seen_again_behind_the_entry_also_in_another_month(line: Line) -> None:
    code = certified(line)
    line.clock.at += timedelta(days=60)
    again = dialled(line, "5", "4")
    assert code in again.read()
    assert "Kode" not in take(line, LESSONS[0]).read(), "a lesson that is taken again only ends"
    assert code in dialled(line, "5", "4").read()


def test_another_phone_and_another_line_have_other_codes(line: Line) -> None:
    assert certified(line) != certified(line, "+250788000052")


def test_a_stranger_is_offered_none_and_whoever_left_takes_it_along(line: Line) -> None:
    code = certified(line)
    assert "4 Kode yawe" not in dialled(line, "5", msisdn="+250788000059").read()
    dialled(line, "5", "3", "2")
    assert line.all(Participant) == []
    assert (
        service_enrolment.verify_certificate(line.context, code).verdict is CertificateVerdict.VALID
    )


def test_in_two_years_it_has_expired_and_the_lessons_begin_anew(line: Line) -> None:
    code = certified(line)
    line.clock.at += timedelta(days=800)
    assert (
        service_enrolment.verify_certificate(line.context, code).verdict
        is CertificateVerdict.EXPIRED
    )
    assert "Kode" not in dialled(line, "5").read()
    passed(line, *LESSONS[:5])
    assert "Kode" not in dialled(line, "5").read()
    assert "Kode yawe" in take(line, LESSONS[5]).read()


@pytest.mark.parametrize(("typed", "misread"), [("AAAA AAAA AAAA", True), ("hello", True)])
def test_what_is_no_code_of_ours_is_said_to_be_none(line: Line, typed: str, misread: bool) -> None:
    assert service_enrolment.verify_certificate(line.context, typed) == CertificateCheck(
        CertificateVerdict.NOT_OURS, misread=misread
    )


def test_without_its_key_the_lessons_go_on_and_nothing_is_shown(line: Line) -> None:
    line.context.pseudonyms._folder.destroy("certificate.key")
    enrol(line)
    passed(line, *LESSONS[:5])
    assert "Amasomo" in take(line, LESSONS[5]).read()
    assert "Kode" not in dialled(line, "5").read()
    with pytest.raises(KeyMissing, match="hotline keys import"):
        service_enrolment.verify_certificate(line.context, "AAAA AAAA AAAA")


def test_a_new_key_ends_every_code_and_the_next_dial_shows_a_new_one(line: Line) -> None:
    old = certified(line)
    folder = line.context.pseudonyms._folder
    folder.destroy("certificate.key")
    folder.make("certificate.key", b"n" * 32)
    assert (
        service_enrolment.verify_certificate(line.context, old).verdict
        is CertificateVerdict.NOT_OURS
    )
    found = CODE.search(dialled(line, "5", "4").read())
    assert found
    assert (
        service_enrolment.verify_certificate(line.context, found[1]).verdict
        is CertificateVerdict.VALID
    )


def test_the_roll_keeps_which_lessons_were_passed_and_no_answer(line: Line) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.TRAINEES, "Gasabo", by="Admin")
    dialled(line, "1", code)
    take(line, "child")
    take(line, "hours", right=False)
    (row,) = line.all(Participant)
    assert set(row.passed or {}) == {"child"}
