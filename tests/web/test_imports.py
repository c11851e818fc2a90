"""What the web process does not pay for before its first answer."""

import subprocess
import sys


def test_the_web_edge_imports_no_queue_and_no_gateway() -> None:
    look = "import sys, hotline.web.app; print({'rq', 'africastalking', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
