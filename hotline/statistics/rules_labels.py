"""Names periods, numbers and values of dimensions for a reader. Words come from the console's catalogue."""

from collections.abc import Callable, Mapping
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from hotline.domain.places.places import COUNTRIES, PROVINCES, districts
from hotline.domain.tip import ABROAD, FORMS, Urgency
from hotline.statistics.rules_definitions import ALL, Dimension, Unit, phrase
from hotline.statistics.rules_periods import Span, span_of
from hotline.statistics.rules_tips import NOT_SAID

Say = Callable[..., str]
"""Translates an English phrase of the catalogue, with its values."""
QUARTER = phrase("quarter {number} of {year}")
HALF_YEAR = phrase("half {number} of {year}")
SPANS: Mapping[str, str] = {
    Span.MONTH: phrase("month"),
    Span.QUARTER: phrase("quarter"),
    Span.HALF_YEAR: phrase("half-year"),
    Span.YEAR: phrase("year"),
}
FEW = phrase("few")
ABOUT = phrase("about {number}")
NOT_COLLECTED = phrase("not yet collected")
ROUNDED = phrase(
    "Numbers are rounded; totals may differ from their parts. Few: about ten or fewer, or none."
)
SAMPLE = phrase("Sample data. No person and no tip in it is real.")
_VALUES: Mapping[str, Mapping[str, str]] = {
    Dimension.ALL: {ALL: phrase("All")},
    Dimension.LANGUAGE: {
        "rw": phrase("Kinyarwanda"),
        "en": phrase("English"),
        "fr": phrase("French"),
    },
    Dimension.NETWORK: {
        "63510": phrase("MTN"),
        "63513": phrase("Airtel"),
        "63514": phrase("Airtel (former Tigo)"),
        "other": phrase("Other network"),
    },
    Dimension.TOPIC: {
        "what_it_is": phrase("What it is"),
        "forced_work": phrase("Forced work"),
        "domestic_servitude": phrase("Servitude in a home"),
        "forced_to_sell_sex": phrase("Forced to sell sex"),
        "child_work": phrase("Children at work"),
        "forced_marriage": phrase("Forced marriage"),
        "armed_group": phrase("Armed group"),
        "organs": phrase("Organs taken"),
        "forced_crime": phrase("Forced to do crime"),
        "work_abroad": phrase("A job abroad"),
        "work_in_homes": phrase("Work in homes"),
        "children": phrase("Children"),
        "rights_at_work": phrase("Rights at work"),
        "the_law": phrase("The law"),
        "myths": phrase("What people get wrong"),
        "if_it_happens": phrase("If it happens"),
        "signs_job": phrase("Signs: getting a job"),
        "signs_control": phrase("Signs: kept and threatened"),
        "signs_work": phrase("Signs: at work"),
        "signs_children": phrase("Signs: children"),
        "signs_risk": phrase("Signs: at risk"),
        "quiz_abroad": phrase("Quiz: abroad"),
        "quiz_children": phrase("Quiz: children"),
        "quiz_crime": phrase("Quiz: the crime"),
    },
    Dimension.CODE: {"front": phrase("Main short code")},
    Dimension.URGENCY: {str(one.value): one.label for one in Urgency},
    Dimension.FORM: FORMS,
    Dimension.WHO: {
        "woman": phrase("Women"),
        "man": phrase("Men"),
        "girl": phrase("Girls"),
        "boy": phrase("Boys"),
    },
    Dimension.MEANS: {
        "force": phrase("Force"),
        "deceit": phrase("Deceit"),
        "both": phrase("Force and deceit"),
        "child": phrase("Child: no means needed"),
    },
    Dimension.NATIONALITY: {"rwanda": phrase("Rwandan"), "other": phrase("Other nationality")},
    Dimension.WHERE: {"inside": phrase("In Rwanda")},
    Dimension.DECISION: {
        "undecided": phrase("No official decision"),
        "victim": phrase("Decided: a victim"),
        "no_victim": phrase("Decided: not a victim"),
    },
}
_EVERYWHERE: Mapping[str, str] = {NOT_SAID: phrase("Not said"), ABROAD: phrase("Abroad")}
DIMENSIONS: Mapping[str, str] = {
    Dimension.ALL: phrase("Total"),
    Dimension.LANGUAGE: phrase("By language"),
    Dimension.NETWORK: phrase("By network"),
    Dimension.TOPIC: phrase("By topic"),
    Dimension.CODE: phrase("By short code"),
    Dimension.SCREEN: phrase("By screen"),
    Dimension.URGENCY: phrase("By urgency"),
    Dimension.FORM: phrase("By form of trafficking"),
    Dimension.PROVINCE: phrase("By province"),
    Dimension.DISTRICT: phrase("By district"),
    Dimension.WHO: phrase("By sex and age"),
    Dimension.MEANS: phrase("By means"),
    Dimension.NATIONALITY: phrase("By nationality"),
    Dimension.WHERE: phrase("By place of exploitation"),
    Dimension.DECISION: phrase("By official decision"),
    Dimension.SERVICE: phrase("By service"),
    Dimension.MET_BY: phrase("By who met them"),
}


def period_label(period: str, language: str, say: Say) -> str:
    """Returns a period like "November 2026" or "quarter 4 of 2026"."""
    span, year = span_of(period), period[:4]
    if span is Span.MONTH:
        first = date(int(year), int(period[5:]), 1)
        return format_date(first, "LLLL y", locale=language)
    if span is Span.YEAR:
        return year
    template = QUARTER if span is Span.QUARTER else HALF_YEAR
    return say(template, number=period[-1], year=year)


def number_label(number: int | None, unit: Unit, language: str, say: Say) -> str:
    """Returns a printed number as people read it: "170", "35 %", "8 min" or "few"."""
    if number is None:
        return say(FEW)
    said = format_decimal(number, locale=language)
    if unit is Unit.PERCENT:
        return f"{said} %"
    return f"{said} min" if unit is Unit.MINUTES else said


def about(number: int | None, language: str, say: Say) -> str:
    """Returns a rounded number inside a sentence: "about 170" or "few"."""
    if number is None:
        return say(FEW)
    return say(ABOUT, number=format_decimal(number, locale=language))


def value_label(
    dimension: str, value: str, language: str, say: Say, names: Mapping[str, str] | None = None
) -> str:
    """Returns the name of a row. `names` has the titles of topics and screens as the live flows call them."""
    if names and value in names:
        return names[value]
    known = _VALUES.get(dimension, {}).get(value) or _EVERYWHERE.get(value)
    if known is not None:
        return say(known)
    if dimension == Dimension.PROVINCE and value in PROVINCES:
        return PROVINCES[value][language]
    if dimension == Dimension.DISTRICT:
        return next((one.name for one in districts() if one.code == value), value)
    if dimension == Dimension.WHERE:
        return COUNTRIES.get(value.lower(), {}).get(language, value)
    return value.replace("_", " ").replace("/", ": ")
