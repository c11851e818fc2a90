"""What a tip is, and when answers become one. Pure.

The decision of C8 stands here: danger and a district are filed at that hop; without danger, a district and a kind make
a draft that hang-up or three minutes of silence files. Routing answers are a tip's identity: who goes back and answers
them otherwise has told another tip.
"""

from enum import IntEnum, StrEnum


class TipState(StrEnum):
    """Legal steps: draft -> filed -> complete; draft -> complete; a draft alone may be erased (its row is deleted)."""

    DRAFT = "draft"
    FILED = "filed"
    COMPLETE = "complete"


class Urgency(IntEnum):
    """1 danger or a child, 2 the person herself or seen, 3 heard."""

    DANGER = 1
    SEEN = 2
    HEARD = 3


class Category(StrEnum):
    """What it is, as the report's sixth question offers it. Order is the menu's."""

    LABOUR = "labour"
    SEX = "sex"
    CHILD_WORK = "child_work"
    FALSE_OFFER = "false_offer"
    MARRIAGE = "marriage"
    ARMED_GROUP = "armed_group"
    ORGANS = "organs"
    CRIME = "crime"
    OTHER = "other"


ABROAD = "abroad"
UNSURE = "unsure"
NATIONAL = "national"
"""The code of the national desk."""
