"""Every answer of a responder about a person, as the forms name them."""

from hotline.domain.cases.people_codes import ON_USSD
from hotline.domain.dialogue.person_asks import (
    ARRIVAL_PERSON,
    CODE_ANSWER,
    THIRTY_PERSON,
    USSD_FORMS,
    WORK_PERSON,
)

ANSWERS = frozenset(
    (
        *(f"{CODE_ANSWER}{code}" for form in USSD_FORMS.values() for code in form.names(ON_USSD)),
        *(WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON),
    )
)
