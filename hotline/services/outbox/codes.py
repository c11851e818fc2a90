"""A message that says a code: it stands in no row in clear, and is opened while it is sent."""

from dataclasses import replace

from hotline.domain.outbox.message import Wording
from hotline.domain.wording import Template
from hotline.errors import SealBroken
from hotline.ports import SendingKit
from hotline.store.outbox.outbox import Claim


def filled(kit: SendingKit, claim: Claim) -> Wording:
    """Its words as they are sent. Raises SealBroken where the code is gone: it was used, or another took its place."""
    if claim.wording.template is not Template.JOIN:
        return claim.wording
    if claim.sealed_code is None:
        raise SealBroken("a code that is not there any more")
    join = {"join": kit.numbers.open_number(claim.sealed_code)}
    return replace(claim.wording, parameters={**claim.wording.parameters, **join})
