"""Tests case files: who may request and approve a case file, which data it never contains, and that the hotline never
stores it.
"""

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, WrongPasswordError

from hotline.alerts.queries_retention import LegalHold, TimedTask
from hotline.cases import (
    service_desk_commands,
    service_pending_closures,
    service_retention,
    tables_case_files,
)
from hotline.cases.rules_case_file import (
    FileBasis,
    FileEvent,
    FileFacts,
    FileStop,
    document,
    is_order_valid,
    letter,
    names_in,
    refusal_of,
    scrubbed,
)
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.cases.tables_case_files import CaseFile
from hotline.console.routes import table
from hotline.core.actors import AccountRole
from hotline.gateway.tables import Message
from hotline.operations.schema import METADATA
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import Approval
from hotline.text.errors import EndRefused
from hotline.text.languages import CODES
from hotline.text.places import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips.queries_visible import Exclusion, ExclusionReason
from hotline.tips.rules import FILES_LISTED, HOLD_REVIEWED, next_morning_sms
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import MetPerson, PersonCodes, PersonEntry, build_persons
from hotline.tips.tables import Tip
from tests.console.conftest import Desk, Tab, desk
from tests.console.desk_tips import admitted, change, hands_on, tell
from tests.console.tip_desks import OTHER_DISTRICT, Desks, desks
from tests.long import is_long
from tests.support.builders import NOON, make_responder
from tests.support.persons import SIGNS, said, screened

__all__ = ["Desk", "desk", "desks"]

WORDS = "The house behind the mill"
CALLED = "+250 788 123 456"
ORDER = "RP 00123/2026/TGI"
ANSWERS = {"danger": "yes", "landmark": WORDS, "words": f"ring {CALLED}"}


@dataclass
class FileDesk:
    """The desks, and one tip with a person who agreed to a case file."""

    desks: Desks
    tip: int

    def asks(self, by: Tab | None = None, **fields: str) -> int:
        sent = {"basis": "request", "order": "", "n": "", "reason": "the trial", **fields}
        return (by or self.desks.national).post(f"/tips/{self.tip}/case-file", sent).status_code

    def pending(self) -> int:
        """Returns the id of the newest request for approval."""
        with self.desks.desk.context.database.reading() as session:
            return max(row.id for row in session.query(Approval))

    def decides(self, by: Tab, does: str = "approve") -> int:
        sent = {"do": does, "reason": "seen"}
        return by.post(f"/approvals/{self.pending()}", sent).status_code

    def makes(self, does: str = "pdf", number: int = 1, language: str = "en") -> tuple[str, Any]:
        """Makes the case file. Returns the file's passphrase of six words, and the HTTP response that contains the
        file.
        """
        shown = self.desks.national.post(f"/case-files/{number}/words", {}).text
        words = re.search(r"<code>([a-z ]+)</code>", shown)
        locked = re.search(r'name="locked" value="(\w+)"', shown)
        assert words
        assert locked
        sent = {"do": does, "locked": locked[1], "language": language}
        answer = self.desks.national.post(f"/case-files/{number}/make", sent)
        return words[1], answer

    def all(self, table: Any) -> list[Any]:
        with self.desks.desk.context.database.reading() as session:
            return [*session.query(table)]

    def approved(self, **fields: str) -> None:
        assert self.asks(None, **fields) == 303
        assert self.decides(self.desks.other) == 303

    def answers(self, n: int = 1, **codes: str) -> None:
        self.desks.desk.clock.turn(seconds=1)
        with self.desks.desk.context.database.writing() as session:
            tip, context = session.get_one(Tip, self.tip), self.desks.desk.context
            said(session, context, tip, LoggedEvent.FILE_TOLD, PersonCodes(n, codes))


@pytest.fixture
def file(desks: Desks) -> FileDesk:
    made = FileDesk(desks, tell(desks.desk, answers=ANSWERS, minutes=47))
    screened(desks.desk.context, made.tip)
    hands_on(desks.desk)
    return made


