"""What one process may know without opening it: only what it sealed itself, for a while, and nothing that was told."""

import threading

from hotline.adapters.queue.kept_runs import MOST, KeptRuns

KEY = "a" * 64
HEARD = {"length": 3}


def test_it_counts_for_the_very_bytes_that_were_sealed() -> None:
    kept = KeptRuns(600)
    assert kept.find(KEY, b"sealed") is None
    kept.keep(KEY, b"sealed", HEARD)
    assert kept.find(KEY, b"sealed") == HEARD
    assert kept.find(KEY, b"another's") is None
    assert kept.find("b" * 64, b"sealed") is None


def test_the_next_takes_its_place_and_what_was_told_none() -> None:
    kept = KeptRuns(600)
    kept.keep(KEY, b"sealed", HEARD)
    kept.keep(KEY, b"anew", {"length": 5})
    assert kept.find(KEY, b"sealed") is None
    kept.forget(KEY)
    assert kept.find(KEY, b"anew") is None
    kept.forget(KEY)


def test_what_is_old_or_too_much_goes() -> None:
    at = [0.0]
    kept = KeptRuns(600, elapsed=lambda: at[0])
    kept.keep(KEY, b"sealed", HEARD)
    at[0] = 600.0
    kept.keep("b" * 64, b"sealed", HEARD)
    assert kept.find(KEY, b"sealed") is None

    for number in range(MOST):
        kept.keep(str(number), b"sealed", HEARD)
    assert kept.find("b" * 64, b"sealed") is None
    assert kept.find("0", b"sealed") == HEARD


def test_threads_do_not_disturb_each_other() -> None:
    kept, together = KeptRuns(600), threading.Barrier(4)
    wrong: list[str] = []

    def talk(name: str) -> None:
        together.wait()
        for number in range(2 * MOST):
            sealed = f"{name}{number}".encode()
            kept.keep(name, sealed, {"of": name})
            if kept.find(name, sealed) != {"of": name}:
                wrong.append(name)

    threads = [threading.Thread(target=talk, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
