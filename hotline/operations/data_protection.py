"""Defines what Rwanda's law 058/2021 requires of the data controller, and reads the facts that the controller entered.

The text of the articles comes from the Data Protection Office. The articles on the data protection officer and on
hosting come from secondary sources, and a lawyer must confirm them (docs/security.md). The module also contains the
record of processing: a table of the personal data that the hotline stores, with the reason and the storage period.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from hotline.alerts.rules_follow_up import COUNTED_AFTER
from hotline.people.rules import OLD_NUMBER_KEPT
from hotline.text.errors import SettingsInvalid
from hotline.tips.rules import (
    COUNTS_AS_CLOSED,
    INBOUND_KEPT,
    PARAMETERS_KEPT,
    PSEUDONYMS_KEPT,
    REPLIES_KEPT,
)
from hotline.tips.rules import TEXT_KEPT as WORDS

LONGEST = 200
ONE_LINE = f"must be one line of at most {LONGEST} letters"
TEMPLATE = """\
# The facts that law 058/2021 requires from the data controller. `hotline doctor` names each empty fact.
controller = ""      # the ministry that is responsible for the data (article 3)
registration = ""    # number of the certificate from the Data Protection Office (articles 29 to 32)
contact = ""         # post of the data protection officer, and how to reach the officer (article 40)
assessed = ""        # day of the impact assessment, like 2026-11-27 (article 38)
hosting = ""         # place of the machine and the backups: in Rwanda, or which authorisation allows it (article 50)
processors = []      # companies that process data under a written contract (article 4): "Gateway, contract of 2026"
"""


class LawDuty(NamedTuple):
    """One duty that the controller must fulfil before the hotline answers real callers."""

    name: str
    article: str
    todo: str


DUTIES: Mapping[str, LawDuty] = {
    "controller": LawDuty("data controller", "3", "name the ministry"),
    "registration": LawDuty(
        "registration", "29 to 32", "register with the Data Protection Office (30 working days)"
    ),
    "contact": LawDuty(
        "data protection officer", "40", "name the officer's post, and how to reach the officer"
    ),
    "assessed": LawDuty(
        "impact assessment", "38", "assess the risks for people; begin with the threat model"
    ),
    "hosting": LawDuty(
        "hosting", "50", "keep the machine and the backups in Rwanda, or get an authorisation"
    ),
    "processors": LawDuty(
        "contracts with processors", "4", "sign contracts with the gateway and the host"
    ),
}


class LawFacts(NamedTuple):
    """The facts that the data controller entered. An empty field means that the controller has not fulfilled this duty
    yet."""

    controller: str = ""
    registration: str = ""
    contact: str = ""
    assessed: date | None = None
    hosting: str = ""
    processors: tuple[str, ...] = ()

    @property
    def owed(self) -> Sequence[LawDuty]:
        return [duty for name, duty in DUTIES.items() if not getattr(self, name)]


def facts_of(document: Mapping[str, Any]) -> LawFacts:
    """Reads the facts from a document. Raises SettingsInvalid, which lists all faults of the document but contains none
    of its values."""
    faults = [f"unknown field: use only {', '.join(DUTIES)}"] if set(document) - set(DUTIES) else []
    lines = {
        name: document.get(name, "")
        for name in ("controller", "registration", "contact", "hosting")
    }
    faults += [f"{name}: {ONE_LINE}" for name, value in lines.items() if not _is_line(value)]
    processors = document.get("processors", [])
    if not isinstance(processors, list) or not all(map(_is_line, processors)):
        faults.append(f"processors: must be a list, and each item {ONE_LINE}")
    assessed = document.get("assessed", "")
    if assessed and _day(assessed) is None:
        faults.append("assessed: must be a day like 2026-11-27")
    if faults:
        raise SettingsInvalid(faults)
    texts = {name: value.strip() for name, value in lines.items()}
    return LawFacts(
        **texts, assessed=_day(assessed), processors=tuple(line.strip() for line in processors)
    )


def _is_line(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and value.isprintable()


def _day(value: object) -> date | None:
    """Returns the date, or None if the value is not a date."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def days(term: timedelta) -> str:
    return f"{term.days} days"


class Processing(NamedTuple):
    """One use of data that identifies or might identify a person."""

    name: str
    purpose: str
    basis: str
    """The legal basis of the use. The data controller must confirm this basis."""
    people: str
    """The people that the data describes."""
    held: str
    """The data that is stored, and its protection."""
    until: str
    recipients: str


