"""Names of figures, of what they are by, and of periods, in one language. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hotline.domain.call_back import KIGALI
from hotline.domain.evidence.edition import PublishedFigures, Span, span_of, value_of
from hotline.domain.evidence.screens.revision_weeks import OF, REVISION, WEEK
from hotline.domain.evidence.telling.words import periods, values
from hotline.domain.evidence.telling.words.figures import FIGURES, MEASURED, STEPS
from hotline.domain.evidence.telling.words.flows import FLOWS
from hotline.domain.places.countries import COUNTRIES
from hotline.domain.places.places import PROVINCES, districts
from hotline.text.languages import CODES

Names = Mapping[str, str]
"""What the live flows call a thing, by its row: `{"topic:work_abroad": "A job abroad"}`."""
LISTS: Mapping[str, values.Named] = {
    "form": values.FORMS,
    "who": values.WHO,
    "urgency": values.URGENCIES,
    "language": values.LANGUAGES,
    "channel": values.CHANNELS,
    "network": values.NETWORKS,
    "topic": {**values.TOPICS, **values.OCCASIONS},
    "quiz": values.THINGS,
    "screen": values.SCREENS,
    "flow": {**values.TOPICS, **FLOWS},
    "from": values.NATIONALITIES,
    "district": values.PLACES,
    "province": values.PLACES,
}


def figure_label(figure: str, language: str) -> str:
    """Short: of a column or a large number. What a figure is, the dictionary says in a sentence."""
    found = FIGURES.get(figure)
    if found is not None:
        return found[CODES.index(language)]
    step, _, measured = figure.rpartition("_")
    if step in STEPS and measured in MEASURED:
        at = CODES.index(language)
        return f"{STEPS[step][at]} ({MEASURED[measured][at].lower()})"
    return plain(figure)


def value_label(row: str, language: str, names: Names | None = None) -> str:
    """Of `form:labour`. What no list names is said as it is written, with spaces."""
    if names and row in names:
        return names[row]
    by, value = row.partition(":")[0], value_of(row)
    if value == "others":
        return values.OTHERS[CODES.index(language)]
    known = {**values.REST, **LISTS.get(by, {})}
    found = known.get(value) or known.get(value.rpartition(" ")[2])
    if found is not None:
        return found[CODES.index(language)]
    week, cut, revision = value.partition(OF)
    if by == REVISION:
        return revision_label(value, language)
    if by == WEEK and cut:
        return f"{week} ({revision_label(revision, language)})"
    return _place(by, value, language) or plain(value)


def revision_label(number: str, language: str) -> str:
    return values.REVISION[CODES.index(language)].format(n=number)


def _place(by: str, value: str, language: str) -> str:
    if by == "district":
        return next((one.name for one in districts() if one.code == value), "")
    if by == "province":
        return PROVINCES[value][language] if value in PROVINCES else ""
    return COUNTRIES.get(value.lower(), {}).get(language, value) if by == "from" else ""


def plain(code: str) -> str:
    return code.replace("_", " ").replace("/", ": ").strip()


def period_label(period: str, language: str) -> str:
    """As in November 2026. Raises ValueError for what is no period."""
    span, year = span_of(period), period[:4]
    if span is Span.MONTH:
        return f"{month_name(int(period[5:]), language)} {year}"
    words = periods.QUARTER if span is Span.QUARTER else periods.YEAR
    return words[language].format(n=period[-1], year=year)


def published_label(published: PublishedFigures, language: str) -> str:
    """Its period, and which months it holds where it does not hold all of them."""
    label, held = period_label(published.period, language), published.of_months
    return f"{label} ({only(held, language)})" if held else label


def only(months: Sequence[str], language: str) -> str:
    return periods.ALONE[language].format(months=months_label(months, language))


def months_label(months: Sequence[str], language: str) -> str:
    """Of one year: as in November and December, or March to August, where none between is missing."""
    numbers = [int(one[5:]) for one in months]
    names = [month_name(one, language) for one in numbers]
    if len(names) > 2 and numbers == [*range(numbers[0], numbers[-1] + 1)]:
        return periods.FROM_TO[language].format(first=names[0], last=names[-1])
    if len(names) > 1:
        return f"{', '.join(names[:-1])}{_and(names[-1], language)}"
    return names[0]


def _and(name: str, language: str) -> str:
    """Kinyarwanda joins `na` to a vowel: n'Ukuboza."""
    if language == "rw" and name[0] in "AEIOU":
        return f" n'{name}"
    return f" {periods.AND[language]} {name}"


def month_name(number: int, language: str) -> str:
    return periods.MONTHS[language].split()[number - 1]


def day_label(at: date | datetime, language: str) -> str:
    """The day in Kigali, as in 5 December 2026."""
    day = at.astimezone(KIGALI) if isinstance(at, datetime) else at
    first = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return periods.DAY[language].format(
        day=first, month=month_name(day.month, language), year=day.year
    )
