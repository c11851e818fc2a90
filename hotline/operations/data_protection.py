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
# What law 058/2021 asks of the controller. Empty is "not yet": `hotline doctor` names it.
controller = ""      # the ministry that answers for the data
registration = ""    # number of the certificate of the Data Protection Office (articles 29 to 32)
contact = ""         # the post of the data protection officer, and how it is reached (article 40)
assessed = ""        # day of the impact assessment, as in 2026-11-27 (article 38)
hosting = ""         # where machine and backups stand: inside Rwanda, or by which authorisation (article 50)
processors = []      # under a written contract (article 4): "Gateway, contract of 2026", "..."
"""


class LawDuty(NamedTuple):
    """One duty that the controller must fulfil before the hotline answers real callers."""

    name: str
    article: str
    todo: str


DUTIES: Mapping[str, LawDuty] = {
    "controller": LawDuty("controller of the data", "3", "name the ministry"),
    "registration": LawDuty(
        "registration", "29 to 32", "register with the Data Protection Office: 30 working days"
    ),
    "contact": LawDuty("a data protection officer", "40", "name a post, and how it is reached"),
    "assessed": LawDuty(
        "an impact assessment", "38", "assess what may hurt people; begin with the threat model"
    ),
    "hosting": LawDuty(
        "place of the data", "50", "host machine and backups in Rwanda, or have it authorised"
    ),
    "processors": LawDuty(
        "contracts with processors", "4", "write one with the gateway and with the host"
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
    faults = [f"no such field: say {', '.join(DUTIES)}"] if set(document) - set(DUTIES) else []
    lines = {
        name: document.get(name, "")
        for name in ("controller", "registration", "contact", "hosting")
    }
    faults += [f"{name}: {ONE_LINE}" for name, value in lines.items() if not _is_line(value)]
    processors = document.get("processors", [])
    if not isinstance(processors, list) or not all(map(_is_line, processors)):
        faults.append(f"processors: a list, of which each {ONE_LINE}")
    assessed = document.get("assessed", "")
    if assessed and _day(assessed) is None:
        faults.append("assessed: must be a day, as in 2026-11-27")
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
NO_CONSENT = f"{OFFICIAL}; no consent is asked of a child who reports danger (article 9)"
DESKS = "the desk of the alerted district, and the national desk"
RECORD: Sequence[Processing] = (
    Processing(
        "tips",
        "find people who are trafficked or in danger, and send help",
        NO_CONSENT,
        "people in the reports: victims, witnesses, suspects. Health, family and crime are sensitive data",
        "answers and typed words, sealed; in clear the place, sector, kind, urgency and times",
        f"words: {days(WORDS)} after the case is closed, or at the latest "
        f"{days(COUNTS_AS_CLOSED + WORDS)} after it was filed,"
        " and longer only under a named legal hold. The codes in clear stay",
        DESKS,
    ),
    Processing(
        "callers",
        "keep one conversation together; stop guessing; link the tips of one phone",
        OFFICIAL,
        "people who dial or write",
        "no number: a keyed digest of it under a key of the week",
        f"{days(PSEUDONYMS_KEPT)}, and the key two weeks at most",
        "nobody",
    ),
    Processing(
        "calls that were asked for",
        "call a person back at the time that they chose",
        "consent, taken back by dialling",
        "people who asked for it, aged 18 or more",
        "their number, encrypted for the national desk",
        "until the call is over, or its time",
        "the national desk, before two people",
    ),
    Processing(
        "SMS of strangers",
        "answer with a lesson, or the hotline's name",
        "consent: the message itself",
        "people who write",
        "the number, sealed to the process that sends; that a message came",
        f"the number: until the answer is sent. Ids of messages: {days(INBOUND_KEPT)}",
        "the gateway",
    ),
    Processing(
        "persons who are met",
        "see that a possible victim is offered help, reaches it, and is asked after thirty days; count it",
        f"{OFFICIAL}; help itself needs that person's yes, or of a child the best-interest decision",
        "possible victims, by a number within the case: never a name, birth date or address",
        "codes of closed lists, sealed under a key of the case: signs, sex as seen, child or adult, citizenship,"
        " consent, services, arrival",
        f"the month of the tip, and {days(COUNTED_AFTER)}; then the codes and their key are destroyed and"
        " counts remain. Longer while help for that person is still followed, and under a named legal hold",
        f"{DESKS}; a service is asked by telephone and gets no data from this hotline",
    ),
    Processing(
        "case events",
        "show who was alerted, who acted and when",
        OFFICIAL,
        "responders",
        "kinds and times of acts, in clear; notes in words, sealed as the tip",
        "notes: with the tip's words. Entries stay",
        DESKS,
    ),
    Processing(
        "responders and desks",
        "reach the people who must act, and no one else",
        "official duty",
        "officers and staff who are enrolled",
        "name, desk and level in clear; the number sealed to the process that sends, and as a keyed digest; the PIN"
        " only as what it unlocks",
        f"her row stays, so that the log can name her; a number that was changed {days(OLD_NUMBER_KEPT)} more; what she"
        f" answered by SMS {days(REPLIES_KEPT)}; what a message to her was about {days(PARAMETERS_KEPT)}",
        "the gateway: their number, and an SMS without content",
    ),
    Processing(
        "accounts of the console",
        "let named people edit, read and decide, and say afterwards who did",
        "official duty",
        "staff of the ministry and its desks",
        "name, role, second factor under a key; the log of readings and decisions as a chain",
        "until the account is ended; the log stays",
        "people who may read the log",
    ),
    Processing(
        "leaders and officers on a roll",
        "let them report sessions and take lessons",
        "consent: they enrol with a code",
        "local leaders, police, immigration and labour officers",
        "a keyed digest of the phone, the district, lessons that were passed",
        "until they are removed from the programme",
        "nobody",
    ),
    Processing(
        "figures",
        "say what the hotline achieved",
        OFFICIAL,
        "everyone, as counts",
        "counters by day, month and place, and of screens by week; sketches that count people and whose key is"
        " destroyed with the period; sums of persons by month, encrypted; and what was published, rounded at random",
        "they stay",
        "everyone: only rounded counts, few persons as 'few'",
    ),
)
