"""Enrols people from a page, and changes their numbers. Uses the service that also enrols people from files."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.core.actors import Actor
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_enrolment
from hotline.duty.service_enrolment import StartPaper
from hotline.errors import ImportRefused
from hotline.people.encrypt_start_secrets import START_COSTS
from hotline.people.rules import COLUMNS, RowFault


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


def enrol_person(context: ConsoleContext, by: Actor, typed: TypedPerson, reason: str) -> int:
    """Registers a phone, and requests its start PIN. Returns its id. Raises ImportRefused with all errors."""
    rows, faults = service_enrolment.check_file(context, _sheet_of(typed), typed.person_id)
    with context.database.writing() as session:
        if faults := [*faults, *service_enrolment.unfit(session, context, rows)]:
            raise ImportRefused([str(fault) for fault in faults])
        return service_enrolment.register(session, context, by, rows, reason)[0].id


def faults_of(context: ConsoleContext, typed: TypedPerson) -> Sequence[RowFault]:
    return service_enrolment.check_file(context, _sheet_of(typed), typed.person_id)[1]


def print_start_pin(context: ConsoleContext, by: Actor, responder_id: int) -> StartPaper:
    """Makes an approved start PIN for paper. Raises PersonnelRefused."""
    costs = context.proofs.start_costs or START_COSTS
    return service_enrolment.print_start_pin(context, by, responder_id, costs=costs)


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
