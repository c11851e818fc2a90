"""What the web server imports: `granian --interface wsgi wsgi:application`."""

import gc
import os
from functools import partial
from time import sleep

from hotline.cli.contexts import Role, build_web_without_wrong_keys, key_folder
from hotline.core.environment import OWNER_ONLY
from hotline.core.logs import configure
from hotline.core.settings import Settings
from hotline.counters.service import count_ended_sessions
from hotline.keys.gateway_secrets import LiveSecrets
from hotline.monitoring import service_measures
from hotline.web.bodies import bodies_for, close_slow_ones_for_ever, in_turn, repeat
from hotline.web.hooks import HookContext
from hotline.web.hooks_app import Meter, create_app

os.umask(OWNER_ONLY)
settings = Settings.read(os.environ)
configure(settings.log, "web", settings.log_level)
secrets = LiveSecrets(key_folder(settings, Role.HOOKS))
context = build_web_without_wrong_keys(settings)
meter = Meter(context)
bodies = bodies_for(context.database)
scope = HookContext(context, secrets, secrets.used, meter.note)
application = in_turn(create_app(scope), bodies)
repeat(15.0, partial(meter.hand_on, partial(service_measures.add, context)), "handing figures on")
# A few sessions that are over at a time: between two transactions the hops have the database for themselves.
repeat(5.0, partial(count_ended_sessions, context, pause=partial(sleep, 0.02)), "counting screens")
close_slow_ones_for_ever(bodies)

# What is here now stays: no hop waits while the collector looks at it again.
gc.collect()
gc.freeze()
