"""Runs the web process without encryption of conversation states. A search for canaries must notice this."""

import os
from dataclasses import replace

from hotline.cli.contexts import Role, build_door, key_folder
from hotline.core.settings import Settings
from hotline.dialogue.redis_adapters import RedisRuns
from hotline.keys.conversation_state import RunCipher
from hotline.keys.key_folder import hook_secrets
from hotline.web.hooks_app import create_app


class Glass(RunCipher):
    """A cipher that leaves everything readable."""

    def __init__(self) -> None:
        pass

    def seal(self, session_key: str, plain: bytes) -> bytes:
        return plain

    def open(self, session_key: str, sealed: bytes) -> bytes:
        return sealed


settings = Settings.read(os.environ)
kit = build_door(settings)
application = create_app(
    replace(kit, runs=RedisRuns(settings.redis_url, Glass())),
    hook_secrets(key_folder(settings, Role.HOOKS)),
)
