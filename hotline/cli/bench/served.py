"""The web process of a bench: the line, and beside it on the same server an endpoint of Flask that does nothing.

Whatever a machine does meanwhile, it does to both.
"""

import os
import time

from flask import Response

from hotline.bootstrap import Role, build_kit, key_folder
from hotline.cli.bench.addresses import NULL, SPENT
from hotline.config import Settings
from hotline.sealing.keyfolder import hook_secrets
from hotline.web.app import create_app

settings = Settings.read(os.environ)
application = create_app(
    build_kit(settings, Role.HOOKS), hook_secrets(key_folder(settings, Role.HOOKS))
)


@application.post(NULL)
def null() -> Response:
    return Response("ok", content_type="text/plain; charset=utf-8")


@application.get(SPENT)
def spent() -> Response:
    return Response(str(time.process_time()), content_type="text/plain; charset=utf-8")
