"""A message that says a code: it stands in no row in clear, and is opened while it is sent."""

from dataclasses import replace

from hotline.domain.outbox.message import Wording
from hotline.domain.wording import Template
from hotline.ports import SendingKit
from hotline.store.outbox.outbox import Claim


def is_withdrawn(claim: Claim) -> bool:
    """Returns True where the code that it tells was used or replaced, or the number it goes to was forgotten."""
    without_code = claim.wording.template is Template.JOIN and claim.sealed_code is None
    return without_code or not claim.sealed_number


def filled(kit: SendingKit, claim: Claim) -> Wording:
    """Returns the words as they are sent. Raises KeyMissing, SealBroken."""
    if claim.sealed_code is None:
        return claim.wording
    join = {"join": kit.numbers.open_number(claim.sealed_code)}
    return replace(claim.wording, parameters={**claim.wording.parameters, **join})
