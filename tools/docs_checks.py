"""Checks the documents when mkdocs builds them: `mkdocs.yml` names this file as a hook.

The checks find broken links to files outside `docs/`, and broken links in README.md and other documents in its folder.
They also find content that the site would load from another host. Instead of a link to a file outside `docs/`, the site
shows the file's name.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger("mkdocs.docs_checks")
ROOT = Path(__file__).parents[1]
BESIDE = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)|<img[^>]* src=\"([^\"]+)\"")
OUTWARD = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)\s#]+)(?:#[^)\s]*)?\)")
LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc(?:set)?=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*\brel=["']?(?:canonical|next|prev))[^>]*?\bhref=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|(?:@import\s+|url\()["']?((?:https?:)?//[^"')\s]+)"""
)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replaces each link to a file outside `docs/` with the name of the file."""

    def named(found: re.Match[str]) -> str:
        path = (ROOT / "docs" / page.file.src_uri).parent.joinpath(found[2]).resolve()
        if path.is_relative_to(ROOT / "docs"):
            return found[0]
        if not path.exists():
            logger.warning("the page %s links to a missing file: %s", page.file.src_uri, found[2])
        name = f"`{path.relative_to(ROOT)}`" if path.is_relative_to(ROOT) else found[2]
        return name if found[1].strip("`") in name else f"{found[1]} ({name})"

    return OUTWARD.sub(named, markdown)


def on_post_build(config: Any) -> None:
    """Warns of each broken link, and of each address on another host that the site would load. A strict build fails
    for a warning.
    """
    for problem in [*broken_links(ROOT), *foreign(Path(config["site_dir"]))]:
        logger.warning(problem)


def broken_links(root: Path) -> Iterator[str]:
    """Yields each link to a missing file in documents that are not part of the site."""
    for name in BESIDE:
        for found in LINK.finditer((root / name).read_text(encoding="utf-8")):
            link = found[1] or found[2]
            if not re.match(r"[a-z]+:", link) and not (root / link).exists():
                yield f"{name}: no such file: {link}"


def foreign(site: Path) -> Iterator[str]:
    """Yields each address on another host that a page or a style sheet of the site loads."""
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.svg")]):
        for found in LOADED.finditer(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: loads {found[1] or found[2] or found[3]}"
