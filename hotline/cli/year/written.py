"""Tips by SMS of an invented year. Every sentence is a draft that names nobody."""

from random import Random

from hotline.cli.year.calls import invented_tip, network
from hotline.cli.year.ledger import InventedSms
from hotline.cli.year.plan import some_district
from hotline.cli.year.year_line import YearLine
from hotline.domain.outbox.message import MessageIn
from hotline.domain.places.places import place_name
from hotline.services.sms import inbox
from hotline.store.watch import next_due

SENTENCES = {
    "rw": (
        "Hari umukobwa ukora mu rugo i {place}, ntahembwa kandi ntasohoka",
        "Hari abana bakora mu kirombe i {place}, ntibahembwa kandi ntibiga",
    ),
    "fr": (
        "A {place} une fille travaille dans une maison, elle est sans salaire et ne sort pas",
        "Des hommes du chantier de {place} sont sans salaire et on garde leurs papiers",
    ),
    "en": (
        "A girl works in a house in {place}, she is not paid and not let out",
        "The men at a building site in {place} are not paid and they have no papers",
    ),
}
SHARES = (80, 8, 12)
"""How likely each language is, of those who write."""


def write_tip(line: YearLine, random: Random, msisdn: str, n: int) -> None:
    """Somebody writes what she saw: of the first three, one in each language."""
    languages = [*SENTENCES]
    code = languages[n] if n < len(languages) else random.choices(languages, SHARES)[0]
    place = place_name(some_district(random), code)
    text = random.choice(SENTENCES[code]).format(place=place)
    at, by = line.clock.at, network(msisdn)
    with line.door.database.reading() as session:
        before = next_due.last_tip(session)
    inbox.take_sms(line.door, MessageIn(f"invented-in-{n}", msisdn, text, at, by))
    with line.door.database.reading() as session:
        for tip in next_due.told_since(session, before):
            line.ledger.tips.append(invented_tip(tip))
            line.ledger.messages.append(InventedSms(at, msisdn, by, code, tip.id))
