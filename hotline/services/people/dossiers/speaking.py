"""The languages that somebody speaks: the first is what she is written to in."""

from collections.abc import Sequence

from hotline.domain.accounts.account import Actor
from hotline.errors import PersonnelRefused
from hotline.ports import Kit
from hotline.services.people.personnel import find, record
from hotline.store.people.responders import Responder
from hotline.text.languages import CODES
from hotline.text.remark import remark


def languages_of(person: Responder) -> tuple[str, ...]:
    """What she reads, then what else she speaks."""
    spoken = [code for code in person.languages or () if code in CODES]
    return (person.language, *(code for code in spoken if code != person.language))


def set_languages(kit: Kit, by: Actor, responder_id: int, spoken: Sequence[str]) -> None:
    """Raises NotFound, PersonnelRefused."""
    languages = list(dict.fromkeys(spoken))
    if not languages or any(one not in CODES for one in languages):
        raise PersonnelRefused(remark("choose a language at least"))
    with kit.database.writing() as session:
        person = find(session, str(responder_id))
        person.language, person.languages = languages[0], languages
        record(session, kit, "responder_languages", person, by=by, reason=", ".join(languages))