def text_of(pdf: bytes, passphrase: str) -> str:
    reader = PdfReader(io.BytesIO(pdf), password=passphrase)
    return "\n".join(page.extract_text() for page in reader.pages)


def everything(desk: Desk) -> str:
    """Returns all values in the database as one text."""
    with desk.context.database.reading() as session:
        rows = [session.execute(table.select()).all() for table in METADATA.sorted_tables]
    return repr(rows)


@pytest.mark.adversary("an admin who weakens the national desk")
def test_case_file_is_requested_approved_and_made_once(
    file: FileDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request sets a legal hold. The list of pending approvals names neither the tip nor its place. No case file is
    stored."""
    desk, national = file.desks.desk, file.desks.national
    file.answers(file_told="yes")
    assert file.asks(n="1") == 303
    assert "legal hold" in national.get(f"/tips/{file.tip}").text
    assert file.decides(national) == 422
    assert "asks for case file" not in file.desks.second.get("/approvals").text
    assert file.decides(file.desks.second) == 422
    assert national.post("/case-files/1/make", {"do": "print"}).status_code == 422
    seen = file.desks.other.get("/approvals").text
    assert "National 1 asks for case file 1, without an order" in seen
    assert "the trial" not in seen, "the reason tells of a case that the approver may not see"
    assert "the trial" in national.get("/approvals").text
    assert f"ip {file.tip}" not in seen
    assert file.decides(file.desks.other) == 303

    (own := tmp_path / "own").mkdir()
    monkeypatch.setenv("HOTLINE_HOME", str(own))
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    words, answer = file.makes()
    assert [*own.iterdir()] == []
    assert words not in everything(desk)
    assert len(words.split()) == 6
    text = text_of(answer.data, words)
    assert "Case file 1" in text
    assert "a woman" in text
    assert re.search("National desk [A-Z] requested", text)
    assert b"Case file" not in answer.data
    for wrong in ("", words.replace(" ", "-"), words[:-1]):
        with pytest.raises((FileNotDecryptedError, WrongPasswordError)):
            text_of(answer.data, wrong)

    (row,) = file.all(CaseFile)
    assert (row.tip_id, row.n, row.hold_id) == (None, None, None)
    assert row.digest == hashlib.sha256(answer.data).hexdigest()
    listed = national.get("/case-files").text
    for shown in ("National 1", "Desk 2", row.digest):
        assert shown in listed
    assert f"/tips/{file.tip}" not in listed
    assert file.makes()[1].status_code == 422
    acts = [action for _, action, _ in file.desks.rows() if "file" in action]
    assert acts == ["case_file_asked", "case_file_approved", "case_file_made"]
    assert "a case file of" not in file.desks.district.get(f"/tips/{file.tip}").text
    second = file.desks.second.get("/case-files").text
    assert row.digest in second
    assert "Desk 2" not in second, (
        "an excluded officer of the national desk would learn of the case"
    )
    with desk.context.database.writing() as session:
        assert tables_case_files.delete_old(session, desk.clock() + FILES_LISTED, 9) == 1


@pytest.mark.parametrize("language", CODES)
def test_only_file_with_order_contains_the_report(file: FileDesk, language: str) -> None:
    """A file without an order contains neither the caller's report nor the minute of the call. A phone number is never
    in a file."""
    filed_at = file.desks.tip(file.tip).filed_at
    assert filed_at is not None
    minute = f"{filed_at.astimezone(KIGALI):%H:%M}"
    file.approved()
    plain = file.makes("print", language=language)[1].text
    assert file.asks(basis="judge") == 422
    sent = {"basis": "request", "order": ORDER, "reason": "the trial"}
    refused = file.desks.national.post(f"/tips/{file.tip}/case-file", sent)
    assert 'href="#f-order"' in refused.text
    file.approved(basis="judge", order=ORDER)
    ordered = file.makes("print", number=2, language=language)[1].text
    for secret in (WORDS, minute):
        assert secret not in plain
        assert secret in ordered
    assert ORDER in ordered
    assert file.asks(basis="judge", order=ORDER) == 303
    assert ORDER not in file.desks.other.get("/approvals").text
    for text in (plain, ordered):
        main = text.partition("<main")[2].partition("</main")[0]
        assert "788" not in main
        assert "National 1" not in main


def test_person_who_refused_police_or_file_is_in_no_file(file: FileDesk) -> None:
    context = file.desks.desk.context
    assert file.asks(n="7") == 422
    assert file.asks(n="1") == 422, "nobody told the person"
    file.answers(file_told="no")
    assert file.asks(n="1") == 422
    file.answers(file_told="unsafe")
    with context.database.writing() as session:
        tip = session.get_one(Tip, file.tip)
        offer = PersonCodes(1, {"service": "police"})
        of = said(session, context, tip, LoggedEvent.OFFERED, offer)
        refused = PersonCodes(1, {"answer": "person_refused"}, of)
        said(session, context, tip, LoggedEvent.ANSWERED, refused)
    assert file.asks(n="1") == 422
    assert (
        "refused help from the police"
        in file.desks.national.post(
            f"/tips/{file.tip}/case-file", {"basis": "request", "n": "1", "reason": "x"}
        ).text
    )
    file.approved()
    text = file.makes("print")[1].text
    assert "a woman" not in text
    assert "the person" not in text.partition("observations")[2]


@pytest.mark.adversary("a corrupt responder")
def test_excluded_people_and_official_s_district_cannot_approve(file: FileDesk) -> None:
    desk, desks = file.desks.desk, file.desks
    change(desk, file.tip, official="yes", place=OTHER_DISTRICT)
    assert file.asks(desks.district) == 404
    assert file.asks() == 303
    assert "case file" not in desks.other.get("/approvals").text
    assert file.decides(desks.other) == 422
    reason = {"by": "Alice", "reason": "named"}
    him = ExclusionTarget(person="Desk 1")
    assert "case file" in desks.district.get("/approvals").text
    service_desk_commands.exclude(desk.context, file.tip, him, ExclusionReason.NAMED, **reason)
    assert "case file" not in desks.district.get("/approvals").text
    assert file.decides(desks.district) == 422
    (row,) = file.all(CaseFile)
    assert row.approved_at is None


def test_withdrawn_request_ends_its_legal_hold(file: FileDesk) -> None:
    assert file.asks() == 303
    assert file.asks() == 422, "one at a time"
    assert file.decides(file.desks.national, "take_back") == 303
    assert file.all(CaseFile) == []
    (hold,) = file.all(LegalHold)
    assert hold.lifted_at is not None


@pytest.mark.parametrize("is_approved", [True, False])
def test_unused_request_expires_with_its_legal_hold(file: FileDesk, is_approved: bool) -> None:
    assert file.asks() == 303
    if is_approved:
        assert file.decides(file.desks.other) == 303
    file.desks.desk.clock.turn(hours=24 * 8)
    _erase(file)
    assert file.all(CaseFile) == []
    (hold,) = file.all(LegalHold)
    assert hold.lifted_by == "clock"


@pytest.mark.parametrize("does", ["hold", "keep"])
def test_legal_hold_that_others_need_stays_after_request(file: FileDesk, does: str) -> None:
    """After the text of the tip is erased, the page still has the form to end the legal hold."""
    second = file.desks.second
    assert file.asks() == 303
    hold = f"/tips/{file.tip}/hold"
    assert second.post(hold, {"do": does, "reason": "another court"}).status_code == 303
    assert any("another court" in row for row in file.desks.rows())
    assert file.decides(file.desks.national, "take_back") == 303
    (row,) = file.all(LegalHold)
    assert row.lifted_at is None
    change(file.desks.desk, file.tip, erased_at=file.desks.desk.clock())
    assert "Remove legal hold" in second.get(f"/tips/{file.tip}").text


def test_older_hold_needs_two_people_while_a_file_needs_it(file: FileDesk) -> None:
    context, by = file.desks.desk.context, {"by": "Alice", "reason": "x"}
    service_retention.set_legal_hold(context, file.tip, **by)
    assert file.asks() == 303
    with pytest.raises(EndRefused):
        service_retention.lift_legal_hold(context, file.tip, **by)
    assert file.decides(file.desks.national, "take_back") == 303
    service_retention.lift_legal_hold(context, file.tip, **by)
    service_retention.set_legal_hold(context, file.tip, **by)
    file.approved()
    file.makes("print", number=2)
    with pytest.raises(EndRefused):
        service_retention.lift_legal_hold(context, file.tip, **by)


def _erase(file: FileDesk) -> None:
    service_retention.erase_batch(file.desks.desk.context)


def test_notes_are_only_in_file_with_order_about_sole_person(file: FileDesk) -> None:
    """A note may repeat what the caller said, or describe a person whose codes are erased. So only a file with an order
    about the case's only person contains notes."""
    note = {"note": "words", "words": "the red door"}
    assert file.desks.district.post(f"/tips/{file.tip}/note", note).status_code == 303
    file.answers(file_told="yes")
    order = {"basis": "judge", "order": ORDER}
    asked: tuple[dict[str, str], ...] = ({}, {"n": "1"}, order, {**order, "n": "1"})
    shown = []
    for number, fields in enumerate(asked, start=1):
        file.approved(**fields)
        shown.append("the red door" in file.makes("print", number=number)[1].text)
    assert shown == [False, False, False, True]


@pytest.mark.adversary("a corrupt responder")
def test_approval_of_excluded_approver_does_not_count(file: FileDesk) -> None:
    desk = file.desks.desk
    file.tip = tell(desk, place=OTHER_DISTRICT, answers=ANSWERS)
    screened(desk.context, file.tip)
    hands_on(desk)
    file.approved()
    change(desk, file.tip, official="yes")
    assert file.makes("print")[1].status_code == 422
    change(desk, file.tip, official="no")
    him, reason = ExclusionTarget(person="Desk 2"), {"by": "Alice", "reason": "named"}
    service_desk_commands.exclude(desk.context, file.tip, him, ExclusionReason.NAMED, **reason)
    assert file.makes("print")[1].status_code == 422
    with desk.context.database.writing() as session:
        session.query(Exclusion).delete()
    assert file.makes("print")[1].status_code == 200


@pytest.mark.adversary("a corrupt responder")
def test_second_account_does_not_count_as_another_desk(file: FileDesk) -> None:
    """The requester and the approver must not share a desk. If one of the two has several accounts, the desks of all
    the accounts count."""
    desk = file.desks.desk
    admitted(desk, "Desk 3", AccountRole.NATIONAL, NATIONAL)
    one, other = (desk.people[name].account_id for name in ("Desk 2", "Desk 3"))
    with desk.context.database.writing() as session:
        person_id = session.get_one(ConsoleAccount, one).person_id
        session.get_one(ConsoleAccount, other).person_id = person_id
    assert file.asks() == 303
    assert "case file" not in file.desks.other.get("/approvals").text
    assert file.decides(file.desks.other) == 422


def texted_on(desk: Desk, weekday: int) -> list[str]:
    """Moves the clock to the morning SMS of the next given weekday. Returns the numbers of legal holds in the SMS to
    one person, who never signs in to the console."""
    now = desk.clock.at
    with desk.context.database.writing() as session:
        if not session.query(Responder).filter(Responder.level == Level.NATIONAL).count():
            session.add(make_responder(name="Nation 7", level=Level.NATIONAL))
        session.query(Message).delete()
        session.query(TimedTask).delete()
    desk.clock.at = next_morning_sms(now)
    while desk.clock.at.astimezone(KIGALI).weekday() != weekday:
        desk.clock.at = next_morning_sms(desk.clock.at + timedelta(hours=1))
    service_pending_closures.write_morning_sms(desk.context)
    desk.clock.at = now
    with desk.context.database.reading() as session:
        rows = session.query(Message).filter(Message.template == "HOLDS_WAIT")
        return [str(one.parameters["count"]) for one in rows]


def test_legal_hold_is_reviewed_half_yearly_and_lifted_by_two(file: FileDesk) -> None:
    desk, desks = file.desks.desk, file.desks
    file.approved()
    file.makes("print")

    def tasks() -> str:
        return desks.national.get("/today").text

    assert "Legal holds to review" not in tasks()
    desk.clock.turn(hours=24 * HOLD_REVIEWED.days)
    desks.national, desks.second = (
        desk.tab(AccountRole.NATIONAL, name=f"National {n}") for n in (1, 2)
    )
    assert "Legal holds to review: 1" in tasks()
    assert [texted_on(desk, day) for day in range(7)] == [["1"], *[[]] * 6]
    hold = f"/tips/{file.tip}/hold"
    assert (
        desks.national.post(hold, {"do": "keep", "reason": "the trial goes on"}).status_code == 303
    )
    assert "Legal holds to review" not in tasks()
    assert desks.national.post(hold, {"do": "lift", "reason": "it ended"}).status_code == 303
    assert file.decides(desks.national) == 422
    (row,) = file.all(LegalHold)
    assert row.lifted_at is None
    with pytest.raises(EndRefused):
        service_retention.lift_legal_hold(desk.context, file.tip, by="Alice", reason="x")
    assert file.decides(desks.second) == 303
    (row,) = file.all(LegalHold)
    assert row.lifted_at is not None
    acts = [action for _, action, _ in desks.rows()]
    assert acts[-3:] == ["hold_reviewed", "hold_lift_asked", "hold_lifted"]


# Tests the text of a file over random cases.

NAMES = ("Responder 7", "Alpha Bravo", "Kilo-Mike")
REFERENCES = ("K7Q4", "R7Q4CA", "W7W7", "K7 Q4", "T12")
NUMBERS = ("0788123456", CALLED, "123 456 789", "0788,123,456", "a.b@c.rw")
SECRETS = (*NAMES, *REFERENCES, *NUMBERS)
PHRASES = st.lists(st.sampled_from((*SECRETS, "came back", "the red door", "10:12")), max_size=6)
SPOKEN = PHRASES.map(" ".join)
AT = st.integers(0, 600).map(lambda minutes: NOON + timedelta(minutes=minutes))
EVENTS = st.lists(st.builds(FileEvent, AT, st.just("{who} noted."), st.just("Deputy A"), SPOKEN))
SAID = "the caller's own sentence"


def entry(n: int, id: int, kind: LoggedEvent, codes: Mapping[str, str]) -> PersonEntry:
    return PersonEntry(id, kind, NOON, PersonCodes(n, codes))


def person(**told: str) -> MetPerson:
    entries = [entry(1, 1, LoggedEvent.SCREENED, {**SIGNS, "sex": "woman", "form": "labour"})]
    if told:
        entries.append(entry(1, 2, LoggedEvent.FILE_TOLD, told))
    return build_persons(entries)[0]


def say(words: str, **values: object) -> str:
    return words.format_map(values) if values else words


@given(EVENTS, EVENTS, SPOKEN, st.sampled_from(FileBasis), st.booleans(), AT)
@settings(
    max_examples=150 if is_long() else 50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_no_file_contains_a_name_number_or_reference(
    acts: list[FileEvent],
    custody: list[FileEvent],
    answer: str,
    basis: FileBasis,
    about_person: bool,
    filed_at: datetime,
) -> None:
    facts = FileFacts(
        number=1,
        filed_at=filed_at,
        made_at=NOON + timedelta(days=9),
        basis=basis,
        order="" if basis is FileBasis.REQUEST else ORDER,
        about=[("District", "Gasabo")],
        events=acts,
        custody=custody,
        person=person() if about_person else None,
        answers=[("Words", f"{SAID} {answer}")],
        call=[("Channel", "USSD by phone"), ("Language", "Kinyarwanda")],
        names=names_in(NAMES, ()),
    )
    text = json.dumps(document(facts, say, table("file_bases")), ensure_ascii=False)
    text = text.replace(ORDER, "")
    for secret in SECRETS:
        assert secret not in text
    assert not re.search(r"\d{6}", text)
    minute = f"{filed_at.astimezone(KIGALI):%H:%M}"
    for told in (SAID, "USSD by phone", "Kinyarwanda"):
        assert (told in text) == (basis is not FileBasis.REQUEST)
    if basis is FileBasis.REQUEST:
        times = re.findall(r"\d{4}-\d\d-\d\d (\d\d:\d\d)", text)
        assert minute not in times or any(
            one.at > filed_at + timedelta(hours=1) for one in acts + custody
        )
    assert ("a woman" in text) == about_person


def test_case_file_alerts_hide_the_minute_of_the_call() -> None:
    """Alerts follow the call at fixed times, so their minutes would reveal the minute of the call. The number of alerts
    before a later event would reveal the minute of the call too, so the file leaves out the number of alerts."""
    steps = [*range(0, 100, 5), 105]
    alerts = [
        FileEvent(NOON + timedelta(minutes=n), "{who} rang.", "Deputy A", by_clock=True)
        for n in steps
    ]
    took = FileEvent(NOON + timedelta(minutes=130), "{who} took it.", "Deputy A")
    late = FileEvent(NOON + timedelta(minutes=118), "{who} came.", "Deputy A")
    filed = NOON + timedelta(minutes=50)
    for basis in FileBasis:
        facts = FileFacts(1, filed, NOON, basis, ORDER, [], [*alerts, took, late], [])
        made: Any = document(facts, say, table("file_bases"))
        rows = next(one["rows"] for one in made["sections"] if "Steps" in one["title"])
        if basis is FileBasis.REQUEST:
            assert [time[10:] for time, _ in rows] == ["", " 13 h", " 14:10"]
        else:
            assert len(rows) == len(alerts) + 2


@pytest.mark.parametrize(
    ("told", "stop"),
    [
        ({}, FileStop.NOT_TOLD),
        ({"file_told": "no"}, FileStop.SAYS_NO),
        ({"file_told": "yes"}, None),
        ({"file_told": "unsafe"}, None),
    ],
)
def test_file_needs_answer_of_informed_person(told: dict[str, str], stop: FileStop | None) -> None:
    assert refusal_of([person(**told)], 1) is stop
    assert refusal_of([person(**told)], None) is None
    assert refusal_of([person(**told)], 2) is FileStop.NO_PERSON


def test_file_about_child_needs_child_officer() -> None:
    signs = entry(1, 1, LoggedEvent.SCREENED, {**SIGNS, "minor": "unsure"})
    for interest, stop in (("not_yet", FileStop.CHILD), ("yes", None)):
        told = entry(1, 2, LoggedEvent.FILE_TOLD, {"file_told": "yes", "interest": interest})
        assert refusal_of(build_persons([signs, told]), 1) is stop


def test_correction_of_older_answer_keeps_later_refusal_of_file() -> None:
    answers = ((2, "no", None), (3, "no", None), (4, "yes", 2))
    told = [
        PersonEntry(
            id, LoggedEvent.FILE_TOLD, NOON, PersonCodes(1, {"file_told": code}), supersedes=root
        )
        for id, code, root in answers
    ]
    screened = entry(1, 1, LoggedEvent.SCREENED, {**SIGNS, "sex": "woman", "form": "labour"})
    assert refusal_of(build_persons([screened, *told]), 1) is FileStop.SAYS_NO
    assert refusal_of(build_persons([screened, told[0], told[2]]), 1) is None


def test_letters_continue_after_z_and_orders_need_numbers() -> None:
    assert [letter(n) for n in (0, 25, 26, 52)] == ["A", "Z", "A1", "A2"]
    assert is_order_valid(FileBasis.JUDGE, ORDER)
    assert is_order_valid(FileBasis.JUDGE, "RP 00072/20260")
    phones = ("0788123456", "250 788 123 456", "078/812/3456", "RP 788.123.456", "1234-56789")
    for number in ("", "AN ORDER", "x" * 41, "12<", *phones):
        assert not is_order_valid(FileBasis.JUDGE, number)
    assert not is_order_valid(FileBasis.REQUEST, ORDER)
    assert scrubbed("Ask Bravo, k7q4, at 12:30", names_in(["Alpha Bravo"], ())) == (
        "Ask [...], [...], at 12:30"
    )
