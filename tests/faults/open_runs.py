"""Runs the web process without the encryption of conversation states. The search of a test for the words of a tip must
then find these words in the stored states."""

import os
from dataclasses import replace

from hotline.cli.contexts import Role, build_web, key_folder
from hotline.core.settings import Settings
from hotline.dialogue.redis_adapters import RedisStates
from hotline.keys.conversation_state import StateCipher
from hotline.keys.key_folder import hook_secrets
from hotline.web.hooks import HookContext
from hotline.web.hooks_app import create_app


class Glass(StateCipher):
    """A simulated cipher that leaves conversation states unencrypted."""

    def __init__(self) -> None:
        pass

    def seal(self, session_key: str, plain: bytes) -> bytes:
        return plain

    def open(self, session_key: str, encrypted: bytes) -> bytes:
        return encrypted


settings = Settings.read(os.environ)
context = build_web(settings)
runs = RedisStates(settings.redis_url, Glass())
secrets = hook_secrets(key_folder(settings, Role.HOOKS))
application = create_app(HookContext(replace(context, runs=runs), secrets))
