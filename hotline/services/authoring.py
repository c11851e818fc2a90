"""Flows from their files into the database, and back."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline.engine import document as documents
from hotline.engine import source
from hotline.engine.pressing import MARK, press
from hotline.errors import FlowInvalid, NotReady
from hotline.services.places import place_lists
from hotline.store import flows
from hotline.store.database import Database

ENTRIES = "entries"
"""`entries.yaml`: published suffix to flow."""


def read_folder(folder: Path) -> dict[str, Any]:
    """The revision's document in a folder of flow files. Raises FlowInvalid with every fault of every file."""
    faults: list[str] = []
    read: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            read[path.stem] = source.parse(path.read_text(encoding="utf-8"))
        except FlowInvalid as invalid:
            faults.extend(f"{path.name}: {fault}" for fault in invalid.problems)
        except UnicodeDecodeError:
            faults.append(f"{path.name}: not UTF-8")
    entries = read.pop(ENTRIES, None) or {}
    if not read and not faults:
        faults.append(f"{folder.name}: holds no flow file")

    document = {"flows": read, "entries": entries}
    try:
        documents.read(document)
    except FlowInvalid as invalid:
        faults.extend(invalid.problems)
    if faults:
        raise FlowInvalid(faults)
    return document


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document's canonical JSON: the same whatever the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def publish(database: Database, document: Mapping[str, Any], now: datetime) -> int:
    """Make the document live and say its revision. A document that was saved before is not saved again.

    Raises FlowInvalid where it cannot be played, StoreUnavailable.
    """
    pressed = press(documents.compile(document, place_lists()))
    digest = digest_of(document)

    with database.writing() as session:
        revision = flows.with_digest(session, digest)
        if revision is None:
            revision = flows.add(session, digest=digest, document=document, at=now)
        if flows.live_id(session) != revision.id:
            revision.live_from = now
        if (revision.pressed, revision.pressed_mark) != (pressed, MARK):
            revision.pressed, revision.pressed_mark = pressed, MARK
        return revision.id


def live_document(database: Database) -> dict[str, Any]:
    """What callers hear now. Raises NotReady, StoreUnavailable."""
    with database.reading() as session:
        revision_id = flows.live_id(session)
        document = None if revision_id is None else flows.document_of(session, revision_id)
    if document is None:
        raise NotReady("no flows are published: run `hotline init`")
    return document


def write_folder(document: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
    """The document as flow files, one a flow, and its entries. Existing files of these names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {name: source.dump(flow) for name, flow in document["flows"].items()}
    texts[ENTRIES] = source.dump(document.get("entries", {}))
    written = []
    for name, text in texts.items():
        path = folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)
