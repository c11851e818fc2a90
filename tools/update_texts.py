"""Updates the catalogue of every language from the code: adds new texts without translation, and removes old texts.

python tools/update_texts.py
"""

import sys

from hotline.cli.texts import update
from hotline.core.catalogues import LOCALES

if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in update(LOCALES))
