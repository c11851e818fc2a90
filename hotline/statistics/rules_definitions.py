"""Defines every published table and indicator. A new one needs a decision (docs/statistics.md).

Texts here are the English of the console's catalogue: `tools/update_texts.py` collects them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.statistics.rules_periods import Span


class Unit(StrEnum):
    """Names what a number counts. The value is its English label."""

    CALLS = "calls"
    PEOPLE = "people"
    TOPICS = "topics read"
    ANSWERS = "pairs of answers"
    POINTS = "points"
    CODES = "calls by this code"
    SCREENS = "screens shown"
    TIPS = "tips"
    PERSONS = "persons"
    CASES = "cases"
    PERCENT = "per cent"
    MINUTES = "minutes"
    OFFICERS = "officers"
    SESSIONS = "community sessions"


class Protection(StrEnum):
    """Says how an exact count becomes a printed number."""

    USE = "use"
    """Rounded to 10; below 10 "few"."""
    KEYED = "keyed"
    """Keyed random rounding to 5; below 10 "few"."""
    DERIVED = "derived"
    """Made from printed numbers only."""


class Dimension(StrEnum):
    """Says what a number is broken down by."""

    ALL = "all"
    LANGUAGE = "language"
    NETWORK = "network"
    TOPIC = "topic"
    CODE = "code"
    SCREEN = "screen"
    URGENCY = "urgency"
    FORM = "form"
    PROVINCE = "province"
    DISTRICT = "district"
    WHO = "who"
    """Sex and age group together: woman, man, girl, boy."""
    MEANS = "means"
    NATIONALITY = "nationality"
    WHERE = "where"
    """Inside Rwanda or abroad, with the three largest destinations."""
    DECISION = "decision"
    SERVICE = "service"
    MET_BY = "met_by"


ALL = "all"
"""The value of a number that is not broken down."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of a table: what it is, what it counts and what it leaves out."""

    name: str
    label: str
    sentence: str
    unit: Unit
    protection: Protection
    dimensions: tuple[Dimension, ...] = (Dimension.ALL,)
    """Each alone; none is combined with another."""
    span: Span | None = None
    """The shortest period it is published for, where that is longer than its table's."""
    step_of: str = ""
    """The indicator of the step before. A later step never prints more."""
    htcds: str = ""
    """The field of HTCDS 2.0 that holds the same of one record."""
    is_collected: bool = True
    """False until a later part of the line collects it: prints "not yet collected"."""


@dataclass(frozen=True, slots=True)
class Table:
    """One published table."""

    name: str
    """T1 to T15."""
    title: str
    counted: str
    """The population."""
    left_out: str
    span: Span
    """The shortest period."""
    indicators: tuple[Indicator, ...]
    sensitive: bool = False
    """True for tips and persons: published 75 days after a period ends."""

    def shortest(self, indicator: Indicator) -> Span:
        """Returns the shortest period for which this indicator is published."""
        return indicator.span or self.span


def phrase(words: str) -> str:
    """Marks English that stands in the console's catalogue."""
    return words


_KEYED, _USE, _DERIVED = Protection.KEYED, Protection.USE, Protection.DERIVED
_NOT_CALLS = phrase("Staff, drills, tests, sample data and demo calls are left out.")
_NOT_TIPS = phrase(
    "Complaints, tips that were left before a district was chosen, drills, tests and sample data are left out."
)
_PERSONS = phrase("Persons whom a responder or an official body identified as possible victims.")
_TIPS = phrase("Tips that were filed in the period.")

