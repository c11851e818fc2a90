"""The telephone numbers of a change, as its page shows them and edits them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from hotline.domain.changes import number_edits
from hotline.domain.changes.change import NUMBERS, Author, PartDocument, StepKind, part_of
from hotline.engine.editing.anatomy import nodes_of, rows_of
from hotline.engine.numbers.numbers import Evidence, Number
from hotline.ports import Kit
from hotline.services.changes import drafts, steps
from hotline.services.changes.assembling import assemble, gather
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepClash, StepSaved

SOON = timedelta(days=60)
"""How long before a confirmation ends the page says so."""
DIGITS = re.compile(r"\d{3,13}", re.ASCII)


class NumberState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    SHOWS = "shows"
    SOON = "soon"
    """It shows, and goes from the screens within two months."""
    LAPSED = "lapsed"


class NumberFault(StrEnum):
    """Why a number is not taken: message keys."""

    DIGITS = "A number has 3 to 13 digits, and nothing else."
    SERVICE = "Say who answers there."
    EVIDENCE = "Say where the number stands: a link, or a letter with its date."
    NOT_THERE = "This number is not on the list any more."
    NOT_VERIFIED = "Only a number whose evidence is verified can be confirmed."
    EMERGENCY = "112 is never taken away."


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number as its row shows it."""

    digits: str
    service: str
    status: Evidence
    evidence: str
    note: str
    confirmed_by: str
    confirmed_on: date | None
    until: date | None
    state: NumberState
    named_by: Sequence[tuple[str, str]]
    """Flow and screen that show it while it is confirmed."""
    is_changed: bool
    """Whether this change says otherwise than what is live."""


@dataclass(frozen=True, slots=True)
class NumbersPart:
    version: int
    lines: Sequence[NumberLine]


Edited = StepSaved | StepClash | ChangeRefused | NumberFault


def numbers_of(kit: Kit, change_id: int) -> NumbersPart:
    """Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        document = assemble(gathered).document
    now = drafts.draft(kit, change_id, NUMBERS)
    live = part_of(gathered.live, NUMBERS) or {}
    named = dict(_named(document["flows"]))
    today = kit.now().date()
    rows = (now.document or {}).items()
    lines = [_line(digits, row, live.get(digits), named, today) for digits, row in rows]
    return NumbersPart(now.version, lines)


def confirm(
    kit: Kit, by: Author, change_id: int, digits: str, *, version: int, once: str
) -> Edited:
    """Somebody answers for a verified number, by name and today, for a year. Raises NotFound, StoreUnavailable."""
    numbers = drafts.draft(kit, change_id, NUMBERS).document or {}
    if digits not in numbers:
        return NumberFault.NOT_THERE
    if numbers[digits].get("status") != Evidence.VERIFIED:
        return NumberFault.NOT_VERIFIED
    new = number_edits.confirmed(numbers, digits, by=by.name, on=kit.now().date())
    return _save(kit, by, change_id, new, StepKind.NUMBER_CONFIRMED, digits, version, once)


def take_away(
    kit: Kit, by: Author, change_id: int, digits: str, *, version: int, once: str
) -> Edited:
    """No screen shows it any more. Raises NotFound, StoreUnavailable."""
    numbers = drafts.draft(kit, change_id, NUMBERS).document or {}
    if digits not in numbers:
        return NumberFault.NOT_THERE
    if digits == number_edits.EMERGENCY:
        return NumberFault.EMERGENCY
    new = number_edits.taken_away(numbers, digits)
    return _save(kit, by, change_id, new, StepKind.NUMBER_TAKEN_AWAY, digits, version, once)


def list_number(
    kit: Kit,
    by: Author,
    change_id: int,
    row: Mapping[str, str],
    *,
    version: int,
    once: str,
) -> Edited:
    """A new number, or other evidence of one that is listed: nobody has confirmed it then.

    `row`: number, service, evidence, status. Raises NotFound, StoreUnavailable.
    """
    fault = _row_fault(row)
    if fault is not None:
        return fault
    numbers = drafts.draft(kit, change_id, NUMBERS).document or {}
    digits = row["number"]
    if digits == number_edits.EMERGENCY and number_edits.is_signed(numbers.get(digits, {})):
        return NumberFault.EMERGENCY
    new = number_edits.listed(
        numbers, digits, service=row["service"], evidence=row["evidence"], status=row["status"]
    )
    return _save(kit, by, change_id, new, StepKind.NUMBER_LISTED, digits, version, once)


def _row_fault(row: Mapping[str, str]) -> NumberFault | None:
    if not DIGITS.fullmatch(row["number"]):
        return NumberFault.DIGITS
    if not row["service"]:
        return NumberFault.SERVICE
    if not row["evidence"] or row["status"] not in {*Evidence}:
        return NumberFault.EVIDENCE
    return None


def _save(
    kit: Kit,
    by: Author,
    change_id: int,
    numbers: PartDocument,
    did: StepKind,
    digits: str,
    version: int,
    once: str,
) -> Edited:
    new = NewStep(NUMBERS, numbers, once, {"did": did, "digits": digits})
    return steps.save_step(kit, by, change_id, new, base_version=version)


def _line(
    digits: str,
    row: Mapping[str, Any],
    live: Mapping[str, Any] | None,
    named: Mapping[str, Sequence[tuple[str, str]]],
    today: date,
) -> NumberLine:
    on = row.get("confirmed_on")
    signed = date.fromisoformat(str(on)) if on else None
    status = row.get("status", "")
    number = Number(
        digits,
        Evidence(status) if status in {*Evidence} else Evidence.UNVERIFIED,
        str(row.get("confirmed_by", "")),
        signed,
    )
    return NumberLine(
        digits=digits,
        service=str(row.get("service", "")),
        status=number.evidence,
        evidence=str(row.get("evidence", "")),
        note=str(row.get("note", "")),
        confirmed_by=number.confirmed_by,
        confirmed_on=signed,
        until=number.until,
        state=_state(number, today),
        named_by=named.get(digits, ()),
        is_changed=row != live,
    )


def _state(number: Number, today: date) -> NumberState:
    if number.until is None:
        return NumberState.UNCONFIRMED
    if number.until < today:
        return NumberState.LAPSED
    return NumberState.SOON if number.until - today <= SOON else NumberState.SHOWS


def _named(flows: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Of each number the screens that name it, each once."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for flow, document in flows.items():
        for name, node in nodes_of(document).items():
            for row in rows_of(node, "lead"):
                digits = row.get("number") if isinstance(row, Mapping) else None
                if digits:
                    found.setdefault(str(digits), {})[flow, name] = None
    yield from ((digits, [*places]) for digits, places in found.items())
