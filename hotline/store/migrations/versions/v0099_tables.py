"""Creates every table, index and trigger of the first release.

Until a line runs with it, a changed table is changed here too. From then on it never changes: the next migration does.
"""

from collections.abc import Sequence

from hotline.store.migrations.first import cases, flows, messages, people, tips, triggers

revision: str = "0099"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for part in (people, flows, tips, messages, cases, triggers):
        part.create()