TABLES: tuple[Table, ...] = (
    Table(
        "T1",
        phrase("Use of the line"),
        phrase("Calls to the line, and messages to it that were no tip."),
        _NOT_CALLS,
        Span.MONTH,
        (
            Indicator(
                "calls",
                phrase("Calls"),
                phrase("How often the line was called."),
                Unit.CALLS,
                _USE,
                (Dimension.ALL, Dimension.LANGUAGE, Dimension.NETWORK),
            ),
            Indicator(
                "people",
                phrase("People (estimate)"),
                phrase("How many phones called. It is an estimate: no list of numbers is kept."),
                Unit.PEOPLE,
                _USE,
            ),
            Indicator(
                "topics_read",
                phrase("Topics read"),
                phrase("How often a topic was read, once a call."),
                Unit.TOPICS,
                _USE,
                (Dimension.ALL, Dimension.LANGUAGE),
            ),
            Indicator(
                "quiz_answers",
                phrase("Quiz answers"),
                phrase("How many questions were answered before and after a lesson."),
                Unit.ANSWERS,
                _USE,
            ),
            Indicator(
                "quiz_before",
                phrase("Right before the lesson"),
                phrase("How many of these answers were right before the lesson."),
                Unit.ANSWERS,
                _USE,
                step_of="quiz_answers",
            ),
            Indicator(
                "quiz_after",
                phrase("Right after the lesson"),
                phrase("How many of these answers were right after the lesson."),
                Unit.ANSWERS,
                _USE,
                step_of="quiz_answers",
            ),
        ),
    ),
    Table(
        "T2",
        phrase("Topics, short codes and lessons"),
        phrase("Calls to the line."),
        _NOT_CALLS,
        Span.MONTH,
        (
            Indicator(
                "topic_reads",
                phrase("Times read"),
                phrase("How often each topic was read, once a call."),
                Unit.TOPICS,
                _USE,
                (Dimension.TOPIC,),
            ),
            Indicator(
                "code_calls",
                phrase("Calls by short code"),
                phrase("How often each short code was called."),
                Unit.CODES,
                _USE,
                (Dimension.CODE,),
            ),
            Indicator(
                "lesson_shown",
                phrase("Lesson screen shown"),
                phrase("How many calls were shown each screen of a public lesson."),
                Unit.SCREENS,
                _USE,
                (Dimension.SCREEN,),
            ),
            Indicator(
                "lesson_left",
                phrase("Lesson left here"),
                phrase("How many of these calls chose nothing on the screen."),
                Unit.SCREENS,
                _USE,
                (Dimension.SCREEN,),
            ),
        ),
    ),
    Table(
        "T3",
        phrase("How tips were answered"),
        _TIPS,
        _NOT_TIPS,
        Span.QUARTER,
        (
            Indicator(
                "tips",
                phrase("Tips filed"),
                phrase("How many tips were filed."),
                Unit.TIPS,
                _KEYED,
                (Dimension.ALL, Dimension.URGENCY),
            ),
            Indicator(
                "acknowledged",
                phrase("Acknowledged"),
                phrase("How many tips a responder took."),
                Unit.TIPS,
                _KEYED,
                (Dimension.ALL, Dimension.URGENCY),
                step_of="tips",
            ),
            Indicator(
                "read",
                phrase("Read"),
                phrase("How many tips a responder read."),
                Unit.TIPS,
                _KEYED,
                (Dimension.ALL, Dimension.URGENCY),
                step_of="acknowledged",
            ),
            Indicator(
                "screened",
                phrase("Screened"),
                phrase("In how many tips a person was met and screened."),
                Unit.TIPS,
                _KEYED,
                (Dimension.ALL, Dimension.URGENCY),
                step_of="read",
            ),
            Indicator(
                "acted",
                phrase("Acted on within 72 hours"),
                phrase(
                    "In how many tips a responder went there, met a person or asked a service within 72 hours."
                ),
                Unit.TIPS,
                _KEYED,
                (Dimension.ALL, Dimension.URGENCY),
                step_of="tips",
            ),
            Indicator(
                "share_in_time",
                phrase("Share acknowledged in time"),
                phrase("The share of tips that a responder took within the promised time."),
                Unit.PERCENT,
                _DERIVED,
                (Dimension.ALL, Dimension.URGENCY),
            ),
            Indicator(
                "minutes_to_read",
                phrase("Minutes until read"),
                phrase("Within how many minutes half of the tips were read."),
                Unit.MINUTES,
                _DERIVED,
                (Dimension.URGENCY,),
            ),
            Indicator(
                "late_closures",
                phrase("Closures that waited longer than 7 days"),
                phrase("How many closures waited longer than 7 days for a second person."),
                Unit.CASES,
                _KEYED,
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T4",
        phrase("Tips by form of trafficking"),
        _TIPS,
        _NOT_TIPS,
        Span.QUARTER,
        (
            Indicator(
                "tips_by_form",
                phrase("Tips"),
                phrase("How many tips named each form of trafficking."),
                Unit.TIPS,
                _KEYED,
                (Dimension.FORM,),
                htcds="vic_TypeOfExploitation",
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T5",
        phrase("Tips and persons by province"),
        phrase("Tips that were filed in the period, and persons identified in them."),
        _NOT_TIPS,
        Span.QUARTER,
        (
            Indicator(
                "tips_by_province",
                phrase("Tips"),
                phrase("How many tips were filed about each province."),
                Unit.TIPS,
                _KEYED,
                (Dimension.PROVINCE,),
            ),
            Indicator(
                "persons_by_province",
                phrase("Persons identified"),
                phrase("How many persons were identified in each province."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.PROVINCE,),
                span=Span.YEAR,
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T6",
        phrase("Tips by district"),
        _TIPS,
        _NOT_TIPS,
        Span.YEAR,
        (
            Indicator(
                "tips_by_district",
                phrase("Tips"),
                phrase("How many tips were filed about each district."),
                Unit.TIPS,
                _KEYED,
                (Dimension.DISTRICT,),
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T7",
        phrase("Persons identified by sex and age"),
        _PERSONS,
        _NOT_TIPS,
        Span.YEAR,
        (
            Indicator(
                "persons_by_who",
                phrase("Persons identified"),
                phrase("How many women, men, girls and boys were identified."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.WHO,),
                htcds="prs_Gender",
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T8",
        phrase("Persons identified by form of trafficking"),
        _PERSONS,
        _NOT_TIPS,
        Span.YEAR,
        (
            Indicator(
                "persons_by_form",
                phrase("Persons identified"),
                phrase("How many persons were identified by form of trafficking."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.FORM,),
                htcds="vic_TypeOfExploitation",
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T9",
        phrase("What became of persons"),
        _PERSONS,
        _NOT_TIPS,
        Span.QUARTER,
        (
            Indicator(
                "identified",
                phrase("Identified"),
                phrase("How many persons were identified as possible victims."),
                Unit.PERSONS,
                _KEYED,
                htcds="vic_TraffickingStatus",
            ),
            Indicator(
                "accepted",
                phrase("Accepted by a service"),
                phrase("How many of them a service agreed to help."),
                Unit.PERSONS,
                _KEYED,
                step_of="identified",
            ),
            Indicator(
                "known_at_30",
                phrase("Known after 30 days"),
                phrase("Of how many of them it is known how they were after 30 days."),
                Unit.PERSONS,
                _KEYED,
                step_of="accepted",
            ),
            Indicator(
                "safe_at_30",
                phrase("Safe after 30 days"),
                phrase("How many of them were safe after 30 days."),
                Unit.PERSONS,
                _KEYED,
                step_of="known_at_30",
            ),
            Indicator(
                "no_room",
                phrase("Refused for lack of room"),
                phrase("How many of them a service refused because it had no room."),
                Unit.PERSONS,
                _KEYED,
                span=Span.YEAR,
                step_of="identified",
            ),
            Indicator(
                "said_good",
                phrase("Said that the help was good"),
                phrase("How many of them said that the help was good."),
                Unit.PERSONS,
                _KEYED,
                span=Span.YEAR,
                is_collected=False,
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T10",
        phrase("Hours covered"),
        phrase("Hours of the period in all districts."),
        phrase("Hours in which the line did not run are left out."),
        Span.QUARTER,
        (
            Indicator(
                "hours_covered",
                phrase("Hours with a responder on duty"),
                phrase("The share of hours in which a responder was on duty, over all districts."),
                Unit.PERCENT,
                _DERIVED,
                is_collected=False,
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T11",
        phrase("Results told to callers"),
        _TIPS,
        _NOT_TIPS,
        Span.QUARTER,
        (),
        sensitive=True,
    ),
    Table(
        "T12",
        phrase("Programme indicators"),
        phrase("Each indicator names the table it is taken from."),
        _NOT_TIPS,
        Span.QUARTER,
        (
            Indicator(
                "on_site",
                phrase("Tips on site"),
                phrase("In how many tips a responder was on site."),
                Unit.TIPS,
                _KEYED,
                step_of="tips",
            ),
            Indicator(
                "on_site_screened",
                phrase("Tips on site with a screening"),
                phrase("In how many tips a responder was on site and screened a person."),
                Unit.TIPS,
                _KEYED,
                step_of="on_site",
            ),
            Indicator(
                "danger_read_soon",
                phrase("Urgent tips read within 8 minutes"),
                phrase("How many urgent tips a responder read within 8 minutes."),
                Unit.TIPS,
                _KEYED,
                step_of="read",
            ),
            Indicator(
                "consented",
                phrase("Persons who wanted help"),
                phrase("How many of the persons identified said yes to help."),
                Unit.PERSONS,
                _KEYED,
                step_of="identified",
            ),
            Indicator(
                "offered_in_a_day",
                phrase("Offered a service within 24 hours"),
                phrase("How many of those who wanted help were offered a service within 24 hours."),
                Unit.PERSONS,
                _KEYED,
                step_of="consented",
            ),
            Indicator(
                "consented_no_room",
                phrase("Wanted help and were refused for lack of room"),
                phrase("How many of those who wanted help a service refused: it had no room."),
                Unit.PERSONS,
                _KEYED,
                step_of="consented",
            ),
            Indicator(
                "consented_known",
                phrase("Wanted help and were followed at 30 days"),
                phrase(
                    "Of how many of those who wanted help it is known how they were after 30 days."
                ),
                Unit.PERSONS,
                _KEYED,
                step_of="consented",
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T13",
        phrase("Persons identified, by what happened to them"),
        _PERSONS,
        _NOT_TIPS,
        Span.YEAR,
        (
            Indicator(
                "persons_by_means",
                phrase("Persons identified"),
                phrase("How many persons were identified by means: force, deceit or both."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.MEANS,),
                htcds="vic_MethodsOfControl",
            ),
            Indicator(
                "persons_by_nationality",
                phrase("Persons identified"),
                phrase("How many Rwandans and how many others were identified."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.NATIONALITY,),
                htcds="prs_Citizenship",
            ),
            Indicator(
                "persons_by_where",
                phrase("Persons identified"),
                phrase("How many persons were exploited in Rwanda and how many abroad."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.WHERE,),
            ),
            Indicator(
                "persons_by_met_by",
                phrase("Persons identified"),
                phrase("How many persons were identified by who met them."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.MET_BY,),
                is_collected=False,
            ),
            Indicator(
                "persons_by_decision",
                phrase("Persons screened as possible victims"),
                phrase("How many persons an official body called a victim, and how many not."),
                Unit.PERSONS,
                _KEYED,
                (Dimension.DECISION,),
                htcds="vic_TraffickingStatus",
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T14",
        phrase("Cases passed to the authorities"),
        phrase("Cases with a person identified as a possible victim."),
        _NOT_TIPS,
        Span.YEAR,
        (
            Indicator(
                "to_police",
                phrase("Passed to police"),
                phrase("In how many cases the police took a person's case."),
                Unit.CASES,
                _KEYED,
            ),
            Indicator(
                "to_prosecution",
                phrase("Passed to prosecution"),
                phrase("In how many cases the prosecution took the case."),
                Unit.CASES,
                _KEYED,
                is_collected=False,
            ),
            Indicator(
                "by_court",
                phrase("Decided by a court"),
                phrase("In how many cases a court decided that a person is a victim or is not."),
                Unit.CASES,
                _KEYED,
            ),
        ),
        sensitive=True,
    ),
    Table(
        "T15",
        phrase("Training and community sessions"),
        phrase("Officers who enrolled for the lessons, and sessions that local leaders reported."),
        phrase("Officers who left the programme are left out."),
        Span.QUARTER,
        (
            Indicator(
                "trainees_begun",
                phrase("Officers enrolled"),
                phrase("How many officers enrolled for the lessons."),
                Unit.OFFICERS,
                _USE,
            ),
            Indicator(
                "trainees_certified",
                phrase("Officers certified"),
                phrase("How many officers passed every lesson."),
                Unit.OFFICERS,
                _USE,
            ),
            Indicator(
                "trainees_by_service",
                phrase("Officers certified, by service"),
                phrase("How many officers of each service passed every lesson."),
                Unit.OFFICERS,
                _USE,
                (Dimension.SERVICE,),
                is_collected=False,
            ),
            Indicator(
                "trainee_gain",
                phrase("Gain of the lessons"),
                phrase("How many points more officers answered right after the lessons."),
                Unit.POINTS,
                _DERIVED,
                is_collected=False,
            ),
            Indicator(
                "sessions_held",
                phrase("Community sessions"),
                phrase("How many community sessions local leaders held."),
                Unit.SESSIONS,
                _USE,
                (Dimension.ALL, Dimension.PROVINCE),
            ),
        ),
    ),
)
INDICATORS: Mapping[str, tuple[Table, Indicator]] = {
    indicator.name: (table, indicator) for table in TABLES for indicator in table.indicators
}


@dataclass(frozen=True, slots=True, order=True)
class CellName:
    """Names one number of a release."""

    indicator: str
    dimension: str = Dimension.ALL.value
    value: str = ALL

    @property
    def table(self) -> str:
        return INDICATORS[self.indicator][0].name
