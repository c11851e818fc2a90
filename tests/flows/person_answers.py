"""Lists every answer of a responder about a person, with the names in the forms."""

from hotline.cases.rules_reading_requests import (
    ARRIVAL_PERSON,
    CODE_ANSWER,
    THIRTY_PERSON,
    USSD_FORMS,
    WORK_PERSON,
)
from hotline.tips.rules_persons import ON_USSD

ANSWERS = frozenset(
    (
        *(f"{CODE_ANSWER}{code}" for form in USSD_FORMS.values() for code in form.names(ON_USSD)),
        *(WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON),
    )
)
