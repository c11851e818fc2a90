"""Responders with PINs of their own, each told of one case: invented, and put into the line of a bench."""

from dataclasses import dataclass, field
from pathlib import Path

from nacl.public import PrivateKey
from sqlalchemy import select, update

from hotline.bootstrap import Role, build_kit
from hotline.config import Settings
from hotline.domain.referrals.referral import Level, ReferralState
from hotline.ports import Kit
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import PEPPER_KEY
from hotline.sealing.keys.pseudonyms import Pseudonyms
from hotline.sealing.members import PinVault, new_member_pair, wrap_desk_key
from hotline.store.database import Session
from hotline.store.desk.desks import Desk, DeskMember
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Grant, Tip

PIN = "407193"
DISTRICT = "11"
ANSWERS = {"danger": "yes", "official": "no", "province": "1", "district": DISTRICT, "visit": "yes"}


@dataclass(frozen=True, slots=True)
class ReadingPerson:
    msisdn: str = field(repr=False)
    reference: str


def enrol(home: Path, count: int) -> list[ReadingPerson]:
    """Each has a PIN, a key of the district's desk, and a case of its own."""
    kit = build_kit(Settings.read({"HOTLINE_HOME": str(home)}), Role.CONSOLE)
    names = Pseudonyms(KeyFolder(home / "keys" / "hooks"))
    vault = PinVault(lambda: (KeyFolder(home / "keys" / "reader").read(PEPPER_KEY),))
    desk_key = PrivateKey.generate()
    people = []
    with kit.database.writing() as session:
        session.execute(
            update(Desk).where(Desk.code == DISTRICT).values(public_key=bytes(desk_key.public_key))
        )
        like = session.scalars(select(Tip).limit(1)).one()
        for number in range(count):
            msisdn = f"+2507880{number:05}"
            person = _person(session, kit, names, vault, msisdn, bytes(desk_key))
            reference = f"Z{number:03}"
            _case(session, kit, like, person, reference, bytes(desk_key.public_key))
            people.append(ReadingPerson(msisdn, reference))
    kit.database.close()
    return people


def _person(
    session: Session, kit: Kit, names: Pseudonyms, vault: PinVault, msisdn: str, desk_key: bytes
) -> int:
    pair, at = new_member_pair(), kit.now()
    person = Responder(
        name=f"Bench {msisdn[-5:]}",
        level=Level.RESPONDER,
        language="en",
        districts=[DISTRICT],
        categories=[],
        number_key=names.enrolled(msisdn),
        sealed_number=kit.sealer.number(msisdn),
        active=True,
        created_at=at,
        public_key=pair.public,
        pin_set_at=at,
    )
    session.add(person)
    session.flush()
    person.pin_wrap = vault.wrap(pair.private, PIN, person.id)
    member = f"r{person.id}"
    wrapped = wrap_desk_key(desk_key, pair.public, DISTRICT, member)
    session.add(DeskMember(desk_code=DISTRICT, member=member, wrapped_key=wrapped, created_at=at))
    session.flush()
    return person.id


def _case(
    session: Session, kit: Kit, like: Tip, person_id: int, reference: str, public_key: bytes
) -> None:
    """A tip like another, sealed to the district's desk, of which she was told."""
    columns = Tip.__table__.columns.keys()
    same = {name: getattr(like, name) for name in columns if name not in ("id", "receipt_key")}
    uid = f"{person_id:032x}"
    sealed = kit.sealer.tip(ANSWERS, uid=uid, place=DISTRICT, desks={DISTRICT: public_key})
    tip = Tip(**{**same, "uid": uid, "identity": uid, "place": DISTRICT, "body": sealed.body})
    session.add(tip)
    session.flush()
    session.add(Grant(tip_id=tip.id, desk_code=DISTRICT, sealed_key=sealed.grants[DISTRICT]))
    session.add(
        Referral(
            tip_id=tip.id,
            step=0,
            responder_id=person_id,
            reference=reference,
            state=ReferralState.SENT,
            created_at=kit.now(),
        )
    )
    session.flush()
