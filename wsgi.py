"""What the web server imports: `granian --interface wsgi wsgi:application`."""

import gc
import os
from functools import partial
from time import sleep

from hotline.cli.contexts import Role, build_open_door, key_folder
from hotline.core.environment import OWNER_ALONE
from hotline.core.logs import configure
from hotline.core.settings import Settings
from hotline.counters.service import count_left
from hotline.keys.hook_secrets import LiveSecrets
from hotline.monitoring import service_measures
from hotline.web.bodies import bodies_for, in_turn
from hotline.web.front import Meter, hooks_first
from hotline.web.hooks_app import create_app
from hotline.web.slowness import close_slow_ones_for_ever, every

os.umask(OWNER_ALONE)
settings = Settings.read(os.environ)
configure(settings.log, "web")
secrets = LiveSecrets(key_folder(settings, Role.HOOKS))
kit = build_open_door(settings)
meter = Meter(kit)
bodies = bodies_for(kit.database)
application = in_turn(hooks_first(create_app(kit, secrets, secrets.used, meter.note)), bodies)
every(15.0, partial(meter.hand_on, partial(service_measures.add, kit)), "handing figures on")
# A few sessions that are over at a time: between two transactions the hops have the database for themselves.
every(5.0, partial(count_left, kit, pause=partial(sleep, 0.02)), "counting screens")
close_slow_ones_for_ever(bodies)

# What is here now stays: no hop waits while the collector looks at it again.
gc.collect()
gc.freeze()
