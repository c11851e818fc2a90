"""People by name, and what every change of them needs: names, a reason, and enough of the national desk left."""

from collections.abc import Mapping
from datetime import datetime
from itertools import combinations

from hotline.domain.call_back import KIGALI
from hotline.domain.people.recipients import NATIONAL_LEAST, fewest_national
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.people import responders
from hotline.store.people.responders import Responder
from hotline.store.referrals import personnel
from hotline.text.export_sheets import row_id_in
from hotline.text.names import is_one_name
from hotline.text.remark import remark


def find(session: Session, name: str) -> Responder:
    """Returns the person of exactly that name, or of that id. Raises NotFound."""
    found = personnel.named(session, name)
    number = row_id_in(name)
    if not found and number is not None:
        by_id = personnel.of_id(session, number)
        found = [] if by_id is None else [by_id]
    if found:
        return found[0]
    near = personnel.alike(session, name)
    hint = f'did you mean "{near[0]}"?' if near else "`hotline people list` shows the names"
    raise NotFound(f"nobody has exactly that name: {hint}")


def away(kit: Kit) -> Mapping[int, datetime]:
    """Who is on leave at this moment, and when each is back."""
    with kit.database.reading() as session:
        return personnel.on_leave(session, kit.now())


def names(kit: Kit) -> Mapping[int, str]:
    """Of everybody who was ever enrolled, by id."""
    with kit.database.reading() as session:
        return {one.id: one.name for one in responders.everybody(session)}


def check_national(
    session: Session, person: Responder, starts_at: datetime, ends_at: datetime
) -> int:
    """How few of the national desk live at some moment of that time without this person. Raises PersonnelRefused."""
    left = fewest_national(personnel.members(session, but=person.id), starts_at, ends_at)
    if left < NATIONAL_LEAST:
        raise PersonnelRefused(
            remark(
                "the national desk would have {left} people on duty, and {least} are the least: first enrol, move or"
                " bring back another person there",
                left=left,
                least=NATIONAL_LEAST,
            )
        )
    return left


def check_second(by: Signer, second: str | None, person: Responder | str | None, what: str) -> None:
    """Two names, of two people, neither the one it is about. Raises PersonnelRefused."""
    if second is None:
        raise PersonnelRefused(f"{what} wants a second person: add `--second NAME`")
    herself = () if person is None else (person if isinstance(person, str) else person.name,)
    names = (audit.named(by), second, *herself)
    if any(is_one_name(one, other) for one, other in combinations(names, 2)):
        raise PersonnelRefused(f"{what} wants two people, and neither is the person herself")


def record(
    session: Session, kit: Kit, action: str, person: Responder, *, by: Signer, reason: str
) -> None:
    audit.sign(
        session, by, at=kit.now(), action=action, subject=f"responder:{person.id}", reason=reason
    )


def shown(at: datetime) -> str:
    """A moment as Kigali's clocks show it."""
    return f"{at.astimezone(KIGALI):%-d %b %Y %H:%M}"
