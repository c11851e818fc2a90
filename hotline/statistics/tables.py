"""Stores statistics releases, their approvals, and the monthly sums about persons."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.database import Row, protect_rows


class ReleaseRow(Row):
    """One release: all numbers that are published for one period."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    digest: Mapped[str]
    spans: Mapped[dict[str, Any]]
    """The shortest period of each table, by the table's name."""
    first_month: Mapped[str]
    """The hotline's first month, if it is within the period but is not the period's first month. Otherwise it is
    empty."""
    is_sample: Mapped[bool]


class ReleaseCell(Row):
    """One printed number of a release. NULL is printed as "few"."""

    __tablename__ = "release_cell"
    __table_args__ = (UniqueConstraint("release_id", "indicator", "dimension", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    indicator: Mapped[str]
    dimension: Mapped[str]
    value: Mapped[str]
    number: Mapped[int | None]


class ReleaseApproval(Row):
    """The approval of a release by one role. A release is published after both roles have approved it."""

    __tablename__ = "release_approval"
    __table_args__ = (UniqueConstraint("release_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    role: Mapped[str]
    approved_by: Mapped[str]
    """The person who approved it, in the form in which the audit log names actors."""
    approved_at: Mapped[datetime]


class PersonSum(Row):
    """The numbers and key sums of one month's persons, encrypted for the reader process. They are deleted with the
    release of the year."""

    __tablename__ = "person_sum"

    month: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class PersonCount(Row):
    """The printed numbers about persons of one period, which the reader process stores for the release."""

    __tablename__ = "person_count"

    period: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    cells: Mapped[dict[str, Any]]
    """The numbers by `indicator/dimension/value`. None is printed as "few"."""


class ProgrammeTarget(Row):
    """The target of the programme for one indicator in one year. If there are several, the newest target applies."""

    __tablename__ = "programme_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str]
    year: Mapped[str]
    target: Mapped[int | None]
    """NULL removes the target."""
    set_by: Mapped[str]
    set_at: Mapped[datetime]


for _table in (ReleaseRow, ReleaseCell, ReleaseApproval, PersonCount, ProgrammeTarget):
    protect_rows(_table)
