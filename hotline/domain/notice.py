"""What everybody who was told of a case must know beside its alert: how to go. Pure.

One segment, by the name that she knows the case by, and neutral like the alert.
"""

from hotline.domain.case_events import Purpose
from hotline.domain.coming import Care
from hotline.domain.message import AlertButRef
from hotline.domain.wording import Template

CARES = {
    Care.STAY_AWAY: (Template.STAY_AWAY, Template.STAY_AWAY),
    Care.CAREFUL: (Template.CAREFUL, Template.CAREFUL_ALONE),
    Care.UNSEEN: (Template.GO_UNSEEN, Template.GO_UNSEEN),
    Care.NONE: (Template.GO_OPENLY, Template.GO_OPENLY),
}
"""What those who go read: with the number of the national desk, and where nobody has signed one."""
NOTICES = frozenset(
    {
        *(one.name for pair in CARES.values() for one in pair),
        Template.HOW_REPLY.name,
        Template.HOW_DIAL.name,
        Template.MANNER_SILENT.name,
    }
)
"""Names of the templates said to those who were told: sent again also where it was taken, and asking nobody."""


def notice(
    purpose: Purpose, care: Care, language: str, *, number: str | None, code: str | None
) -> AlertButRef:
    """The words beside the reference. `code` is the responders' entry, where a reply does not reach us."""
    if purpose is Purpose.HOW:
        if code is None:
            return AlertButRef(Template.HOW_REPLY, {}, language)
        return AlertButRef(Template.HOW_DIAL, {"code": code}, language)
    if purpose is Purpose.UNANSWERED:
        return AlertButRef(Template.MANNER_SILENT, {}, language)
    with_number, alone = CARES[care]
    if number is None or with_number is alone:
        return AlertButRef(alone, {}, language)
    return AlertButRef(with_number, {"number": number}, language)
