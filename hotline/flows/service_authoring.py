"""Reads flows from files into a document, publishes documents, and writes them back to files."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hotline.core.database import Database, Session
from hotline.core.documents import Document, Editable
from hotline.core.driver import WrittenObject, with_json
from hotline.flows import document as documents
from hotline.flows import tables
from hotline.flows.flow_set_cache import MARK, serialise
from hotline.flows.node_fields import nodes_of
from hotline.flows.service_check import place_lists
from hotline.text.errors import FlowInvalid, NotReady

SHORT_CODES_FILE = "entries"
"""The name of the file `entries.yaml`. For each suffix of a short code, the file names a flow, or a flow and a
poster."""
PHRASES = "phrases"
"""The name of the file `phrases.yaml`, with the phrases whose text differs from the translation catalogues."""
NUMBERS = "numbers.csv"
NO_FLOWS = "no flows are published: run `hotline upgrade` to publish this version's flows"
NEXT = timedelta(microseconds=1)
COLUMNS = (
    *("number", "service", "status", "evidence"),
    *("confirmed_by", "confirmed_on", "answered_by", "note"),
)


def read_folder(folder: Path) -> Editable:
    """Reads a folder of flow files as one document. Raises FlowInvalid with every error in all files."""
    document, faults = parse_folder(folder)
    shape = documents.parse_shape(document)
    faults = [*faults, *map(str, shape if isinstance(shape, tuple) else ())]
    if faults:
        raise FlowInvalid(faults)
    return document


def parse_folder(folder: Path) -> tuple[Editable, Sequence[str]]:
    """Reads a folder as a document without checking its structure. Also returns the errors of the files that the
    function could not read."""
    faults: list[str] = []
    files: Editable = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            files[path.stem] = documents.parse(path.read_text(encoding="utf-8"))
        except FlowInvalid as invalid:
            faults.extend(f"{path.name}: {fault}" for fault in invalid.problems)
        except UnicodeDecodeError:
            faults.append(f"{path.name}: not UTF-8")
    entries, names = _entries(files.pop(SHORT_CODES_FILE, None) or {})
    phrases = files.pop(PHRASES, None)
    if not files and not faults:
        faults.append(f"{folder.name}: holds no flow file")

    numbers = _numbers(folder / NUMBERS, faults)
    document = {"flows": files, "entries": entries, "numbers": numbers}
    document |= {"entry_names": names} if names else {}
    document |= {PHRASES: phrases} if phrases else {}
    return document, faults


def _entries(entries: Any) -> tuple[Any, Document]:
    """Returns the landing flows of the short codes and the names of the posters. In both results, the keys are the
    digits of the short codes. The result may contain invalid values, because a later check of the document reports
    them."""
    if not isinstance(entries, Mapping):
        return entries, {}
    rows = {digits: row for digits, row in entries.items() if isinstance(row, Mapping)}
    flows_of = {digits: row.get("flow") for digits, row in rows.items()}
    names = {digits: row["name"] for digits, row in rows.items() if row.get("name")}
    return {**entries, **flows_of}, names


def _numbers(path: Path, faults: list[str]) -> list[dict[str, str]]:
    """Returns the rows of `numbers.csv` as they are written, without empty fields."""
    if not path.exists():
        return []
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as broken:
        faults.append(f"{path.name}: {'not UTF-8' if isinstance(broken, ValueError) else broken}")
        return []
    if tuple(reader.fieldnames or ()) != COLUMNS:
        faults.append(f"{path.name}: its first line must be {','.join(COLUMNS)}")
        return []
    for row in rows:
        if None in row or None in row.values():
            faults.append(f"{path.name}: the row of {row['number']} needs {len(COLUMNS)} fields")
            return []
    return [{name: value for name, value in row.items() if value} for row in rows]


def digest_of(document: Document) -> str:
    """Returns the SHA-256 of a document, including the order of its screens (docs/decisions/18)."""
    return sha_of({**document, "order of screens": _orders(document)})


def digest_of_flow(flow: Document) -> str:
    """Returns the digest of a flow's content and of the order of its screens."""
    return sha_of({"flow": flow, "order of screens": [*nodes_of(flow)]})


