"""`hotline training`: officers who take lessons, and join with their district's code."""

from hotline.cli import rolls
from hotline.domain.joining import Roll

training = rolls.commands_of(
    Roll.OFFICERS,
    about="Officers in training: codes to join with, how many joined, and taking one off.",
    making="Make a code for DISTRICT's officers, shown once: tell it in their office, by word of mouth.",
)
