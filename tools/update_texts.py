"""Updates the catalogue of every language from the code: adds new texts without translation, and removes old texts.

python tools/update_texts.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from hotline.cli import texts
from hotline.cli.texts import SOURCE, empty_catalogue, gathered_texts, phrases, read, write
from hotline.core.catalogues import LOCALES, catalogue_path
from hotline.core.wording import Template
from hotline.text.languages import CODES


def update(locales: Path) -> Iterator[str]:
    """Writes the changed catalogues, and yields one line of output for each language."""
    for language in CODES:
        path = catalogue_path(locales, language)
        before = read(path) if path.exists() else None
        catalogue = before or empty_catalogue(language)
        known = phrases(catalogue)
        catalogue.update(gathered_texts(), no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        if language == SOURCE:
            for message in catalogue:
                message.string = message.id or message.string
        if before is None or phrases(catalogue) != known:
            write(path, catalogue)
        empty = sum(not text for text in phrases(catalogue).values())
        yield f"{language}: {len(Template) - empty} of {len(Template)} phrases"
    yield from texts.update(locales)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in update(LOCALES))
