"""What the web process and the console do not pay for before their first answer."""

import os
import subprocess
import sys
from pathlib import Path

from tests.homes import LayHome


def test_the_web_process_starts_with_no_queue_no_gateway_and_no_page_of_the_console() -> None:
    """`wsgi.py` is no package, so that the linter does not see it: its own imports are looked at here."""
    look = """
import sys, hotline.web.hooks_app
print({'rq', 'africastalking', 'requests'} & set(sys.modules))
import hotline.cli.contexts, hotline.web.front, hotline.web.meter, hotline.web.slowness
print([name for name in sys.modules if name.startswith(("hotline.console", "hotline.web.console_app", "workers"))])
"""
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()", "[]"]
    wsgi = (Path(__file__).parents[2] / "wsgi.py").read_text(encoding="utf-8")
    assert "console" not in wsgi


def test_what_the_process_starts_with_is_no_burden_to_the_collector(
    tmp_path: Path, lay_home: LayHome
) -> None:
    environ = os.environ | {"HOTLINE_HOME": str(lay_home(tmp_path) / "home")}
    look = "import gc, wsgi; print(gc.get_freeze_count() > 10_000)"
    done = subprocess.run(
        [sys.executable, "-c", look], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_the_console_imports_a_page_when_somebody_first_asks_for_it(
    tmp_path: Path, lay_home: LayHome
) -> None:
    environ = os.environ | {"HOTLINE_HOME": str(lay_home(tmp_path) / "home")}
    look = """
import sys
from werkzeug.test import Client
from hotline.console.routes import ROUTES
from workers.console import application

VIEWS = {"hotline." + route.name.rpartition(".")[0] for route in ROUTES}
LARGE = ("numpy", "openpyxl", "segno", "hotline.cases.service_sheet", "hotline.editing.service_publish")
def loaded(): return {name for name in sys.modules if name in VIEWS or name.startswith(LARGE)}
print(loaded())
answer = Client(application).get("/enter", base_url="http://127.0.0.1:8080")
print(answer.status_code, loaded() & VIEWS)
"""
    done = subprocess.run(
        [sys.executable, "-c", look], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["set()", "200 {'hotline.people.pages_sign_in'}"]
