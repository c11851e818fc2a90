"""Returns names of periods, numbers and groups for a reader. The texts come from the console's catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from hotline.statistics.rules_definitions import DEFINITIONS, Dimension, Unit
from hotline.statistics.rules_periods import Span, span_of
from hotline.statistics.rules_tips import NOT_SAID
from hotline.text.codes import ABROAD, FORMS
from hotline.text.phrases import phrase
from hotline.text.places import COUNTRIES, PROVINCES, districts
from hotline.tips.rules import Urgency

Say = Callable[..., str]
"""Translates an English phrase of the catalogue and fills in its values."""
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
    "Numbers are rounded, so a total may differ from the sum of its parts. "
    'The word "few" means a number of about 10 or less. The number may also be 0.'
)
_VALUES: Mapping[str, Mapping[str, str]] = {
    **DEFINITIONS["values"],
    Dimension.URGENCY: {str(one.value): one.label for one in Urgency},
    Dimension.FORM: FORMS,
}
_EVERYWHERE: Mapping[str, str] = {NOT_SAID: phrase("Not said"), ABROAD: phrase("Abroad")}
DIMENSIONS: Mapping[str, str] = DEFINITIONS["dimensions"]


@dataclass(frozen=True, slots=True)
class Labels:
    """The texts for periods, numbers and rows in one language."""

    language: str
    say: Say

    def period(self, period: str) -> str:
        """Returns the name of a period, such as "November 2026" or "quarter 4 of 2026"."""
        span, year = span_of(period), period[:4]
        if span is Span.MONTH:
            first = date(int(year), int(period[5:]), 1)
            # The format is not "LLLL", because Babel 2.18 takes its text from the language that was loaded first.
            return format_date(first, "MMMM y", locale=self.language)
        if span is Span.YEAR:
            return year
        template = QUARTER if span is Span.QUARTER else HALF_YEAR
        return self.say(template, number=period[-1], year=year)

    def number(self, number: int | None, unit: Unit) -> str:
        """Returns a printed number as people read it, such as "170", "35 %", "8 min" or "few"."""
        if number is None:
            return self.say(FEW)
        ending = {Unit.PERCENT: " %", Unit.MINUTES: " min"}.get(unit, "")
        return f"{format_decimal(number, locale=self.language)}{ending}"

    def about(self, number: int | None) -> str:
        """Returns a rounded number for use in a sentence, such as "about 170" or "few"."""
        if number is None:
            return self.say(FEW)
        return self.say(ABOUT, number=format_decimal(number, locale=self.language))

    def value(self, dimension: str, value: str, names: Mapping[str, str] | None = None) -> str:
        """Returns the name of a row. `names` has the titles of topics and screens in the published flows."""
        if names and value in names:
            return names[value]
        known = _VALUES.get(dimension, {}).get(value) or _EVERYWHERE.get(value)
        if known is not None:
            return self.say(known)
        if dimension == Dimension.PROVINCE and value in PROVINCES:
            return PROVINCES[value][self.language]
        if dimension == Dimension.DISTRICT:
            return next((one.name for one in districts() if one.code == value), value)
        if dimension == Dimension.WHERE:
            return COUNTRIES.get(value.lower(), {}).get(self.language, value)
        return value.replace("_", " ").replace("/", ": ")
