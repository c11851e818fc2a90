"""Shows lines from tests after all tests have run, for example how many steps a test took.

A worker of pytest-xdist has no terminal, so it sends these lines to the main process with its test reports.
"""

from collections.abc import Callable

import pytest

NAME = "steps"
Tell = Callable[[str], None]


@pytest.fixture
def tell_steps(record_property: Callable[[str, object], None]) -> Tell:
    """Returns a function that adds one line to the summary after all tests."""
    return lambda line: record_property(NAME, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [one for group in terminalreporter.stats.values() for one in group]
    told = [
        value
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == NAME
    ]
    if told:
        terminalreporter.section("steps")
    for line in sorted(set(map(str, told))):
        terminalreporter.write_line(line)
