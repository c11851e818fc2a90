"""R11: tests how officers join with their district's code. The answers of an officer count only for the officer's own
district."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.flows.flow import MenuNode
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.programmes import service_enrolment
from hotline.programmes.rules import LESSONS, CertificateVerdict, Programme
from hotline.programmes.service_enrolment import CertificateCheck
from hotline.programmes.tables import LESSONS_ONLY, Participant
from hotline.text.errors import KeyMissing
from tests.support.builders import post
from tests.support.callers import Caller, Line
from tests.support.counts import counts
from tests.support.reading import PHONE, PIN, ReaderBeside, reader_beside, with_pin

OFFICER = "+250788000051"
LESSON = ("9", "9", "9")
"""The keys that turn the three pages of a lesson."""
RIGHT = (*LESSON, "2", "9", "1", "9", "2", "9")
"""The keys that read the lesson "trafficking or smuggling" and answer its three questions correctly: no, yes, no."""


def dialled(line: Line, *keyed: str, msisdn: str = OFFICER) -> Caller:
    line.clock.at += timedelta(seconds=30)
    caller = line.caller(msisdn)
    caller.dial("46")
    caller.key(*keyed)
    return caller


def enrol(line: Line, district: str = "Gasabo", msisdn: str = OFFICER) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.TRAINEES, district, by="Admin")
    assert "Byakiriwe" in dialled(line, "1", code, msisdn=msisdn).read()


def counted(line: Line, by: str = "topic") -> dict[tuple[str, str], int]:
    found = counts(line.database, by)
    return {what: count for what, count in found.items() if what[1].startswith("lesson")}


@pytest.mark.row("R11")
def test_repeated_answers_count_once_a_session(line: Line) -> None:
    enrol(line)
    caller = dialled(line, "1", *RIGHT)
    line.flush()
    caller.again()
    caller.key("1", *LESSON, "1", "9")
    assert counted(line) == {("smuggling", "lesson"): 1, ("smuggling", "lesson_right"): 3}
    assert counted(line, "district") == {("12", "lesson"): 1, ("12", "lesson_right"): 3}


def test_unfinished_lesson_counts_only_its_answers(line: Line) -> None:
    enrol(line)
    dialled(line, "3", *LESSON, "3", "9", "2")
    assert counted(line) == {("child", "lesson_other"): 2}


def test_stranger_and_leader_s_code_open_no_lesson(line: Line) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.LEADERS, "Gasabo", by="Admin")
    assert "kode ntifungura" in dialled(line, "1", code).read()
    leaders = line.caller(OFFICER).dial("45")
    assert dialled(line).screen == leaders
    assert "1 Mfite kode" in leaders
    assert line.all(Participant) == []


# R11: tests that an officer who passed every lesson sees a code, and that a superior can check it.


MENU = {
    **{lesson: (str(key),) for key, lesson in enumerate(LESSONS[:4], 1)},
    "hours": ("5", "1"),
    "referral": ("5", "2"),
}
CODE = re.compile(r"Kode y'amahugurwa: (\w{4} \w{4} \w{4})\.")


def checked(line: Line, code: str) -> CertificateCheck:
    return service_enrolment.verify_certificate(line.context, code)


def keys_of(line: Line, lesson: str, *, right: bool = True) -> list[str]:
    """Returns the keys that answer all cases of a lesson correctly. With `right=False`, the last answer is wrong."""
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


def set_passed(line: Line, *lessons: str) -> None:
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
    set_passed(line, *LESSONS)
    found = CODE.search(dialled(line, "5", "4", msisdn=msisdn).read())
    assert found
    return found[1]


@pytest.mark.row("R11")
def test_sixth_lesson_shows_certificate_code(line: Line) -> None:
    enrol(line)
    assert "Kode" not in take(line, *LESSONS[:5]).read()
    caller = take(line, LESSONS[5])
    code = CODE.search(caller.read())
    assert code
    assert caller.key("1") == "END Murakoze. Murabeho."

    judged = checked(line, code[1].lower())
    assert judged == CertificateCheck(CertificateVerdict.VALID, "12", "2026-11", "2028-11")


@pytest.mark.parametrize("last", LESSONS)
def test_any_lesson_may_be_the_last_one(line: Line, last: str) -> None:
    enrol(line)
    set_passed(line, *(lesson for lesson in LESSONS if lesson != last))
    assert "Kode y'amahugurwa" in take(line, last).read()


def test_wrong_case_gives_no_code_until_corrected(line: Line) -> None:
    enrol(line)
    set_passed(line, *LESSONS[:5])
    caller = take(line, LESSONS[5], right=False)
    assert "Kode" not in caller.read()

    caller = dialled(line, *keys_of(line, LESSONS[5], right=False)[:-1])
    caller.key("0")
    *_, last, _ = keys_of(line, LESSONS[5])
    caller.key(last, "9")
    assert "Kode y'amahugurwa" in caller.read()


def test_lost_state_and_repeated_hop_show_same_code(line: Line) -> None:
    enrol(line)
    set_passed(line, *LESSONS[:5])
    caller = take(line, LESSONS[5])
    shown = caller.screen
    line.flush()
    assert caller.again() == shown
    line.flush()
    assert "Kode" not in caller.key("2")
    assert caller.key("0") == shown
    assert [set(row.passed or {}) for row in line.all(Participant)] == [set(LESSONS)]


def test_code_is_shown_again_in_another_month(line: Line) -> None:
    code = certified(line)
    line.clock.at += timedelta(days=60)
    again = dialled(line, "5", "4")
    assert code in again.read()
    assert "Kode" not in take(line, LESSONS[0]).read(), "a lesson that is taken again only ends"
    assert code in dialled(line, "5", "4").read()


def test_other_phone_has_other_code_and_other_texts_are_invalid(line: Line) -> None:
    assert certified(line) != certified(line, "+250788000052")
    for typed in ("AAAA AAAA AAAA", "hello"):
        assert checked(line, typed) == CertificateCheck(CertificateVerdict.NOT_OURS, misread=True)


def test_stranger_gets_no_code_and_former_trainee_keeps_it(line: Line) -> None:
    code = certified(line)
    assert "4 Kode yawe" not in dialled(line, "5", msisdn="+250788000059").read()
    dialled(line, "5", "3", "2")
    assert line.all(Participant) == []
    assert checked(line, code).verdict is CertificateVerdict.VALID


def test_expired_certificate_restarts_lessons(line: Line) -> None:
    code = certified(line)
    line.clock.at += timedelta(days=800)
    assert checked(line, code).verdict is CertificateVerdict.EXPIRED
    assert "Kode" not in dialled(line, "5").read()
    set_passed(line, *LESSONS[:5])
    assert "Kode" not in dialled(line, "5").read()
    assert "Kode y'amahugurwa" in take(line, LESSONS[5]).read()


def test_missing_key_shows_no_code_but_lessons_continue(line: Line) -> None:
    line.context.pseudonyms._folder.destroy("certificate.key")
    enrol(line)
    set_passed(line, *LESSONS[:5])
    assert "Amasomo" in take(line, LESSONS[5]).read()
    assert "Kode" not in dialled(line, "5").read()
    with pytest.raises(KeyMissing, match="hotline keys import"):
        checked(line, "AAAA AAAA AAAA")


def test_new_key_invalidates_codes_and_shows_new_code(line: Line) -> None:
    old = certified(line)
    folder = line.context.pseudonyms._folder
    folder.destroy("certificate.key")
    folder.make("certificate.key", b"n" * 32)
    assert checked(line, old).verdict is CertificateVerdict.NOT_OURS
    found = CODE.search(dialled(line, "5", "4").read())
    assert found
    assert checked(line, found[1]).verdict is CertificateVerdict.VALID


def test_participant_row_has_lessons_but_no_answers(line: Line) -> None:
    enrol(line)
    take(line, "child")
    take(line, "hours", right=False)
    (row,) = line.all(Participant)
    assert (set(row.passed or {}), row.reports) == ({"child"}, [])
    dialled(line, "5", "3", "2")
    assert line.all(Participant) == []


# R3, R11: tests how a responder takes the officers' lessons after entering the PIN. The responder's phone may be in a
# programme or in none.


GASABO, HUYE = "12", "24"
HOME = (
    "CON Bifunguye: 0. Byihutirwa: 0. Ubushize: nta na rimwe\n"
    "1 Ibibazo\n2 Akazi\n4 PIN yanjye\n5 Tanga amakuru\n6 Si jye\n0 Subira inyuma\n00 Ahabanza"
)


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    line.clock.turn(
        hours=3
    )  # The test's people joined their desks before this time, so their memberships are valid.
    return reader_beside(line)


def behind_pin(line: Line, *keyed: str) -> Caller:
    """Dials the short code. Then types the PIN, `2`, `3` and the keys in `keyed`, all in one hop."""
    line.clock.at += timedelta(seconds=30)
    caller = line.caller(PHONE)
    caller.dial("90")
    caller.key("*".join((PIN, "2", "3", *keyed)))
    return caller


def all_of(line: Line, *lessons: str) -> list[str]:
    return [key for lesson in lessons for key in keys_of(line, lesson)]


@pytest.mark.row("R3", "R11")
def test_officer_s_six_lessons_count_and_show_code(line: Line, beside: ReaderBeside) -> None:
    with_pin(beside, language="rw", desks=(GASABO,))
    menu = behind_pin(line)
    assert menu.read().startswith("Amasomo\n1 Icuruzwa")
    assert "Kuva ku rutonde" not in menu.key("5")
    assert menu.key("0", "0", "0") == HOME

    shown = CODE.search(behind_pin(line, *all_of(line, *LESSONS)).read())
    assert shown, "in the session in which she began, as in any later one"
    later = behind_pin(line, "5", "4")
    assert shown[0] in later.read()
    assert later.key("1") == "END Murakoze. Murabeho."
    assert checked(line, shown[1]) == CertificateCheck(
        CertificateVerdict.VALID, GASABO, "2026-11", "2028-11"
    )
    assert counted(line, "district") == {(GASABO, "lesson"): 6, (GASABO, "lesson_right"): 18}

    (row,) = line.all(Participant)
    assert (row.programme, row.district, row.reports, {*row.passed}) == (
        LESSONS_ONLY,
        GASABO,
        [],
        {*LESSONS},
    )
    assert service_enrolment.enrolment_by_district(line.context, Programme.TRAINEES) == []
    assert "1 Mfite kode" in dialled(line, msisdn=PHONE).read(), "her phone is on no roll"


def test_officer_enrolled_twice_counts_once(line: Line, beside: ReaderBeside) -> None:
    with_pin(beside, language="rw", desks=(GASABO,))
    behind_pin(line, *all_of(line, "smuggling"))
    enrol(line, "Huye", msisdn=PHONE)
    behind_pin(line, *all_of(line, *LESSONS[1:]))
    dialled(line, "1", *RIGHT, msisdn=PHONE)
    assert counted(line, "district") == {
        (GASABO, "lesson"): 1,
        (GASABO, "lesson_right"): 3,
        (HUYE, "lesson"): 6,
        (HUYE, "lesson_right"): 18,
    }
    (row,) = line.all(Participant)
    assert (row.programme, row.district, {*row.passed}) == (Programme.TRAINEES, HUYE, {*LESSONS})
    (huye,) = service_enrolment.enrolment_by_district(line.context, Programme.TRAINEES)
    assert (huye.district, huye.phones, huye.codes[0].uses) == (HUYE, 1, 1)
    here, there = behind_pin(line, "5", "4"), dialled(line, "5", "4", msisdn=PHONE)
    code = CODE.search(here.read())
    assert code
    assert code[0] in there.read()
    assert checked(line, code[1]).district == HUYE


def test_officer_of_several_districts_counts_for_none(line: Line, beside: ReaderBeside) -> None:
    person_id = with_pin(beside, language="rw", desks=(GASABO, HUYE))
    code = CODE.search(behind_pin(line, *all_of(line, *LESSONS)).read())
    assert code
    assert checked(line, code[1]).district == ""
    assert {place for place, _ in counted(line, "district")} == {""}
    with line.database.writing() as session:
        person = session.get_one(Responder, person_id)
        post(session, person, Level.RESPONDER, GASABO)
    caller = behind_pin(line, "1", *RIGHT[:-2])
    assert counted(line, "district")[GASABO, "lesson_right"] == 2
    with line.database.writing() as session:
        session.get_one(Responder, person_id).active = False
    caller.key(*RIGHT[-2:])
    assert counted(line, "district")[GASABO, "lesson_right"] == 2

    service_enrolment.remove_participant(line.context, Programme.TRAINEES, PHONE, by="Admin")
    assert line.all(Participant) == []
