"""Tests that the schema contains every table. The schema contains a table only if an import has registered the table.
Such an import looks unused. One of these imports was once removed by mistake.
"""

import re
import subprocess
import sys

from tests.architecture.tree import python_files

LOOK = "from hotline.operations.schema import METADATA; print(*METADATA.tables)"


def test_the_schema_alone_knows_every_table_that_the_code_declares() -> None:
    files = [path.read_text(encoding="utf-8") for path in python_files("hotline")]
    declared = {name for text in files for name in re.findall(r'__tablename__ = "(\w+)"', text)}
    known = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert len(declared) > 70
    assert set(known.stdout.split()) == declared
