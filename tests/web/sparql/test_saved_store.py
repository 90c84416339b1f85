"""web.saved: queries under an address made of their content, in a file that stays small."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from atlas_ld.web.sparql import saved_store
from atlas_ld.web.sparql.saved_store import FILE, Saved, SavedQueries, key_of, normal


def test_a_saved_query_is_read_back(tmp_path: Path) -> None:
    queries = SavedQueries(tmp_path, 10_000)
    key = queries.save("ASK { } # é\0", "boolean")
    assert key == key_of("ASK { } # é\0")
    assert queries.read(key) == Saved(key, "ASK { } # é\0", "boolean")


def test_what_was_never_saved_is_not_there_and_leaves_no_file(tmp_path: Path) -> None:
    assert SavedQueries(tmp_path, 10_000).read("0" * 24) is None
    assert not (tmp_path / FILE).exists()


def test_a_query_saved_twice_is_stored_once(tmp_path: Path) -> None:
    queries = SavedQueries(tmp_path, 10_000)
    assert queries.save("ASK { }", "boolean") == queries.save("ASK { }", "boolean")
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT COUNT(*) FROM saved").fetchone() == (1,)
    database.close()


def test_ends_of_lines_and_blank_ends_make_no_other_query() -> None:
    assert normal("  SELECT *\r\n{ }\r\n\r\n") == normal("SELECT *\n{ }") == "SELECT *\n{ }\n"


def test_the_query_not_used_for_the_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**9, 100_000))
    monkeypatch.setattr(saved_store.time, "time", lambda: float(next(clock)))
    queries = SavedQueries(tmp_path, 3 * 4096)
    first, second, third = (queries.save(f"ASK {{ }} # {n}".ljust(100), "boolean") for n in "123")
    assert queries.read(first)  # used again, more than a day later
    queries.save("ASK { } # 4".ljust(100), "boolean")
    assert queries.read(second) is None
    assert queries.read(first)
    assert queries.read(third)


def test_one_network_drives_out_its_own_queries_and_nobody_elses(tmp_path: Path) -> None:
    queries = SavedQueries(tmp_path, 160 * 4096)
    others = [queries.save(f"ASK {{ }} # {n}", "boolean", f"192.0.{n}.0/24") for n in range(20)]
    greedy = [queries.save(f"SELECT * {{ }} # {n}", "bindings", "198.51.100.0/24") for n in range(400)]
    assert all(queries.read(key) for key in others)
    assert sum(queries.read(key) is not None for key in greedy) == 20


def test_what_is_used_on_several_days_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**9, 100_000))
    monkeypatch.setattr(saved_store.time, "time", lambda: float(next(clock)))
    queries = SavedQueries(tmp_path, 16 * 4096)
    used = queries.save("ASK { } # used", "boolean", "192.0.2.0/24")
    for _ in range(2):
        assert queries.read(used)
    for number in range(60):
        queries.save(f"ASK {{ }} # {number}", "boolean", f"198.51.{number}.0/24")
    assert queries.read(used)


def test_a_file_of_an_earlier_version_is_used_on(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute(
            "CREATE TABLE saved (key TEXT PRIMARY KEY, query TEXT NOT NULL, kind TEXT NOT NULL, "
            "bytes INTEGER NOT NULL, used INTEGER NOT NULL)"
        )
        database.execute("INSERT INTO saved VALUES ('k', 'ASK {}', 'boolean', 4096, 0)")
    database.close()
    queries = SavedQueries(tmp_path, 100_000)
    assert queries.read("k") == Saved("k", "ASK {}", "boolean")
    assert queries.read(queries.save("ASK { } # new", "boolean", "192.0.2.0/24"))


def test_a_query_larger_than_all_the_room_is_refused(tmp_path: Path) -> None:
    queries = SavedQueries(tmp_path, 5000)
    key = queries.save("ASK { }", "boolean")
    with pytest.raises(ValueError, match="larger than all the room"):
        queries.save("x" * 5000, "boolean")
    assert queries.read(key)


def test_the_file_stays_near_its_bound_however_much_is_saved(tmp_path: Path) -> None:
    most = 400_000
    queries = SavedQueries(tmp_path, most)
    for number in range(300):
        queries.save(f"ASK {{ }} # {number}".ljust(number * 30), "boolean")
    assert most / 2 < (tmp_path / FILE).stat().st_size < 1.1 * most


def test_many_threads_save_at_once(tmp_path: Path) -> None:
    queries = SavedQueries(tmp_path, 1_000_000)
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: keys.append(queries.save(f"ASK {{ }} # {n % 5}", "boolean")))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 20
    assert len(set(keys)) == 5
    assert all(queries.read(key) for key in keys)


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, and longer than a header of SQLite would be" * 20)
    with pytest.raises(sqlite3.Error):
        SavedQueries(tmp_path, 1000).read("0" * 24)
