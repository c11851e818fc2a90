"""Writes the bill of materials of a release (CycloneDX 1.6, JSON) from a lock file and the installed packages.

Run `python -m tools.sbom requirements.lock >FILE`. The lock file has names, versions and digests. The metadata of the
packages has licences and dependencies.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

PINNED = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.M
)
DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    """Returns the bill of materials for the packages in a lock file. The same lock file and packages give the same
    document."""
    parts = list(_components(lock))
    refs = {part["name"]: part["bom-ref"] for part in parts}
    line: dict[str, Any] = {"type": "application", "bom-ref": "hotline", "name": "hotline"}
    line |= {"version": metadata.version("hotline"), "licenses": _licences("hotline")}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": line},
        "components": parts,
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(refs[need] for need in _needs(name) if need in refs)}
            for name, ref in {"hotline": "hotline", **refs}.items()
        ],
    }


def _components(lock: str) -> Iterator[dict[str, Any]]:
    for match in PINNED.finditer(lock):
        name, version = match["name"], match["version"]
        url = f"pkg:pypi/{name}@{version}"
        part = {"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url}
        part["hashes"] = [{"alg": "SHA-256", "content": it} for it in DIGEST.findall(match["rest"])]
        yield part | {"licenses": _licences(name)}


def _licences(name: str) -> list[dict[str, Any]]:
    """Returns the licence that an installed package declares. The result is empty if the package is not installed,
    because it is for another platform."""
    with suppress(metadata.PackageNotFoundError):
        fields = metadata.metadata(name).json
        if expression := fields.get("license_expression"):
            return [{"expression": expression}]
        kinds = [kind for kind in fields.get("classifier", ()) if kind.startswith("License ::")]
        names = [kind.rpartition(" :: ")[2] for kind in kinds] or str(
            fields.get("license", "")
        ).split("\n")
        return [{"license": {"name": licence}} for licence in names if licence]
    return []


def _needs(name: str) -> set[str]:
    """Returns the normalised names of the packages that an installed package may need."""
    with suppress(metadata.PackageNotFoundError):
        names = (re.split(r"[^\w.-]", need)[0] for need in metadata.requires(name) or ())
        return {re.sub(r"[-_.]+", "-", package).lower() for package in names}
    return set()


if __name__ == "__main__":
    print(json.dumps(bill(Path(sys.argv[1]).read_text(encoding="utf-8")), indent=1))  # noqa: T201
