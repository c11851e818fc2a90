"""Invented persons, each with a form, sex, age and district, and the tables that count them."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, product
from math import prod

from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable
from tests.domain.evidence.reader import ancestors

Person = tuple[str, str, str, str]
FORMS = ("f1", "f2", "f3", "f4")
SEXES = ("s1", "s2", "s3")
AGES = ("a1", "a2")
PROVINCES = {
    "d1": "p1",
    "d2": "p1",
    "d3": "p2",
    "d4": "p2",
    "d5": "p2",
    "p1": "north",
    "p2": "north",
}
DISTRICTS = ("d1", "d2", "d3", "d4", "d5", "d6")
EVERY: Sequence[Person] = [*product(FORMS, SEXES, AGES, DISTRICTS)]


def month(seed: int, people: int) -> Counter[Person]:
    """So many persons. Some forms, some districts, and some of what they share are rare."""
    chance = random.Random(seed)
    common = {name: chance.choice([0.1, 0.5, 1, 3]) for name in sorted(set(chain(*EVERY)))}
    weights = [prod(common[name] for name in person) for person in EVERY]
    return Counter(chance.choices(EVERY, weights, k=people))


def form_tables(met: Counter[Person]) -> list[CountTable]:
    return [
        tabled(met, FORMS),
        tabled(met, FORMS, SEXES),
        tabled(met, FORMS, AGES),
    ]


def all_tables(met: Counter[Person]) -> list[CountTable]:
    forms, by_sex, by_age = form_tables(met)
    return [forms, tabled(met, DISTRICTS), by_sex, by_age, tabled(met, DISTRICTS, SEXES)]


def tabled(met: Counter[Person], rows: Sequence[str], columns: Sequence[str] = ()) -> CountTable:
    counts: Counter[tuple[str, str]] = Counter()
    for person, number in met.items():
        row = next(name for name in rows if name in person)
        column = next((name for name in columns if name in person), ALL)
        counts[row, column] += number
    return CountTable(counts, rows, columns, PROVINCES if rows == DISTRICTS else {})


def of_whom(published: PublishedTable, key: tuple[str, str]) -> list[Person]:
    """Each kind of person whom a number counts."""
    table = published.table
    wanted = [set(_leaves(table, name)) for name in key if name != ALL]
    return [person for person in EVERY if all(names & set(person) for names in wanted)]


def _leaves(table: CountTable, name: str) -> Iterator[str]:
    for one in (*table.rows, *table.columns):
        if name in (one, *ancestors(table.within, one)):
            yield from table.parts(one)
