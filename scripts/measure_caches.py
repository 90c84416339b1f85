"""What each cache is worth (docs/decisions/0022): `python scripts/measure_caches.py [PAGES]`.

A build and PAGES pages of the demonstration are made twice: with the caches, which tells how often each is asked and
how often it knows; and with the first calls of each made by its plain function under a stopwatch, which tells what an
answer costs. What a cache saves is its hits times that cost, without what the other caches would have
saved of it. A table in Markdown goes to the standard output.
"""

from __future__ import annotations

import functools
import gc
import importlib
import os
import pkgutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import atlas_ld
from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.release.kinds import LISTS
from atlas_ld.resources import root
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication

SAMPLE = 40
"""Calls of each function that are timed without its cache."""
FORMATS = ("text/html", "text/html", "text/turtle", "application/ld+json")


def caches() -> dict[str, Any]:
    """Every function of the package with a cache, and those of open readers, by name."""
    for module in pkgutil.walk_packages(atlas_ld.__path__, "atlas_ld."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {}
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            name = _name(one)
            if name.startswith("atlas_ld."):
                found[name] = one
    return dict(sorted(found.items()))


def _name(function: Any) -> str:
    function = getattr(function, "__wrapped__", function)
    function = getattr(function, "func", function)  # of `Publication.keeping`
    return f"{function.__module__}.{getattr(function, '__qualname__', '')}"


def modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("atlas_ld")]


def replaced(cache: Any, plain: Callable[..., Any]) -> None:
    """Put `plain` wherever a module of the package holds the cache."""
    for module in modules():
        for name, value in list(vars(module).items()):
            if value is cache:
                setattr(module, name, plain)


def build(folder: Path) -> Settings:
    settings = Settings(releases=folder / "releases")
    pipeline.build([root() / "data" / "demonstration"], settings, day=date(2026, 11, 23))
    return settings


def pages(settings: Settings, most: int) -> Iterator[Callable[[], int]]:
    """Requests for the pages of lists, then for documents in turn."""
    publication = open_publication(settings)
    client = create_app(publication).test_client()
    addresses = ["/", "/map", "/search?q=eau", *(f"/{name}" for name in LISTS)]
    for name, list_ in LISTS.items():
        rows = publication.facets.rows(
            name, publication.facets.ordered(name, publication.facets.everything(name), "title")
        )
        parts = [publication.iris.split(row.iri) for row in rows[: most // len(LISTS)]]
        addresses += [f"/doc/{list_.kind}/{part[1]}" for part in parts if part]

    def ask(address: str, accept: str) -> int:
        status = client.get(address, headers={"Accept": accept}, buffered=True).status_code
        assert status < 400, address
        return status

    for number, address in enumerate(addresses):
        yield functools.partial(ask, address, FORMATS[number % len(FORMATS)] if "/doc/" in address else "text/html")


def work(folder: Path, most: int) -> tuple[float, float]:
    """Seconds of processor of the build and of the pages."""
    start = time.process_time()
    settings = build(folder)
    built = time.process_time()
    for ask in pages(settings, most):
        ask()
    return built - start, time.process_time() - built


def main(most: int) -> None:
    known = caches()
    os.cpu_count = lambda: 1  # all work in this process, where it is seen
    with tempfile.TemporaryDirectory() as folder:
        for cache in known.values():
            cache.cache_clear()
        building, serving = work(Path(folder) / "with", most)
        known = dict(sorted((known | caches()).items()))  # those of open readers, too
        asked = {name: cache.cache_info() for name, cache in known.items()}
        spent: dict[str, float] = {}
        inner = [0.0]  # what the caches took that the one at hand asked
        calls: Counter[str] = Counter()

        def timed(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
            kept = functools.lru_cache(maxsize=None)(plain)

            @functools.wraps(plain)
            def call(*args: Any, **given: Any) -> Any:
                if calls[name] >= SAMPLE:
                    return kept(*args, **given)
                start = time.perf_counter()
                inner.append(0.0)
                try:
                    return plain(*args, **given)
                finally:
                    whole = time.perf_counter() - start
                    spent[name] = spent.get(name, 0.0) + whole - inner.pop()
                    inner[-1] += whole
                    calls[name] += 1

            return call

        for name, cache in known.items():
            replaced(cache, timed(name, cache.__wrapped__))

        def plain(**_: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
            return lambda function: timed(_name(function), function)

        for module in modules():  # caches of open readers are made as these are opened
            if "lru_cache" in vars(module):
                vars(module)["lru_cache"] = plain
        work(Path(folder) / "without", most)
        costs = {name: spent[name] / calls[name] for name in calls}
    print(f"Build {building:.1f} s, pages {serving:.1f} s of processor.\n")
    print("| cache | asked | known | µs otherwise | ms saved | of the work |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, info in asked.items():
        total, shown = info.hits + info.misses, name.removeprefix("atlas_ld.")
        if total:
            saved = info.hits * costs.get(name, 0.0)
            told = f"{info.hits / total:.0%} | {costs.get(name, 0) * 1e6:.1f} | {saved * 1e3:.1f}"
            print(f"| `{shown}` | {total} | {told} | {saved / (building + serving):.2%} |")
        else:
            print(f"| `{shown}` | 0 | | | | |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
