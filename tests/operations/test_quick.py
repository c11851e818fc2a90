"""Tests that `bin/quick` tries fewer examples of the same tests than `bin/test`."""

from hypothesis import settings

from tests.architecture.tree import ROOT


def test_only_the_quick_run_is_spared_examples() -> None:
    assert settings.get_profile("quick").max_examples < settings.get_profile("patient").max_examples
    assert "--hypothesis-profile=quick" in (ROOT / "bin/quick").read_text(encoding="utf-8")
    assert "hypothesis-profile" not in (ROOT / "bin/test").read_text(encoding="utf-8")


def test_the_quick_run_is_text_and_every_rule() -> None:
    script = (ROOT / "bin/quick").read_text(encoding="utf-8")
    assert "tests/text tests/*/test_rules_*.py" in script
    for chooses in (" -k", " -m ", "--ignore", "--deselect"):
        assert chooses not in script.replace(" -m pytest", "")
