"""Checks a spreadsheet of people or of shifts, and imports the spreadsheet in a child process of the console.

The page contains the checked spreadsheet, encrypted with the token of the session, because a spreadsheet can contain
phone numbers. After a person has confirmed a spreadsheet, it waits in the database, encrypted with the console's key.
The import continues even if the user closes the browser or the console restarts.
"""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.duty import service_enrolment, service_roster
from hotline.duty.service_leaves import PeopleChange
from hotline.people import rules_roster, tables_audit, tables_roster
from hotline.people.encrypt import lock_key, unlock_key
from hotline.people.queries_member_keys import MAY_SIGN_IN
from hotline.people.rules import RowFault, account_of, check_rows
from hotline.people.rules_roster import DutyRow, RowEffect
from hotline.people.service_approving import OPERATING
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_roster import SheetImport, SheetKind
from hotline.text.errors import DecryptionFailed, ImportRefused, PersonnelRefused
from hotline.text.languages import MessageText, message_text, message_text_of

MAX_ROWS: Mapping[SheetKind, int] = {SheetKind.PEOPLE: 200, SheetKind.ROSTER: 1000}
PART = 20
"""The number of people that one transaction enrols. With SQLite, callers must wait until this transaction ends, so the
number is small."""
NO_RIGHT = message_text("the account that uploaded this sheet no longer has the right to import it")
EXPIRED = message_text("choose the spreadsheet again: the time to import your upload is over")


class JudgedRow(NamedTuple):
    """A row of a spreadsheet, and the change that the row would make to the stored people or shifts."""

    line: int
    """The number of the row's line in the spreadsheet, or 0 for a shift that the import removes."""
    effect: RowEffect
    name: str = ""
    shift: DutyRow | None = None
    reason: MessageText | None = None
    """The error in the row, or None if the row is right."""


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    rows: Sequence[JudgedRow]
    locked: str = field(repr=False)
    """The whole spreadsheet, encrypted for this session."""

    @property
    def counts(self) -> Mapping[RowEffect, int]:
        return Counter(row.effect for row in self.rows)


class SheetStatus(NamedTuple):
    """The progress of an import of a spreadsheet."""

    by: str
    asked_at: datetime
    week: date | None
    size: int
    done: int
    is_over: bool
    faults: Sequence[tuple[int, MessageText]]


def check(
    context: ConsoleContext, by: SignedIn, token: str, kind: SheetKind, text: str, week: date
) -> CheckedSheet:
    """Returns the change that each row of a spreadsheet would make to the stored people or shifts. Stores nothing."""
    with context.database.reading() as session:
        if kind is SheetKind.PEOPLE:
            rows = _judge_people(session, context, text)
        else:
            rows = _judge_roster(session, by, text, week)
    count = sum(row.line > 0 for row in rows)
    if count > MAX_ROWS[kind]:
        most = message_text(
            "A sheet can hold at most {count} rows. Split the sheet.", count=MAX_ROWS[kind]
        )
        rows.append(JudgedRow(count, RowEffect.WRONG, reason=most))
    locked = lock_key(token, text.encode("utf-8", "surrogatepass"), account=kind)
    return CheckedSheet(rows, base64.b64encode(locked).decode())


def _wrong(faults: Sequence[RowFault]) -> list[JudgedRow]:
    return [JudgedRow(fault.line, RowEffect.WRONG, reason=fault.reason) for fault in faults]


def _judge_people(session: Session, context: ConsoleContext, text: str) -> list[JudgedRow]:
    rows, faults = check_rows(text)
    faults = [*faults, *service_enrolment.unfit(session, context, rows)]
    bad = {fault.line for fault in faults}
    new = [JudgedRow(row.line, RowEffect.NEW, row.name) for row in rows if row.line not in bad]
    return sorted([*new, *_wrong(faults)], key=lambda row: row.line)


def _judge_roster(session: Session, by: SignedIn, text: str, week: date) -> list[JudgedRow]:
    names = service_roster.names_by_desk(session, by)
    rows, faults = rules_roster.read_roster(text, week, names)
    called = {person: name for people in names.values() for name, person in people.items()}
    before = tables_roster.week_rows(session, week, {row.desk for row in rows.values()})
    judged = [
        JudgedRow(line, effect, called.get(row.responder_id, ""), row)
        for line, row, effect in rules_roster.effects(rows, before)
    ]
    return sorted([*judged, *_wrong(faults)], key=lambda row: row.line or len(text))


