"""What is counted of the line. Pure."""

from enum import StrEnum


class Measure(StrEnum):
    PERSON = "person"
    SESSION = "session"
    TOPIC = "topic"
    TIP = "tip"
    COMPLAINT = "complaint"
    FRAGMENT = "fragment"
