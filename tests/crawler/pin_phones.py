"""Prepares a responder's phone with a PIN, and the texts that it types after the short code."""

import re
from dataclasses import replace

from sqlalchemy import select

from hotline.alerts import service_assignment
from hotline.cases.reader_access import ReaderAccess, public_half
from hotline.keys.key_folder import KeyFolder, LiveKeys
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.tables import Tip
from tests.crawler.dialogue import CANARY, Typed
from tests.crawler.phones import as_idle_helper, tell
from tests.crawler.told_reader import EASY, PAGE_CANARY, PINS, ToldReader
from tests.support.builders import post
from tests.support.callers import DANGER_HERE, Line


def behind_pin(line: Line, msisdn: str, language: str) -> Typed:
    """Gives the responder of this phone a PIN, and alerts the responder of one case by SMS. `ToldReader` provides every
    page after the PIN."""
    as_idle_helper(line, msisdn, language)
    key = line.context.pseudonyms.enrolled(msisdn)
    with line.database.reading() as session:
        hers = session.scalars(select(Responder).where(Responder.number_key == key)).one()
    if hers.pin_wrap is None:
        _with_case(line, hers.id)
    folders = line.context.pseudonyms._folder.path.parent
    pair = LiveKeys(folders / "reader", "reader.key")
    reader = ToldReader(line.database, pair, line.context.phrases, line.clock, language)
    encrypter = replace(line.context.encrypter, reader=public_half(KeyFolder(folders / "hooks")))
    door = ReaderAccess(pause=reader.pause, elapsed=reader.elapsed)
    line.context = replace(line.context, encrypter=encrypter, reader=door)
    return PINS


def left_in_clear(kept: bytes, said: str) -> list[str]:
    """Returns the PINs and the secret words that are found in the database's rows, in Redis or in a log.

    Six digits may occur in a digest by chance.
    """
    all_of_it = kept + said.encode()
    typed = sorted({one for pins in PINS.values() for one in pins} - {EASY})
    alone = (rb"(?<![0-9a-f])%s(?![0-9a-f])" % one.encode() for one in typed)
    pins = [one for one, pin in zip(typed, alone, strict=True) if re.search(pin, all_of_it)]
    return pins + [one for one in (PAGE_CANARY, CANARY) if one.encode() in all_of_it]


def _with_case(line: Line, responder_id: int) -> None:
    tell(line, *DANGER_HERE)
    with line.database.writing() as session:
        place = session.scalar(select(Tip.place).order_by(Tip.id.desc()).limit(1))
        person = session.get_one(Responder, responder_id)
        person.pin_wrap = b"what no PIN opens"
        post(session, person, Level.RESPONDER, str(place))
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=10)