OFFICIAL = "public interest and official authority; vital interest of the person in danger"
NO_CONSENT = f"{OFFICIAL}; a child who reports danger need not consent (article 9)"
DESKS = "the desk of the alerted district, and the national desk"
RECORD: Sequence[Processing] = (
    Processing(
        "Tips",
        "find people who are trafficked or in danger, and send help",
        NO_CONSENT,
        "victims, witnesses and suspects in the reports. Data about health, family and crime is sensitive",
        "encrypted: answers and typed text; not encrypted: place, sector, kind, urgency and times",
        f"text: {days(WORDS)} after the case is closed, and at most {days(COUNTS_AS_CLOSED + WORDS)} after"
        " the report; longer only under a legal hold. The codes that are not encrypted are kept",
        DESKS,
    ),
    Processing(
        "Callers",
        "continue one conversation, stop the guessing of codes, and link the tips of one phone",
        OFFICIAL,
        "people who dial or send an SMS",
        "no phone number, only a keyed digest of the number; the key changes each week",
        f"digest: {days(PSEUDONYMS_KEPT)}; key: two weeks at most",
        "no one",
    ),
    Processing(
        "Call-backs",
        "call a person back at the time that the person chose",
        "consent; the person can withdraw it by dialling",
        "people aged 18 or more who asked for a call",
        "the phone number, encrypted for the national desk",
        "until the call ends, or until its time has passed",
        "the national desk, if two people agree",
    ),
    Processing(
        "SMS from unknown phones",
        "answer with a lesson, or with the hotline's name",
        "consent: the person sent the message",
        "people who send an SMS",
        "the phone number, encrypted for the process that sends SMS; the fact that a message came",
        f"number: until the answer is sent; ids of messages: {days(INBOUND_KEPT)}",
        "the gateway",
    ),
    Processing(
        "Persons of a case",
        "offer help to a possible victim, check that the help arrived and ask again after thirty days; count results",
        f"{OFFICIAL}; help needs the person's consent or, for a child, the best-interest decision",
        "possible victims, each with a number within the case, and without name, birth date or address",
        "coded answers, encrypted with a key of the case: signs, sex, child or adult, citizenship, consent,"
        " services and arrival",
        f"{days(COUNTED_AFTER)} after the month of the tip; then the hotline destroys the codes and their key,"
        " and keeps counts. Longer while responders follow the help, or under a legal hold",
        f"{DESKS}; the desk telephones a service, and the service gets no data from this hotline",
    ),
    Processing(
        "Case events",
        "show who was alerted, who acted, and when",
        OFFICIAL,
        "responders",
        "not encrypted: kinds and times of events; encrypted like the tip: notes",
        "notes: as long as the text of the tip; events: kept",
        DESKS,
    ),
    Processing(
        "Responders and desks",
        "reach the people who must act, and no one else",
        "official duty",
        "enrolled officers and staff",
        "not encrypted: name, desk and level; encrypted for the process that sends SMS, and as a keyed digest:"
        " the phone number; the PIN is not stored, only the key that it decrypts",
        "the responder's row: kept, because the audit log names the responder; a replaced number:"
        f" {days(OLD_NUMBER_KEPT)}; answers by SMS: {days(REPLIES_KEPT)}; subject of a message to the responder:"
        f" {days(PARAMETERS_KEPT)}",
        "the gateway: the phone number, and an SMS without content",
    ),
    Processing(
        "Accounts of the console",
        "let named people edit, read and decide, and record what each person did",
        "official duty",
        "staff of the ministry and of its desks",
        "name and role; the second factor, encrypted; the audit log of readings and decisions",
        "account: until it ends; audit log: kept",
        "people who may read the audit log",
    ),
    Processing(
        "Leaders and trainees",
        "let them report sessions and take lessons",
        "consent: they enrol with a code",
        "local leaders, and police, immigration and labour officers",
        "a keyed digest of the phone number, the district, and the passed lessons",
        "until the person is removed from the programme",
        "no one",
    ),
    Processing(
        "Statistics",
        "show what the hotline achieved",
        OFFICIAL,
        "everyone, only as counts",
        "counts by day, month and place; counts of screens by week; sketches that count people, with a key that is"
        " destroyed after the period; encrypted sums about persons by month; published statistics, rounded at random",
        "kept",
        "everyone: only rounded counts; a small number of persons appears as 'few'",
    ),
)
