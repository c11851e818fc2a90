"""What is counted of the line. Pure."""

from enum import StrEnum


class Measure(StrEnum):
    SESSION = "session"
    TOPIC = "topic"
