"""`hotline leaders`: local leaders, who join with their district's code."""

from hotline.cli.people import rolls
from hotline.domain.rolls.joining import Roll

leaders = rolls.commands_of(
    Roll.LEADERS,
    about="Local leaders: codes to join with, how many joined, and taking one off.",
    making="Make a code for DISTRICT's leaders, shown once: tell it to people you know, by word of mouth.",
)
