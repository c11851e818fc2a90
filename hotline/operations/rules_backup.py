"""Reads and writes the two documents of a backup: its manifest and its contents. Pure.

The manifest is signed but not encrypted, so that a machine without the key can list and verify backups. The contents
are an encrypted part of the manifest: the number of rows in each table, and the digest at the end of the audit log.
"""

import json
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    NonNegativeInt,
    TypeAdapter,
    ValidationError,
)
from pydantic.dataclasses import dataclass
from pydantic_core import to_jsonable_python

from hotline.text.errors import BackupInvalid


class Engine(StrEnum):
    """The kind of database that was copied. A backup can only be restored into a database of the same kind."""

    SQLITE = "sqlite"
    """The backup contains a copy of the database's file."""
    POSTGRES = "postgresql"
    """The backup contains a dump in the format of pg_dump."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError
    return text


Line = Annotated[str, AfterValidator(_printable)]
STRICT = ConfigDict(strict=True)


class _Document:
    """A document of a backup, which the hotline writes and later reads."""

    def document(self) -> bytes:
        values = to_jsonable_python(self)
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def read(cls, document: bytes) -> Self:
        """Reads a document. Raises BackupInvalid for a document that this code did not write. The error names the
        first wrong field."""
        try:
            return TypeAdapter(cls).validate_json(document)
        except ValidationError as invalid:
            field = ".".join(map(str, invalid.errors()[0]["loc"][:1])) or "document"
            raise BackupInvalid(
                f"the field {field} in the backup's manifest has an unknown format: use another backup"
            ) from None


@dataclass(frozen=True, config=STRICT)
class Manifest(_Document):
    engine: Engine
    release: Line
    schema: Line
    """The newest migration of the copied tables."""
    taken_at: AwareDatetime
    recipients: list[Line]
    """The public keys of the people who can decrypt the backup."""
    digest: Line
    """The SHA-256 of the encrypted copy."""
    contents: str
    """The contents, encrypted in age's format."""


@dataclass(frozen=True, config=STRICT)
class Contents(_Document):
    """Facts about the copied database, which must be the same in the restored database."""

    rows: dict[str, NonNegativeInt]
    """The number of rows in each table."""
    audit_rows: NonNegativeInt
    audit_newest: Line
    """The digest of the last row of the audit log. With this digest, the check of a restored database notices if rows
    at the end of the audit log are missing.
    """
