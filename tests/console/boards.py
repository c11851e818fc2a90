"""Reads the board of a desk from its page."""

import re

from tests.console.conftest import Tab


def on_board(tab: Tab, address: str = "/") -> dict[str, list[int]]:
    """Returns the tips of each column, in their order."""
    page = tab.get(address).text
    parts = re.findall(r'<section id="(\w+)"(.*?)</section>', page, re.DOTALL)
    return {
        name: [int(one) for one in re.findall(r'<a href="/tips/(\d+)"', body)]
        for name, body in parts
        if '<a href="/tips/' in body
    }
