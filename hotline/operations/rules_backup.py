"""Reads and writes the two documents of a backup: its label and its contents. Pure.

The label is in clear, so that a machine that cannot decrypt a backup can list it. The contents (number of rows, digest)
are sealed with the copy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeGuard

from hotline.errors import BackupInvalid


class Engine(StrEnum):
    """The kind of database that was copied. A backup is restored into the same kind."""

    SQLITE = "sqlite"
    """A copy of the database's file."""
    POSTGRES = "postgresql"
    """A dump in pg_dump's own format."""


@dataclass(frozen=True, slots=True)
class Label:
    engine: Engine
    release: str
    schema: str
    """The newest migration of its tables."""
    taken_at: datetime
    key: str
    """The backup key that decrypts it, as the beginning of the public half's digest."""

    def document(self) -> bytes:
        return _document(
            engine=self.engine,
            release=self.release,
            schema=self.schema,
            taken_at=self.taken_at.isoformat(),
            key=self.key,
        )

    @classmethod
    def read(cls, document: bytes) -> "Label":
        """Returns the label in a document. Raises BackupInvalid for a document that we did not write."""
        fields = _fields(document)
        try:
            taken_at = datetime.fromisoformat(_text(fields, "taken_at"))
            engine = Engine(_text(fields, "engine"))
        except ValueError:
            raise BackupInvalid("its label has an unknown format") from None
        if taken_at.tzinfo is None:
            raise BackupInvalid("its label has a time without a zone")
        return cls(
            engine=engine,
            release=_text(fields, "release"),
            schema=_text(fields, "schema"),
            taken_at=taken_at,
            key=_text(fields, "key"),
        )


@dataclass(frozen=True, slots=True)
class Contents:
    """The facts that a restore must find again, exactly."""

    rows: Mapping[str, int]
    """Number of rows by table."""
    audit_rows: int
    audit_newest: str
    """The digest at the end of the audit log. It shows if rows were cut off there."""
    digest: str
    """SHA-256 over the whole copy."""

    def document(self) -> bytes:
        return _document(
            rows=dict(self.rows),
            audit_rows=self.audit_rows,
            audit_newest=self.audit_newest,
            digest=self.digest,
        )

    @classmethod
    def read(cls, document: bytes) -> "Contents":
        """Returns the contents in a document. Raises BackupInvalid."""
        fields = _fields(document)
        rows, audit_rows = fields.get("rows"), fields.get("audit_rows")
        if not isinstance(rows, dict) or not all(map(_is_count, rows.values())):
            raise BackupInvalid("its label lacks the number of rows")
        if not _is_count(audit_rows):
            raise BackupInvalid("its label lacks the length of the audit log")
        return cls(
            rows=rows,
            audit_rows=audit_rows,
            audit_newest=_text(fields, "audit_newest"),
            digest=_text(fields, "digest"),
        )


def _document(**fields: Any) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def _fields(document: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(document)
    except (ValueError, RecursionError):
        raise BackupInvalid("its label is not a document") from None
    if not isinstance(fields, dict):
        raise BackupInvalid("its label is not that of a line")
    return fields


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.isprintable():
        raise BackupInvalid(f"its label lacks {name}")
    return value


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
