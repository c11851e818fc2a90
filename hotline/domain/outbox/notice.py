"""What everybody who was told of a case must know beside its alert: how to go. Pure.

One segment, by the name that she knows the case by, and neutral like the alert.
"""

from hotline.domain.outbox.message import AlertButRef
from hotline.domain.places.places import place_name
from hotline.domain.referrals.case_events import Purpose
from hotline.domain.referrals.coming import CARES, Care
from hotline.domain.wording import Template

ASKING = {
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""What the national desk is asked: by a reply, or by dialling where a reply does not reach us."""
PLAIN = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.LET_GO: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
NOTICES = frozenset(
    {
        *(one.name for row in CARES.values() for one in row.sms),
        Template.HOW_REPLY.name,
        Template.HOW_DIAL.name,
        Template.MANNER_SILENT.name,
        Template.PLACE_CHANGED.name,
        Template.PLACE_CHANGED_ALONE.name,
        Template.TOLD_FIRST.name,
        Template.LET_REPLY.name,
        Template.LET_DIAL.name,
        Template.LET_GO.name,
        Template.FOLLOW.name,
        Template.FOLLOW_ABOVE.name,
    }
)
"""Names of the templates said to those who were told: sent again also where it was taken, and asking nobody."""


def notice(
    purpose: Purpose,
    care: Care,
    language: str,
    *,
    number: str | None,
    code: str | None,
    place: str = "",
) -> AlertButRef:
    """The words beside the reference. `code` is the responders' entry, where a reply does not reach us."""
    if purpose in ASKING:
        reply, dial = ASKING[purpose]
        said = {} if purpose is Purpose.HOW else {"place": place_name(place, language)}
        if code is None:
            return AlertButRef(reply, said, language)
        return AlertButRef(dial, said | {"code": code}, language)
    if purpose in PLAIN:
        return AlertButRef(PLAIN[purpose], {}, language)
    moved = purpose is Purpose.MOVED
    with_number, alone = PLACE_CHANGED if moved else CARES[care].sms
    if number is None or with_number is alone:
        return AlertButRef(alone, {}, language)
    return AlertButRef(with_number, {"number": number}, language)
