"""Reads and writes the two documents of a backup: its manifest and its contents. Pure.

The manifest is in clear and signed, so that a machine that cannot decrypt a backup can list and verify it. The contents
(number of rows, end of the audit log) are in it, encrypted like the copy.
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

from hotline.errors import BackupInvalid


class Engine(StrEnum):
    """The kind of database that was copied. A backup is restored into the same kind."""

    SQLITE = "sqlite"
    """A copy of the database's file."""
    POSTGRES = "postgresql"
    """A dump in pg_dump's own format."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError
    return text


Line = Annotated[str, AfterValidator(_printable)]
STRICT = ConfigDict(strict=True)


class _Document:
    """A document of a backup. It reads exactly what it writes."""

    def document(self) -> bytes:
        said = to_jsonable_python(self)
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def read(cls, document: bytes) -> Self:
        """Returns the document. Raises BackupInvalid for one that we did not write, and names its first wrong field."""
        try:
            return TypeAdapter(cls).validate_json(document)
        except ValidationError as invalid:
            field = ".".join(map(str, invalid.errors()[0]["loc"][:1])) or "document"
            raise BackupInvalid(f"the manifest has an unknown form: {field}") from None


@dataclass(frozen=True, config=STRICT)
class Manifest(_Document):
    engine: Engine
    release: Line
    schema: Line
    """The newest migration of its tables."""
    taken_at: AwareDatetime
    recipients: list[Line]
    """The public keys whose owners can decrypt it."""
    digest: Line
    """SHA-256 over the encrypted copy."""
    contents: str
    """The contents, encrypted in age's format."""


@dataclass(frozen=True, config=STRICT)
class Contents(_Document):
    """The facts that a restore must find again, exactly."""

    rows: dict[str, NonNegativeInt]
    """Number of rows by table."""
    audit_rows: NonNegativeInt
    audit_newest: Line
    """The digest at the end of the audit log. It shows if rows were cut off there."""
