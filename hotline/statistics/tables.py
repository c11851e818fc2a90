"""Defines the tables for statistics releases, their approvals, the monthly sums about persons, and the programme's
targets."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.database import Row


class ReleaseRow(Row):
    """One release: all statistics that the hotline publishes for one period."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    digest: Mapped[str]
    spans: Mapped[dict[str, Any]]
    """The shortest period, such as a quarter, for which the hotline publishes each table. The keys are the names of the
    tables."""
    first_month: Mapped[str]
    """The month in which the hotline began. Empty unless the hotline began after the first month of this period."""
    is_sample: Mapped[bool]


class ReleaseCell(Row):
    """One number of a release. NULL means that the release prints "few"."""

    __tablename__ = "release_cell"
    __table_args__ = (UniqueConstraint("release_id", "indicator", "dimension", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    indicator: Mapped[str]
    dimension: Mapped[str]
    value: Mapped[str]
    number: Mapped[int | None]


class ReleaseApproval(Row):
    """One person's approval of a release, with the role in which the person approves. A release is published after
    people in both roles have approved it."""

    __tablename__ = "release_approval"
    __table_args__ = (UniqueConstraint("release_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    role: Mapped[str]
    approved_by: Mapped[str]
    """The person who approved the release, named as in the audit log."""
    approved_at: Mapped[datetime]


class PersonSum(Row):
    """The encrypted sums about the persons of one month. Each number about persons has two sums: how many records it
    counts, and the sum of the rounding keys of these records. Only the reader process can decrypt the sums. After the
    count of a whole year, the reader process deletes the monthly sums of this year."""

    __tablename__ = "person_sum"

    month: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class PersonCount(Row):
    """The printed numbers about persons of one period. The reader process stores these numbers before the hotline
    creates the release of the period."""

    __tablename__ = "person_count"

    period: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    cells: Mapped[dict[str, Any]]
    """The numbers by their names, such as `identified/all/all`. None means that the release prints "few"."""


class ProgrammeTarget(Row):
    """The programme's target for one indicator in one year. If an indicator has several rows for a year, only the
    newest row counts."""

    __tablename__ = "programme_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str]
    year: Mapped[str]
    target: Mapped[int | None]
    """The number to reach in this year. NULL means that the indicator has no target from `set_at` on."""
    set_by: Mapped[str]
    set_at: Mapped[datetime]
