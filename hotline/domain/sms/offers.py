"""Decides which digits a hint offers for a case: those alone that would change something. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.sms.reply import Verb
from hotline.domain.wording import Template


class HeldBy(StrEnum):
    """Who has a case, as one responder sees it."""

    NOBODY = "nobody"
    SELF = "self"
    COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class OfferedCase:
    """One open case as one responder may act on it by SMS."""

    held_by: HeldBy = HeldBy.NOBODY
    is_asked: bool = False
    """People are asked to take it, although somebody may have it: it was passed on, or nobody says what came of it."""
    is_on_site: bool = False
    """This responder said that they are there."""
    is_referred: bool = False
    """This responder said that somebody helps."""
    is_passed: bool = False
    """This responder passed it on and nobody has taken it since."""
    closure_requested: bool = False
    decides: bool = False
    """The responder is of the national desk, which says how to go."""
    lets: bool = False
    """The responder is of the national desk, which may let the first place's people go."""


OFFERS: Mapping[Verb, Template] = {
    Verb.TAKE: Template.DIGIT_TAKE,
    Verb.ON_SITE: Template.DIGIT_ON_SITE,
    Verb.REFERRED: Template.DIGIT_REFERRED,
    Verb.NOT_TRAFFICKING: Template.DIGIT_NOT_IT,
    Verb.PASS_ON: Template.DIGIT_PASS_ON,
    Verb.UNSEEN: Template.DIGIT_UNSEEN,
    Verb.OPENLY: Template.DIGIT_OPENLY,
    Verb.LET_GO: Template.DIGIT_LET_GO,
}
"""By verb, the digit and its words as a hint writes them."""


def offered(case: OfferedCase) -> tuple[Template, ...]:
    """Returns the digits that a hint offers, in their order."""
    is_own = case.held_by is HeldBy.SELF
    helps = case.held_by is HeldBy.COLLEAGUE and not case.is_asked
    possible = {
        Verb.TAKE: not is_own or case.is_passed,
        Verb.ON_SITE: not case.is_on_site,
        Verb.REFERRED: is_own and not case.is_referred,
        Verb.NOT_TRAFFICKING: is_own and not case.closure_requested,
        Verb.PASS_ON: not helps and not case.is_passed,
        Verb.UNSEEN: case.decides,
        Verb.OPENLY: case.decides,
        Verb.LET_GO: case.lets,
    }
    words = {**OFFERS, Verb.TAKE: Template.DIGIT_HELP_TOO} if helps else OFFERS
    return tuple(words[verb] for verb, may in possible.items() if may)
