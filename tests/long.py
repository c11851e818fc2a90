"""Chooses the tests of `bin/test --long`, the servers for each test, and the seed of a run.

`bin/test` runs the same tests every day, and `bin/test --long` runs all of them at full length. The seed decides the
order of the tests, random values inside them, and the examples of hypothesis. Set HOTLINE_TEST_SEED to the seed of an
earlier run to repeat that run. Each process of a run reads HOTLINE_TEST_SEED and HOTLINE_TEST_LONG from the
environment.
"""

import os
import random
import re
import signal
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from hotline.core.environment import is_yes
from tests.support.servers import Pair

ONLY_LONG = (
    # The test is slow because it stores 100,000 tips.
    "tests/console/test_board_speed.py::*",
    # Each story in these tests takes 15 seconds in a browser. The daily run has the English story.
    "tests/console/test_in_browser.py::test_a8_danger_is_read_and_closed_from_board[narrow-rw]",
    "tests/console/test_in_browser.py::test_a8_danger_is_read_and_closed_from_board[office-fr]",
    # These tests run whole hotlines with real processes, and each takes 10 to 180 processor seconds. The daily run
    # tests the stories in `test_one_line.py`, which share one hotline.
    "tests/faults/test_whole_lines.py::*",
    "tests/faults/test_command.py::test_told_to_end_it_leaves_nothing_running",
    "tests/faults/test_drill.py::test_a_backup_under_load_is_whole",
    "tests/faults/test_own_accounts.py::test_a_tip_goes_its_way_and_no_server_refuses_a_statement",
    "tests/faults/test_runs.py::test_a_run_notices_that_a_step_is_missing",
    "tests/faults/test_runs.py::test_no_tip_is_lost_and_no_alert_is_silent",
    "tests/faults/test_dying_lines.py::*",
    "tests/cli/test_alone.py::test_run_starts_nothing_where_the_consoles_port_is_taken",
    "tests/cli/test_mounts.py::*",
    "tests/duty/test_sheet_import.py::*",
    "tests/operations/test_console_proxies.py::*",
    "tests/operations/test_hooks_rotate.py::*",
    "tests/keys/test_wrong_key.py::test_wrong_monitor_key_notifies_second_channel_once",
    "tests/keys/test_wrong_key.py::test_wrong_relay_key_warns_caller_and_on_call",
    "tests/gateway/test_side_by_side.py::test_two_processes_share_places",
    "tests/web/test_console_bodies.py::test_half_sent_headers_keep_nobody_from_a_page",
    "tests/faults/test_relay_dies.py::*[servers]",
    "tests/cli/test_desks.py::test_a_desk_that_somebody_left_wants_a_new_key_and_gets_one",
    "tests/cli/test_keys.py::test_the_desks_get_a_new_passphrase",
    "tests/cli/test_prove_shred.py::test_every_try_succeeds_while_the_keys_are_there_and_none_after",
    "tests/cli/test_prove_shred.py::test_what_was_erased_opens_for_nobody[postgres]",
    # Every day, the first queue of each sender is tested on both pairs of servers. Alerts and confirmations are two
    # separate kinds of message. The other queues have the same code. So the daily run tests them on one pair of servers
    # only, with a gateway that answers and without killing a process.
    "tests/faults/test_every_queue.py::*[embedded-*-soon]",
    "tests/faults/test_every_queue.py::*[embedded-*-normal]",
    "tests/faults/test_every_queue.py::*[embedded-*-drill]",
    "tests/faults/test_every_queue.py::*[servers-*soon]",
    "tests/faults/test_every_queue.py::*[servers-*normal]",
    "tests/faults/test_every_queue.py::*[servers-*confirmation]",
    "tests/faults/test_every_queue.py::*[servers-*drill]",
    "tests/faults/test_clock.py::test_row_32_the_zone_of_the_machine_means_nothing[Europe/Brussels]",
    # The daily run tests each jump of the clock with the most urgent and with the least urgent tip.
    "tests/faults/test_clock.py::test_row_32_no_step_comes_late_nor_two_in_a_tick[embedded-*-2]",
    "tests/faults/test_clock.py::test_row_32_no_step_comes_late_nor_two_in_a_tick[servers-*-2]",
    "tests/faults/test_clock.py::test_row_32_no_step_comes_late_nor_two_in_a_tick[servers-*-3]",
    "tests/statistics/test_report.py::test_e5_the_report_is_two_pages_and_holds_what_was_published[*en]",
    "tests/statistics/test_report.py::test_e5_the_report_is_two_pages_and_holds_what_was_published[*fr]",
    # These tests take long, for example because they start thirty Python processes, make a year of sample data, build
    # the container image or open 200 sockets.
    "tests/cli/test_bench.py::*",
    # The daily run plays each danger in Kinyarwanda.
    "tests/cases/test_three_dangers.py::test_danger_runs_to_its_30_day_check[*-en]",
    "tests/cases/test_three_dangers.py::test_danger_runs_to_its_30_day_check[*-fr]",
    # The daily run plays these stories of the console in Kinyarwanda.
    "tests/cases/test_case_files.py::test_only_file_with_order_contains_the_report[*-en]",
    "tests/cases/test_case_files.py::test_only_file_with_order_contains_the_report[*-fr]",
    "tests/cases/test_handover.py::test_r10_day_shift_reads_case_note_of_night_shift[*-en]",
    "tests/cases/test_handover.py::test_r10_day_shift_reads_case_note_of_night_shift[*-fr]",
    "tests/cases/test_oversight.py::test_c20_oversight_desk_reads_and_closes_complaint[*-en]",
    "tests/cases/test_oversight.py::test_c20_oversight_desk_reads_and_closes_complaint[*-fr]",
    "tests/cases/test_receipts.py::test_c11_receipt_looks_unknown_after_erasure_request[*-en-*]",
    "tests/cases/test_receipts.py::test_c11_receipt_looks_unknown_after_erasure_request[*-fr-*]",
    "tests/flows/test_citizen_rows.py::test_c18_silent_calls_file_no_tip_and_block_no_phone[en]",
    "tests/flows/test_citizen_rows.py::test_c18_silent_calls_file_no_tip_and_block_no_phone[fr]",
    "tests/flows/test_citizen_rows.py::test_joke_is_an_outcome_and_next_tip_of_phone_alerts[en]",
    "tests/flows/test_citizen_rows.py::test_joke_is_an_outcome_and_next_tip_of_phone_alerts[fr]",
    "tests/cli/test_other_tables.py::test_a_missing_part_is_not_made_anew[*-run]",
    "tests/cli/test_sample.py::*",
    "tests/operations/test_image.py::*",
    "tests/architecture/test_imports.py::test_a_command_loads_no_page_no_queue_and_no_test",
    "tests/web/test_strangers_at_the_door.py::test_colleagues_pass_strangers",
    # The tests of the crawler in this list visit every screen. The daily run presses every digit on every screen of a
    # caller.
    "tests/crawler/test_behind_pin.py::*[en-*]",
    "tests/crawler/test_behind_pin.py::*[fr-*]",
    "tests/crawler/test_behind_pin.py::*[rw-*]",
    "tests/crawler/test_crawl.py::test_every_digit_at_every_screen_where_no_report_is_offered",
    "tests/crawler/test_every_node.py::test_c9_c14_nothing_is_left_behind_at_any_node",
    "tests/crawler/test_hanging_up.py::test_a_hangup_files_as_promised[*unsure*]",
    "tests/crawler/test_hanging_up.py::test_a_hangup_files_as_promised[no-*]",
    "tests/crawler/test_hanging_up.py::test_c9_000_at_any_node_erases_what_is_not_filed_and_marks_what_is[unsure-*]",
    "tests/crawler/test_hanging_up.py::test_c9_000_at_any_node_erases_what_is_not_filed_and_marks_what_is[no-*]",
    "tests/crawler/test_crawl.py::test_every_digit_at_every_screen[whole]",
    "tests/crawler/test_crawl.py::test_a_thousand_digits_at_the_nearest_screens[flask]",
    # The tests open pages in Chromium. The daily run plays each story of the console in Kinyarwanda, and opens pages of
    # each kind at 360 px.
    "tests/browser/*[en]",
    "tests/browser/*[fr]",
    "tests/browser/test_news_story.py::*[office]",
    "tests/console/test_in_browser.py::test_a8_board_shows_new_danger_and_keeps_focus[office]",
    "tests/browser/test_console_stories.py::test_a_lost_password_without_the_key_on_paper_opens_nothing[rw]",
    "tests/browser/test_danger_story.py::*",
    "tests/browser/test_documents.py::*",
    "tests/browser/test_editor.py::test_without_script_the_buttons_do_the_same",
    "tests/browser/test_editor.py::test_axe_finds_nothing_and_nothing_scrolls_sideways",
    "tests/browser/test_guide.py::test_a_sentence_from_the_first_link_to_the_caller_and_back",
    "tests/browser/test_guide.py::test_a_topic_of_three_screens_is_live_in_ten_minutes",
    "tests/browser/test_no_plaintext.py::*",
    "tests/browser/test_pages_of_changes.py::test_axe_finds_nothing_and_no_page_scrolls_sideways",
    "tests/browser/test_screens.py::*",
    "tests/browser/test_story.py::*",
    "tests/browser/test_twenty_texts.py::*",
    "tests/browser/test_words_pages_narrow.py::*",
    "tests/console/test_any_form.py::*",
    "tests/console/test_forms.py::test_each_field_has_label_and_each_form_key[stale]",
    "tests/console/test_persons.py::test_pages_of_persons_are_small_in_each_language[en]",
    "tests/console/test_persons.py::test_pages_of_persons_are_small_in_each_language[fr]",
    "tests/console/test_tips.py::test_a8_pages_of_tips_are_small_in_each_language[en]",
    "tests/console/test_tips.py::test_a8_pages_of_tips_are_small_in_each_language[fr]",
    "tests/statistics/test_pages.py::test_e2_the_overview_answers_four_questions_in_each_language[*-en]",
    "tests/statistics/test_pages.py::test_e2_the_overview_answers_four_questions_in_each_language[*-fr]",
    "tests/console/test_editor.py::test_each_kind_of_screen_is_saved_unchanged",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[1-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[2-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[3-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[4-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[5-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[6-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[7-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[8-*]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[*-office]",
    "tests/console/test_in_browser.py::test_pages_pass_axe_and_fit_their_screen[*-twice as large]",
    "tests/emulator/test_accessibility.py::*",
    "tests/emulator/test_page.py::test_touch_screen_types_letters",
    "tests/emulator/test_page.py::test_the_right_phone_follows_each_tip",
    # The tests check tools for testing: the comparison of two commits, the types of the ports, a home that is made
    # once.
    "tests/compare/test_plays.py::*",
    "tests/architecture/test_ports_fit.py::*",
    # The database treats all kinds of damage to a key in the same way. The daily run tests each kind of damage on
    # SQLite, and one kind on PostgreSQL.
    "tests/people/test_missing_desk_key.py::test_row_36_desk_without_key_loses_no_tip[servers-*-cut_short]",
    "tests/people/test_missing_desk_key.py::test_row_36_desk_without_key_loses_no_tip[servers-*-break_off]",
    # The daily run tests the warnings about the first and the last of four similar tips.
    "tests/alerts/test_cluster_marks.py::test_visit_warning_reaches_all_alerted_in_30_seconds[*-2]",
    # The test is slow because it files 10,000 tips.
    "tests/alerts/test_month_of_tips.py::*",
    # Some of the tests below compute for a long time. Other tests compute all numbers of a quarter a second time.
    "tests/alerts/test_bursts.py::test_reference_gets_five_characters_after_four_run_out",
    "tests/cli/test_publishing.py::test_what_somebody_published_by_hand_stays",
    "tests/console/test_routes.py::test_post_without_form_key_changes_nothing[a foreign key]",
    "tests/workers/test_clock.py::test_reports_that_never_come_cost_one_step_a_tip",
    "tests/people/test_desk_rotation.py::test_undecryptable_grant_keeps_the_old_keys",
    "tests/statistics/test_published.py::test_e3_no_count_is_narrower_than_five_values[25-*]",
    "tests/statistics/test_published.py::test_e3_no_count_is_narrower_than_five_values[150-*]",
    "tests/statistics/test_published.py::test_e3_tables_show_numbers[1200-False-tips_by_form-*]",
    "tests/statistics/test_published.py::test_e3_tables_show_numbers[1200-False-tips_by_province-*]",
    "tests/workers/test_worker.py::test_a_redis_that_was_restarted_finds_its_worker_again[embedded]",
    "tests/tips/test_like_tips_of_a_day.py::*",
    "tests/operations/test_release.py::test_a_locked_migration_waits",
    "tests/operations/test_release.py::test_callers_notice_no_wider_table",
    "tests/test_mutants.py::test_every_broken_line_is_noticed",
    "tests/alerts/test_rules_every_interleaving.py::test_no_danger_tip_is_lost[taken by two*",
    "tests/alerts/test_rules_every_interleaving.py::test_no_danger_tip_is_lost[an end is wanted*",
    "tests/alerts/test_rules_every_interleaving.py::test_no_danger_tip_is_lost_within_three_actions",
    # The search that begins at a newly filed tip also visits each state that the search from an overdue tip visits.
    "tests/alerts/test_rules_every_interleaving.py::test_no_danger_tip_is_lost[red]",
)
"""The tests, by their ids, that only `bin/test --long` runs. `*` matches any text. The id of a test without its
parameters means the test with all its parameters."""
FEW, MANY = 20, 300
PARTS = ("computing", "waiting")
SLOW = "mark.slow"
"""The text by which a file marks a slow test. The part of the run with slow tests imports only files that contain this
text."""


def is_long() -> bool:
    """Returns True if every test runs at full length."""
    return is_yes(os.environ.get("HOTLINE_TEST_LONG", ""))


EXAMPLES = MANY if is_long() else FEW
"""The number of examples with which a property is tested."""


def seed() -> int:
    """Returns the seed of this run. The first process of a run chooses it at random, and the processes that it
    starts inherit it."""
    return int(
        os.environ.setdefault("HOTLINE_TEST_SEED", str(random.SystemRandom().randrange(10**6)))
    )


def register_profiles() -> None:
    """Registers profiles of hypothesis without a time limit, because a slow machine does not make a property wrong."""
    settings.register_profile("patient", deadline=None, max_examples=EXAMPLES)
    settings.register_profile("quick", deadline=None, max_examples=5)
    settings.load_profile("patient")


def seed_everything(config: pytest.Config) -> None:
    """Sets one seed for the order of the tests, for random values inside them, and for hypothesis."""
    if config.getoption("randomly_seed", None) == "default":
        config.option.randomly_seed = seed()
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(seed())
    if config.option.part == "waiting" and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # If a shell starts a process in the background, the process ignores Ctrl-C. Python's usual handler makes Ctrl-C
        # end the run.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def how_to_repeat() -> str:
    command = "bin/test --long" if is_long() else "bin/test"
    return f"to repeat this run: HOTLINE_TEST_SEED={seed()} {command}"


def has_no_slow_test(path: Path, config: pytest.Config) -> bool:
    """Returns True if this file has no slow test, so that the part of the run with slow tests need not import it."""
    if config.option.part != "waiting" or not path.name.startswith("test_"):
        return False
    return SLOW not in path.read_text(encoding="utf-8")


def keep(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Selects the tests of the wanted part (`computing` or `waiting`) and length, and puts the slow tests first."""
    for item in items:
        if has(item, "slow") and SLOW not in item.path.read_text(encoding="utf-8"):
            raise pytest.UsageError(f"{item.nodeid}: write pytest.mark.slow(...) in its own file")
    left_out = [item for item in items if not (in_part(item, config) and in_length(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = sorted((item for item in items if item not in gone), key=place)


def in_part(item: pytest.Item, config: pytest.Config) -> bool:
    waits = has(item, "slow") and not has(item, "alone")
    return config.option.part is None or waits == (config.option.part == "waiting")


def in_length(item: pytest.Item) -> bool:
    return is_long() or not (is_listed(item.nodeid) or is_of_the_other_pair(item))


def is_listed(test: str, listed: Sequence[str] = ONLY_LONG) -> bool:
    return _pattern(tuple(listed)).fullmatch(test) is not None


@cache
def _pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(one).replace(r"\*", ".*") for one in listed)
    return re.compile(rf"(?:{alternatives})(?:\[.*\])?")


def is_of_the_other_pair(item: pytest.Item) -> bool:
    """Returns True if this test is left out with this pair of servers, because it runs with the other pair.

    Tests about differing SQL, locks and races run with both pairs and are marked `both` or `fault`. Every other test
    runs with one pair of servers, which the test's name decides. Five of six tests use SQLite and Valkey. One of six
    tests uses PostgreSQL and Redis, which take longer.
    """
    if has(item, "both") or has(item, "fault"):
        return False
    if not (isinstance(item, pytest.Function) and hasattr(item, "callspec")):
        return False
    pair = item.callspec.params.get("pair")
    if not isinstance(pair, Pair):
        return False
    case = f"{item.path.name}::{item.name.replace(pair, '', 1)}"
    mine = Pair.SERVERS if zlib.crc32(case.encode()) % 6 == 0 else Pair.EMBEDDED
    return pair is not mine


def place(item: pytest.Item) -> tuple[int, str]:
    """Returns the position of a test in the order. Browser tests run folder by folder, because the hotline of a
    folder ends after its last test."""
    return rank(item), str(item.path.parent) if has(item, "browser") else ""


def rank(item: pytest.Item) -> int:
    """Returns the rank of a test. The first test process starts at the front of the order, and the second test process
    starts in the middle, so two fault tests seldom run at the same time.

    Browser tests run one after the other, so that one Chromium and one hotline are enough for them.
    """
    first = ("alone", "browser", "chaos", "slow")
    return next((n for n, mark in enumerate(first) if has(item, mark)), len(first))


def has(item: pytest.Item, mark: str) -> bool:
    return item.get_closest_marker(mark) is not None
