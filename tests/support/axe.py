"""Checks an open page with axe, a program that finds barriers for blind readers and for large thumbs."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
"""A rule that axe skips by default: each button is large enough for a thumb."""


def axe_faults(page: Page, when: str) -> list[str]:
    told = Axe().run(page, options=OPTIONS).response
    return [
        f"{when}: {rule['id']}: {node['html'][:80]}: {node['failureSummary'][:200]}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]
