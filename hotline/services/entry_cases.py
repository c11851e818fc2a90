"""What the responders' entry is told of the cases of a phone, and what its answers do."""

from collections.abc import Collection
from datetime import datetime

from hotline.domain import reference
from hotline.domain.reply import Verb
from hotline.ports import Kit
from hotline.services import casework, referral
from hotline.services.casework import Act, Way
from hotline.store import known_cases
from hotline.store.database import Session

CASE = "case"
"""The answer that names a reference, given on the responders' list."""
VERB = "case_verb"
LETTERS = "case_letters"
"""The reference, typed letter by letter."""
ACTING = (VERB, LETTERS)
QUICKER = "quicker"
"""The flag of a case that a colleague took first, by its reference."""
HERS = "hers"
SPELLED = "spelled"
AT_ONCE = (Verb.TAKE, Verb.ON_SITE, Verb.REFERRED)
"""Verbs that want no letters."""


class CaseFlags(dict[str, bool]):
    """Flags of a session; `spelled.K7Q4.k704` holds where the letters are the reference, look-alikes read as one."""

    def get(self, key: str, default: bool = False) -> bool:  # type: ignore[override]
        sort, _, rest = key.partition(".")
        if sort != SPELLED or key in self:
            return super().get(key, default)
        case, _, typed = rest.partition(".")
        return is_spelled(case, typed)


def is_spelled(case: str, typed: str) -> bool:
    """Whether these letters are that reference."""
    return reference.read("".join(filter(str.isalnum, typed))) == case


def listed(session: Session, responder_id: int, as_of: datetime) -> tuple[list[str], list[str]]:
    """Her references as of a moment: what is open to her, then what she took and nobody has ended; and the latter."""
    held = known_cases.held(session, responder_id, as_of)
    fresh = referral.open_cases(session, responder_id, as_of)
    return [*fresh, *(one for one in held if one not in fresh)], held


def flags(late: Collection[str], held: Collection[str]) -> dict[str, bool]:
    return {f"{QUICKER}.{one}": True for one in late} | {f"{HERS}.{one}": True for one in held}


def take(session: Session, kit: Kit, responder_id: int, case: str) -> None:
    casework.act(session, kit, Act(responder_id, case, Verb.TAKE, Way.USSD, kit.now()))


def answered(
    session: Session, kit: Kit, responder_id: int, name: str, said: str, case: str, verb: str
) -> None:
    """Carries out what was chosen; 4 and 5 once the letters are those of the case."""
    chosen = said if name == VERB else verb
    at_once = chosen in AT_ONCE
    if not case or chosen not in set(Verb) - {Verb.HELP}:
        return
    if (name == VERB) is not at_once or (name == LETTERS and not is_spelled(case, said)):
        return
    casework.act(session, kit, Act(responder_id, case, Verb(chosen), Way.USSD, kit.now()))
