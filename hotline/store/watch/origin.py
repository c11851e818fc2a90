"""Whether everything in this database is invented: a line that was made to be looked at, and never serves anybody."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new
from hotline.store.insert_only import never_changes

ONE = 1
INVENTED = "invented"


class HomeOrigin(Row):
    """One row, once; no command takes it away."""

    __tablename__ = "home_origin"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    marked_at: Mapped[datetime]


never_changes(HomeOrigin)


def mark_invented(session: Session, at: datetime) -> None:
    """From here on every edition that is made here says so. Twice is once."""
    add_if_new(session, HomeOrigin(id=ONE, origin=INVENTED, marked_at=at))


def is_invented(session: Session) -> bool:
    return session.scalar(select(HomeOrigin.origin)) == INVENTED
