"""Stores persons: everybody who works for the line, with one name and their languages.

A phone (`tables.Responder`), an account (`tables_accounts.ConsoleAccount`) and an on-call contact (`Watcher`) name
their person. One person may have several of each.
"""

from sqlalchemy import ScalarSelect, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row
from hotline.errors import NotFound


class Person(Row):
    """One human who works for the line. Their state follows from their phones, accounts and on-call contacts."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    languages: Mapped[list[str]]
    """All languages that the person speaks. The line writes to the person in the first."""


def name_of(person_id: Mapped[int]) -> ScalarSelect[str]:
    """Returns the name of the person that a row names, as a part of the row's own query."""
    return select(Person.name).where(Person.id == person_id).scalar_subquery()


def languages_of(person_id: Mapped[int]) -> ScalarSelect[list[str]]:
    """Returns the languages of the person that a row names, as a part of the row's own query."""
    return select(Person.languages).where(Person.id == person_id).scalar_subquery()


def one(session: Session, person_id: int, *, for_writing: bool = False) -> Person:
    """Returns a person by id, locked if `for_writing`. Raises NotFound."""
    found = session.get(Person, person_id, with_for_update=for_writing or None)
    if found is None:
        raise NotFound("no such person")
    return found


def merge(session: Session, other: int, into: int) -> None:
    """Gives everything that names one person to another person, and deletes the first. Does nothing for one person."""
    if other == into:
        return
    for table in Row.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is Person.__table__.c.id for key in column.foreign_keys):
                session.execute(update(table).where(column == other).values({column: into}))
    session.execute(delete(Person).where(Person.id == other))
