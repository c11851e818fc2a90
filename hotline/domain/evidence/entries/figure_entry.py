"""What an entry of the dictionary of figures is made of: its parts, each in Kinyarwanda, English and French. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Words = tuple[str, str, str]
"""One thing in Kinyarwanda, English and French."""


class FigureUnit(StrEnum):
    PEOPLE = "people"
    SESSIONS = "sessions"
    READINGS = "readings"
    TIPS = "tips"
    SITUATIONS = "situations"
    COMPLAINTS = "complaints"
    PAIRS = "pairs of answers"
    ANSWERS = "answers"
    LESSONS = "lessons"
    GATHERINGS = "gatherings"
    OFFERS = "offers"
    MESSAGES = "messages"
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    PERCENT = "of a hundred"
    POINTS = "points of a hundred"


UNITS: Mapping[FigureUnit, Words] = {
    FigureUnit.PEOPLE: ("abantu", "people", "personnes"),
    FigureUnit.SESSIONS: ("amahamagara", "sessions", "appels"),
    FigureUnit.READINGS: ("inshuro zo gusoma", "readings", "lectures"),
    FigureUnit.TIPS: ("amakuru yatanzwe", "tips", "signalements"),
    FigureUnit.SITUATIONS: ("ibintu byabaye", "situations", "situations signalées"),
    FigureUnit.COMPLAINTS: ("ibirego", "complaints", "plaintes"),
    FigureUnit.PAIRS: ("ibisubizo bibiri bibiri", "pairs of answers", "paires de réponses"),
    FigureUnit.ANSWERS: ("ibisubizo", "answers", "réponses"),
    FigureUnit.LESSONS: ("amasomo", "lessons", "leçons"),
    FigureUnit.GATHERINGS: ("inama", "gatherings", "séances"),
    FigureUnit.OFFERS: ("ubufasha bwasabwe", "offers", "demandes d'aide"),
    FigureUnit.MESSAGES: ("ubutumwa bugufi", "messages", "SMS"),
    FigureUnit.SECONDS: ("amasegonda", "seconds", "secondes"),
    FigureUnit.MINUTES: ("iminota", "minutes", "durée en minutes"),
    FigureUnit.HOURS: ("amasaha", "hours", "heures"),
    FigureUnit.DAYS: ("iminsi", "days", "jours"),
    FigureUnit.PERCENT: ("ku ijana", "of a hundred", "sur cent"),
    FigureUnit.POINTS: ("amanota ku ijana", "points of a hundred", "points sur cent"),
}


@dataclass(frozen=True, slots=True)
class EntryParts:
    """What is written of a figure, or of a family of figures."""

    says: Words
    """One sentence."""
    unit: FigureUnit
    numerator: Words
    leaves_out: Sequence[Words]
    """Besides what no figure counts. What several figures leave out is written once, in `left_out`."""
    denominator: str = ""
    """The figure that the numerator is a part of; empty where the figure is a number and no part."""
