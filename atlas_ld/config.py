"""Settings, as one table. Each has a name, a default, an environment variable and a sentence.

They are read in `cli.py` and in `web/wsgi.py` and passed down; nothing else looks at the environment. A value is
that of the command's option, else of the environment, else of the file `atlas.toml`, else the default.
docs/settings.md shows the same table, made from this one.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self

from atlas_ld.errors import InvalidSetting

ENVIRONMENT_PREFIX = "ATLAS_LD_"
FILE_VARIABLE = f"{ENVIRONMENT_PREFIX}CONFIG"
"""Names the file of settings; without it, `atlas.toml` of the working directory is read where there is one."""
FILE = "atlas.toml"
OTHER_VARIABLES = (FILE_VARIABLE, f"{ENVIRONMENT_PREFIX}STORE_PASSWORD")
"""Variables of ours that are no settings. A password is in no file."""

Origin = Literal["option", "environment", "file", "default"]


def _setting(default: Any, help_: str) -> Any:
    return field(default=default, metadata={"help": help_})


@dataclass(frozen=True)
class Settings:
    """Every setting of atlas-ld. The environment variable is ATLAS_LD_ and the name in capitals."""

    base_iri: str = _setting("http://localhost:8000/", "Base of every entity's IRI; ends with a slash.")
    releases: Path = _setting(Path("releases"), "Folder that holds the releases.")
    source_mb: int = _setting(64, "Most MiB of one source file; a longer one is not read, and told.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    workers: int = _setting(2, "SPARQL worker processes, each with its own view of the store.")
    threads: int = _setting(16, "Threads that answer HTTP requests, in each process.")
    processes: int = _setting(
        0, "Processes of `atlas-ld serve` that answer HTTP requests; 0 is one for each processor."
    )
    connections: int = _setting(2048, "Connections that each process answering HTTP requests may have open.")
    header_seconds: int = _setting(
        15, "Seconds within which a request's header must have come; a connection that is idle as long is closed."
    )
    trusted_proxies: int = _setting(
        0, "Proxies in front whose X-Forwarded headers are believed; 0 where clients connect directly."
    )
    trusted_prefix: int = _setting(
        0, "1 believes X-Forwarded-Prefix of trusted proxies too: the path under which they publish the site."
    )
    hsts_seconds: int = _setting(
        15_552_000, "Seconds that browsers shall insist on TLS (HSTS), said over TLS only; 0 says nothing."
    )
    access_log: int = _setting(1, "1 writes a line for each request to the standard error, 0 writes none.")
    document_cache_mb: int = _setting(
        128, "Memory for documents and lists that are kept until the next release, in MiB."
    )
    publisher: str = _setting("atlas-ld demonstration", "Who publishes this instance, for pages and metadata.")
    contact: str = _setting("data@atlas.example", "Address for error reports and removal requests.")
    license: str = _setting(
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/", "Licence of the data, as an IRI."
    )
    query_seconds: float = _setting(10.0, "Time limit of one SPARQL query, in seconds.")
    query_memory_mb: int = _setting(1024, "Memory limit of one SPARQL worker, in MiB.")
    query_rows: int = _setting(1_000_000, "Most rows or triples in one SPARQL answer.")
    query_bytes: int = _setting(256 * 2**20, "Most bytes in one SPARQL answer.")
    query_length: int = _setting(100_000, "Most characters in one SPARQL query.")
    query_queue: int = _setting(32, "SPARQL queries that may wait for a worker before 503 is answered.")
    query_per_client: int = _setting(4, "SPARQL queries that one address may have under way before 429 is answered.")
    query_trial_seconds: float = _setting(
        0.5,
        "A SPARQL query that runs longer may not take the last workers: one in four, at least one of several.",
    )
    query_cache_mb: int = _setting(64, "Memory for SPARQL answers that are kept until the next release, in MiB.")
    query_spool_mb: int = _setting(
        1024, "Room on disk for large SPARQL answers that are being read, in MiB; one client may take a quarter of it."
    )
    query_socket: str = _setting(
        "", "Unix socket of a query service that WSGI processes share; without one, each starts its own."
    )
    saved_queries_mb: int = _setting(16, "Room for saved SPARQL queries beside the releases, in MiB; 0 saves none.")
    page_size: int = _setting(50, "Rows on one page of a list.")

    @classmethod
    def read(cls, environment: Mapping[str, str], **given: Any) -> Self:
        """Settings from what was `given` (a command's options; None means not given), then the environment, then the
        file of settings.

        Raises InvalidSetting for a value that is not of the setting's type or below 0, and for a file that cannot be
        read or holds what is no setting.
        """
        return cls(**{name: value for name, (value, origin) in told(environment, **given).items()})

    @property
    def web_processes(self) -> int:
        """How many processes answer HTTP requests."""
        return self.processes or os.cpu_count() or 1

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for the processes of the web server."""
        return {ENVIRONMENT_PREFIX + s.name.upper(): str(getattr(self, s.name)) for s in fields(self)}


def told(environment: Mapping[str, str], **given: Any) -> dict[str, tuple[Any, Origin]]:
    """Every setting's name -> its value and where that comes from. Raises as `Settings.read`."""
    path = file_of(environment)
    written = _written(path) if path else {}
    found: dict[str, tuple[Any, Origin]] = {}
    for setting in fields(Settings):
        name, variable = setting.name, ENVIRONMENT_PREFIX + setting.name.upper()
        kind = type(setting.default)
        if given.get(name) is not None:
            found[name] = given[name], "option"
        elif environment.get(variable):
            found[name] = _convert(variable, environment[variable], kind), "environment"
        elif name in written:
            found[name] = _of_file(f"{path}: {name}", written[name], kind), "file"
        else:
            found[name] = setting.default, "default"
    return found


def file_of(environment: Mapping[str, str]) -> Path | None:
    """The file of settings that is read; None where there is none. Raises InvalidSetting where one is named that is
    missing."""
    if named := environment.get(FILE_VARIABLE):
        if not Path(named).is_file():
            raise InvalidSetting(f"{FILE_VARIABLE}={named!r} names no file; mend it or unset it.")
        return Path(named)
    return Path(FILE) if Path(FILE).is_file() else None


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that begins as ours do and is none: it has no effect, and was meant to have one."""
    known = [ENVIRONMENT_PREFIX + setting.name.upper() for setting in fields(Settings)] + list(OTHER_VARIABLES)
    strange = sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and name not in known)
    return [f"The environment variable {name} is no setting{_nearest(name, known)}." for name in strange]


def _written(path: Path) -> Mapping[str, Any]:
    """What a file of settings says. Raises InvalidSetting, with the line where it is no TOML."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSetting(f"{path} is no TOML: {error}. A setting is a line such as `port = 8080`.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"{path} cannot be read: {error}.") from None
    known = [setting.name for setting in fields(Settings)]
    for name in values:
        if name not in known:
            raise InvalidSetting(f"{path}: {name!r} is no setting{_nearest(name, known)}; see `atlas-ld config show`.")
    return values


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; the nearest is {found[0]}" if found else ""


def _of_file(where: str, value: Any, kind: type) -> Any:
    """A value of the file, which has types of its own: a number must be a number, a text a text."""
    if issubclass(kind, Path) and isinstance(value, str):
        return Path(value)
    if kind is int and isinstance(value, bool):
        value = int(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind):
        raise InvalidSetting(f"{where} = {value!r} is no {kind.__name__}; give one or leave it out.")
    return _not_negative(where, value)


def _convert(variable: str, text: str, kind: type) -> Any:
    try:
        return _not_negative(variable, kind(text))
    except ValueError:
        raise InvalidSetting(f"{variable}={text!r} is no {kind.__name__}; give one or unset it.") from None


def _not_negative(where: str, value: Any) -> Any:
    if isinstance(value, int | float) and not 0 <= value < float("inf"):
        raise InvalidSetting(f"{where} is {value}; it must be 0 or more.")
    return value