def confirm(
    context: ConsoleContext,
    by: SignedIn,
    token: str,
    kind: SheetKind,
    locked: str,
    week: date,
    reason: str,
) -> None:
    """Stores a checked spreadsheet, so that its import begins. Raises ImportRefused, PersonnelRefused."""
    try:
        content = unlock_key(token, base64.b64decode(locked, validate=True), account=kind)
    except (binascii.Error, ValueError):
        content = None
    if content is None:
        raise PersonnelRefused(EXPIRED)
    text = content.decode("utf-8", "surrogatepass")
    judged = check(context, by, token, kind, text, week)
    if wrong := [judged_row for judged_row in judged.rows if judged_row.reason]:
        raise ImportRefused(
            [
                message_text("error in line {line}: {why}", line=o.line, why=o.reason or "")
                for o in wrong[:20]
            ]
        )
    at, size = context.now(), sum(judged_row.line > 0 for judged_row in judged.rows)
    row = SheetImport(kind=kind, week=week if kind is SheetKind.ROSTER else None, size=size)
    row.done, row.asked_by, row.reason = 0, tables_audit.by_actor(by.actor), reason
    row.asked_at = at
    with context.database.writing() as session:
        tables_roster.delete_old_sheets(session, at)
        session.add(row)
        session.flush()
        row.encrypted = context.proofs.factors.seal(text, account=f"sheet:{row.id}")


def recent(context: ConsoleContext, by: SignedIn, kind: SheetKind) -> Sequence[SheetStatus]:
    """Returns the recent imports that the account started. Returns all recent imports if an admin or the national desk
    asks."""
    at, own = context.now(), tables_audit.by_actor(by.actor)
    with context.database.reading() as session:
        return [
            SheetStatus(
                tables_audit.name_in(sheet.asked_by),
                sheet.asked_at,
                sheet.week,
                sheet.size,
                sheet.done,
                sheet.ended_at is not None or sheet.asked_at <= at - tables_roster.RESUMED_FOR,
                [(line, message_text_of(why)) for line, why in json.loads(sheet.faults or "[]")],
            )
            for sheet in tables_roster.recent_imports(session, kind, at)
            if sheet.asked_by == own or by.roles & OPERATING
        ]


def import_confirmed(context: ConsoleContext) -> None:
    """Imports the confirmed spreadsheets part by part. Two processes may run this function at the same time, because
    each locks a spreadsheet while it imports a part.
    """
    with context.database.reading() as session:
        waits = tables_roster.pending_ids(session)
    for sheet_id in waits:
        while _import_part(context, sheet_id):
            context.failpoint("part imported")


def _import_part(context: ConsoleContext, sheet_id: int) -> bool:
    """Imports the next part of a spreadsheet. Returns False if the whole spreadsheet is imported."""
    with context.database.writing() as session:
        sheet = tables_roster.locked_import(session, sheet_id)
        if sheet is None:
            return False
        if sheet.asked_at <= context.now() - tables_roster.RESUMED_FOR:
            sheet.end(context.now(), [RowFault(1, EXPIRED)])
            return False
        try:
            text = context.proofs.factors.open(sheet.encrypted or b"", account=f"sheet:{sheet.id}")
        except DecryptionFailed:
            sheet.end(context.now(), [RowFault(1, EXPIRED)])
            return False
        by = _account(session, sheet)
        if by is None:
            sheet.end(context.now(), [RowFault(1, NO_RIGHT)])
            return False
        take = _take_people if sheet.kind == SheetKind.PEOPLE else _take_shifts
        faults = take(session, context, by, sheet, text)
        if faults or sheet.done >= sheet.size:
            sheet.end(context.now(), faults)
    return True


def _account(session: Session, sheet: SheetImport) -> SignedIn | None:
    """Returns the account that confirmed a spreadsheet, with the account's present roles. Returns None if this account
    may not import the spreadsheet now.
    """
    account_id = account_of(sheet.asked_by)
    row = None if account_id is None else session.get(ConsoleAccount, account_id)
    if row is None or row.state not in MAY_SIGN_IN:
        return None
    if sheet.kind == SheetKind.PEOPLE and not row.held_roles & OPERATING:
        return None
    return SignedIn(row.id, row.shown, row.held_roles, row.language, False, "")


def _take_people(
    session: Session, context: ConsoleContext, by: SignedIn, sheet: SheetImport, text: str
) -> Sequence[RowFault]:
    """Registers the next people of a spreadsheet. Before the first part, checks all rows of the spreadsheet."""
    rows, faults = check_rows(text)
    part = rows[sheet.done : sheet.done + PART]
    faults = [*faults, *service_enrolment.unfit(session, context, part if sheet.done else rows)]
    if not faults:
        subject = f"start:sheet:{sheet.id}"
        change = PeopleChange(session, context, by.actor, sheet.reason, context.now())
        service_enrolment.register(change, part, subject)
        sheet.done += len(part)
    return faults


def _take_shifts(
    session: Session, context: ConsoleContext, by: SignedIn, sheet: SheetImport, text: str
) -> Sequence[RowFault]:
    """Replaces the week's shifts of the next desk in the spreadsheet. First reads all rows again: if one row is wrong,
    or if the account has lost access to one of the desks, no shift changes."""
    week = sheet.week or rules_roster.week_of(sheet.asked_at)
    names = service_roster.names_by_desk(session, by)
    rows, faults = rules_roster.read_roster(text, week, names)
    passed = 0
    for _, own in groupby(sorted(rows.values()), key=lambda row: row.desk):
        part = [*own]
        if not faults and passed >= sheet.done:
            service_roster.save(session, context, by.actor, week, part)
            sheet.done += len(part)
            break
        passed += len(part)
    return faults
