"""Enrols people from a page. Uses the service that also enrols people from files. Each person gets a code and a start
PIN.

A checked spreadsheet contains phone numbers. So the browser gets it encrypted with the token of the session. No page
shows a phone number again.
"""

import base64
import binascii
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.core.actors import Actor
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_enrolment
from hotline.duty.service_enrolment import StartPaper
from hotline.errors import ImportRefused, PersonnelRefused
from hotline.keys.passphrase import Costs
from hotline.people import tables_audit
from hotline.people.encrypt_start_secrets import START_COSTS
from hotline.people.encrypt_tokens import lock_key, unlock_key
from hotline.people.rules import COLUMNS, EnrolmentRow, RowFault
from hotline.text.phrases import message_text

MAX_ROWS = 30
"""The largest number of people on a spreadsheet that a page accepts, because making each start PIN is slow. `hotline
people import` accepts more."""
BOUND = "sheet of people"


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """A person, as an admin has typed them into a form. `repr` does not show the phone number."""

    name: str
    msisdn: str = field(repr=False)
    languages: Sequence[str]
    level: str
    districts: Sequence[str]
    """The names of the person's districts. A district can have its own level, as in `Gasabo=deputy`."""
    categories: Sequence[str]
    person_id: int | None = None
    """The person who gets the phone. None for a new person."""


@dataclass(frozen=True, slots=True)
class CheckedPeople:
    good: Sequence[EnrolmentRow] = field(repr=False)
    faults: Sequence[RowFault]
    locked: str = field(repr=False)
    """The whole spreadsheet, encrypted for this session."""


def enrol_person(context: ConsoleContext, by: Actor, typed: TypedPerson, reason: str) -> StartPaper:
    """Enrols a phone, and returns its start paper. Raises ImportRefused with all errors, or PersonnelRefused."""
    return _take(context, by, _sheet_of(typed), reason, typed.person_id)[0]


def faults_of(context: ConsoleContext, typed: TypedPerson) -> Sequence[RowFault]:
    return service_enrolment.check_file(context, _sheet_of(typed), typed.person_id)[1]


def check_sheet(context: ConsoleContext, token: str, text: str) -> CheckedPeople:
    """Checks a spreadsheet. Returns its valid rows, and the errors in the other rows. Stores nothing."""
    good, faults = service_enrolment.check_file(context, text)
    if len(good) > MAX_ROWS:
        most = message_text(
            "a spreadsheet here can hold at most {count} people: split it", count=MAX_ROWS
        )
        faults = [*faults, RowFault(good[MAX_ROWS].line, most)]
    locked = lock_key(token, text.encode("utf-8", "surrogatepass"), account=BOUND)
    return CheckedPeople(good, faults, base64.b64encode(locked).decode())


def enrol_sheet(
    context: ConsoleContext, by: Actor, token: str, locked: str, reason: str
) -> Sequence[StartPaper]:
    """Enrols all people of a checked spreadsheet, or none of them. Raises ImportRefused, PersonnelRefused."""
    try:
        held = unlock_key(token, base64.b64decode(locked, validate=True), account=BOUND)
    except (binascii.Error, ValueError):
        held = None
    if held is None:
        raise PersonnelRefused(message_text("choose the spreadsheet again: it has expired"))
    return _take(context, by, held.decode("utf-8", "surrogatepass"), reason)


def invite(context: ConsoleContext, by: Actor, responder_id: int, reason: str) -> StartPaper:
    """Makes a new code and a new start paper for a person. Raises NotFound, PersonnelRefused."""
    return service_enrolment.invite(context, by, str(responder_id), reason, costs=_costs(context))


def change_number(
    context: ConsoleContext, by: Actor, responder_id: int, number: str, reason: str
) -> StartPaper:
    """Begins to change a person's phone number, and returns the start paper.

    Raises NotFound, NumberInvalid, PersonnelRefused.
    """
    return service_enrolment.change_number(
        context, by, str(responder_id), number, reason, costs=_costs(context)
    )


def _costs(context: ConsoleContext) -> Costs:
    return context.proofs.start_costs or START_COSTS


def _take(
    context: ConsoleContext, by: Actor, text: str, reason: str, person_id: int | None = None
) -> Sequence[StartPaper]:
    rows, faults = service_enrolment.check_file(context, text, person_id)
    if faults:
        raise ImportRefused([str(fault) for fault in faults])
    if len(rows) > MAX_ROWS:
        raise PersonnelRefused(
            message_text(
                "a spreadsheet here can hold at most {count} people: split it", count=MAX_ROWS
            )
        )
    made = service_enrolment.enrol(context, rows, proving=True, actor=tables_audit.by_actor(by))
    return [invite(context, by, one, reason) for one in made]


def _sheet_of(typed: TypedPerson) -> str:
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerow(
        {
            "name": " ".join(typed.name.split()),
            "msisdn": typed.msisdn,
            "language": ";".join(typed.languages),
            "level": typed.level,
            "districts": ";".join(typed.districts),
            "categories": ";".join(typed.categories),
        }
    )
    return written.getvalue()
