"""Imports the classes of all tables, so that one metadata object contains every table."""

from importlib import import_module

import hotline.alerts.queries_retention
import hotline.tips.queries
import hotline.tips.queries_visible  # noqa: F401
from hotline.core.database import Row
from hotline.core.environment import CHECKOUT

# The metadata contains a table only after the module of its class was imported.
for path in sorted(CHECKOUT.glob("hotline/*/tables*.py")):
    import_module(f"hotline.{path.parent.name}.{path.stem}")
METADATA = Row.metadata
