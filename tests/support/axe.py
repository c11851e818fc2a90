"""Checks an open page with axe, a program that finds problems for blind people and for people with large thumbs."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
"""Makes axe check one more rule than usual: each button must be large enough for a thumb."""


def axe_faults(page: Page, when: str) -> list[str]:
    told = Axe().run(page, options=OPTIONS).response
    return [
        f"{when}: {rule['id']}: {node['html'][:80]}: {node['failureSummary'][:200]}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]
