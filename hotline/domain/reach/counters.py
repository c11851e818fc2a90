"""What is counted of the line, and by what it is told. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Measure(StrEnum):
    PERSON = "person"
    SESSION = "session"
    TOPIC = "topic"
    TIP = "tip"
    COMPLAINT = "complaint"
    FRAGMENT = "fragment"


class By(StrEnum):
    """What a month is counted by."""

    DISTRICT = "district"
    LANGUAGE = "language"
    CHANNEL = "channel"
    ENTRY = "entry"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOPIC = "topic"


EVENTS = (Measure.SESSION, Measure.TOPIC, Measure.TIP)
COUNTED: Mapping[By, Sequence[Measure]] = {
    By.DISTRICT: (Measure.TIP,),
    By.LANGUAGE: EVENTS,
    By.CHANNEL: EVENTS,
    By.ENTRY: EVENTS,
    By.TOPIC: (Measure.TOPIC,),
    By.WEEK: EVENTS,
    By.DAY: EVENTS,
    By.MONTH: tuple(Measure),
}
"""Only a tip has a district, only a topic is a topic, and people are counted by the month alone."""
CHANNELS = ("ussd", "sms")
