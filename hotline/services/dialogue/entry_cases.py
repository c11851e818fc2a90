"""What the responders' entry is told of the cases of a phone, and what its answers do."""

from collections.abc import Collection
from datetime import datetime

from hotline.domain.referrals import reference
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import Matter
from hotline.domain.tips.acts import Act, Way
from hotline.ports import Kit
from hotline.services.referrals import casework, correcting, referral
from hotline.services.referrals.case_standing import answer_of, coming_of
from hotline.store.database import Session
from hotline.store.referrals import cluster_names, known_cases, referrals

CASE = "case"
"""The answer that names a reference, given on the responders' list."""
VERB = "case_verb"
LETTERS = "case_letters"
"""The reference, typed letter by letter."""
QUICKER = "quicker"
"""The flag of a case that a colleague took first, by its reference."""
HERS = "hers"
UNREAD = "unread"
"""The flag of a case that nobody goes to openly before it is read."""
LETS = "lets"
"""The flag of a case whose first place she may let go."""
DECIDES = "decides"
"""The flag of a case of which she says how to go."""
SPELLED = "spelled"
AT_ONCE = (
    Verb.TAKE,
    Verb.ON_SITE,
    Verb.REFERRED,
    Verb.UNSEEN,
    Verb.OPENLY,
    Verb.LET_GO,
)
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


def flags(
    session: Session, responder_id: int, late: Collection[str], held: Collection[str]
) -> dict[str, bool]:
    """What is true of her cases, by their references."""
    found = {f"{QUICKER}.{one}": True for one in late} | {f"{HERS}.{one}": True for one in held}
    national = responder_id in referrals.national(session, [responder_id])
    cases = known_cases.tips_of(session, responder_id)
    together = cluster_names.in_company(session, [tip.id for _, tip in cases])
    for name, tip in cases:
        told = answer_of(session, tip) if tip.id in together else coming_of(tip)
        found[f"{UNREAD}.{name}"] = told.goes_unseen and tip.matter == Matter.TIP
        found[f"{DECIDES}.{name}"] = national and told.is_marked
        if national and tip.place_step:
            found[f"{LETS}.{name}"] = correcting.may_let_go(session, tip)
    return found


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