def sha_of(document: Document) -> str:
    """Returns the SHA-256 of the document as JSON with sorted keys."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def are_same(one: Document, other: Document) -> bool:
    """Returns True if two documents are equal, including the order of their screens."""
    return one == other and _orders(one) == _orders(other)


def _orders(document: Document) -> Mapping[str, Sequence[str]]:
    return {name: [*nodes_of(flow)] for name, flow in document.get("flows", {}).items()}


def compile_text(document: Document) -> str:
    """Compiles a document to a flow set and returns it as text. Raises FlowInvalid."""
    return serialise(documents.compile(document, place_lists()))


@dataclass(frozen=True, slots=True)
class ReadyDocument:
    """A document for publication. The slow work is done: the document is compiled, and its digest is computed."""

    document: WrittenObject
    pressed: str
    digest: str


def prepare(document: Document) -> ReadyDocument:
    """Prepares a document for publication. Raises FlowInvalid if the flows in the document cannot run."""
    return ReadyDocument(with_json(document), compile_text(document), digest_of(document))


def publish_document(session: Session, ready: ReadyDocument, now: datetime) -> int:
    """Publishes a prepared document, and returns its revision. Raises FlowInvalid if a short code that is already
    published would lead to another flow. The calling code must hold the lock of `tables.take_lock`."""
    live = tables.live_revision(session)
    printed = {} if live is None else tables.part_of(session, live.id, SHORT_CODES_FILE) or {}
    if faults := moved_short_codes(printed, ready.document.get(SHORT_CODES_FILE, {})):
        raise FlowInvalid(faults)
    # The new revision must come after the previous one, even if an operator set the server's time back.
    since = max(now, live.live_from + NEXT) if live and live.live_from else now
    existing = tables.find_by_digest(session, ready.digest)
    if existing is None:
        return tables.add_revision(
            session,
            digest=ready.digest,
            document=ready.document,
            at=now,
            live_from=since,
            pressed=ready.pressed,
            mark=MARK,
        ).id
    if live is None or live.id != existing.id:
        existing.live_from = since
    tables.store_compiled(session, existing.id, ready.pressed, MARK)
    return existing.id


def moved_short_codes(printed: Mapping[str, str], entries: Mapping[str, str]) -> list[str]:
    """Returns an error for each published short code that is missing or leads to another flow.

    Posters are already printed and cannot be changed.
    """
    faults = []
    for digits, flow in sorted(printed.items()):
        if digits not in entries:
            faults.append(f"entries.{digits}: was published and must stay; it leads to {flow}")
        elif entries[digits] != flow:
            faults.append(f"entries.{digits}: was published and leads to {flow}, for ever")
    return faults


def live_document(database: Database) -> Document:
    """Returns the published document, for reading. Raises NotReady, StoreUnavailable."""
    with database.reading() as session:
        revision_id = tables.live_id(session)
        document = None if revision_id is None else tables.document_of(session, revision_id)
    if document is None:
        raise NotReady(NO_FLOWS)
    return document


def write_folder(document: Document, folder: Path) -> tuple[Path, ...]:
    """Writes a document as files: one for each flow, one for short codes and one for numbers.

    Replaces existing files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.yaml": documents.dump(flow) for name, flow in document["flows"].items()}
    names = document.get("entry_names", {})
    entries = {
        digits: {"flow": flow, "name": names[digits]} if digits in names else flow
        for digits, flow in document.get(SHORT_CODES_FILE, {}).items()
    }
    texts[f"{SHORT_CODES_FILE}.yaml"] = documents.dump(entries)
    if document.get(PHRASES):
        texts[f"{PHRASES}.yaml"] = documents.dump(document[PHRASES])
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(document.get("numbers", []))
    texts[NUMBERS] = sheet.getvalue()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)
