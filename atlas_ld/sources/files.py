"""The files that sources are: which there are, and their bytes. Whatever stands in the folder, reading it ends.

Only regular files are opened (a FIFO or a device would never end), and no more bytes than a limit are read of one,
whatever size the system tells (those under /proc tell none). What is not read is a `Reading` that says why.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from atlas_ld.errors import UnreadableSource
from atlas_ld.privacy import redact
from atlas_ld.sources.decoding import file_name
from atlas_ld.sources.reading import Reading, unreadable

DECISIONS = "decisions.csv"
"""What a steward decided about names (`reference.curation`), beside the sources."""
KEYS = "keys.csv"
"""Which partnership has which key (`keys.register`), beside the sources."""
OBJECTIONS = "objections.txt"
"""What somebody asked to have removed (`objections`), beside the sources."""

_STEWARDS = frozenset((DECISIONS, KEYS, OBJECTIONS))
_OF_IMPORTS = re.compile(r"_manifest\.json|\.import\b.*")
"""What `record_folder` keeps beside the records: it is no source, and no input of a release."""
_MAPPING = re.compile(r".*\.mapping\.(?:toml|json)", re.IGNORECASE)

_BLOCK = 2**20
_PLAIN = re.compile(r"(?:[a-z._-]*[0-9]){0,5}[a-z._-]*")
"""Names of which nothing is redacted: no capital, no space, no sign of an address, fewer digits than a telephone number
has. Each build tells thousands of files, and to look for telephone numbers in a name takes half a millisecond."""
_FURNITURE = re.compile(
    r"~\$.*|\.~lock\..*#|.*~|thumbs\.db|desktop\.ini|ehthumbs\.db|\$recycle\.bin|__macosx|.*\.(?:tmp|bak|part|crdownload)",
    re.IGNORECASE,
)
"""Names of files and folders that programs leave beside people's own: locks, thumbnails, halves of downloads."""
_SAVED_WITH = re.compile(r"(?P<page>.+)(?:_files|_fichiers|\.files|-Dateien)", re.IGNORECASE)
"""The folder in which a browser puts what a page that it saves needs."""


def files(path: Path, *, hidden: bool = False) -> list[tuple[str, str]]:
    """A file, or every file of a folder and its sub-folders in the order of their names: where it is, and how findings
    call it: relative to what was asked for, so that it is the same on any machine, and without personal data. Without
    those that are furniture, unless told otherwise; never with what a browser saved beside a page. Raises
    UnreadableSource.

    Links to folders are not followed, since they may lead around for ever. They are listed, like folders that cannot
    be opened, and `content` says why nothing is read of them. Bytes of a name that are no UTF-8 are read
    like those of any text.
    """
    try:
        path.stat()
    except OSError as error:
        reason = f"There is no file or folder {_shown(str(path))} ({error.strerror}); check the path."
        raise UnreadableSource(reason) from error
    if not path.is_dir():
        return [(str(path), _shown(path.name))]
    closed: list[OSError] = []
    found = []
    for folder, below, names in os.walk(path, onerror=closed.append):
        if _is_saved_with(Path(folder), path):
            continue
        below[:] = [name for name in below if not _OF_IMPORTS.fullmatch(name)]
        found += [f"{folder}/{name}" for name in names if not _OF_IMPORTS.fullmatch(name)]
        found += [link for name in below if os.path.islink(link := f"{folder}/{name}")]  # noqa: PTH114 - many files
    found += [str(error.filename) for error in closed]
    named = sorted((_shown(file.removeprefix(f"{path}/")), file) for file in found)
    return [(file, name) for name, file in named if hidden or is_visible(name)]


def is_visible(name: str) -> bool:
    """Whether a file, by its name in `files`, is none that programs leave behind (neither it nor a folder that it is in
    begins with a dot, or is a lock, a thumbnail or half of a download) nor one of the steward's: decisions, keys,
    objections, mappings (`*.mapping.toml`)."""
    parts = name.split("/")
    if parts[-1] in _STEWARDS or _MAPPING.fullmatch(parts[-1]):
        return False
    return not any(part.startswith(".") or _FURNITURE.fullmatch(part) for part in parts)


def _is_saved_with(folder: Path, top: Path) -> bool:
    """Whether a folder below `top` holds what a browser saved with a page: the page stands beside it."""
    while folder != top:
        saved = _SAVED_WITH.fullmatch(folder.name)
        if saved and any((folder.parent / f"{saved['page']}{end}").exists() for end in (".html", ".htm", ".xhtml")):
            return True
        folder = folder.parent
    return False


def content(path: str | Path, most: int) -> bytes | Reading:
    """The bytes of a file of at most `most` bytes; else what says why it is not read."""
    try:
        return b"".join(_blocks(path, most))
    except _NotReadError as reason:
        return reason.reading


def digest(path: str | Path, most: int) -> str | None:
    """The SHA-256 of a file in hexadecimal; None for one that `content` does not read."""
    sum_ = hashlib.sha256()
    try:
        for block in _blocks(path, most):
            sum_.update(block)
    except _NotReadError:
        return None
    return sum_.hexdigest()


class _NotReadError(Exception):
    def __init__(self, code: str, fr: str, en: str) -> None:
        super().__init__(en)
        self.reading = unreadable(code, fr, en)


def _blocks(path: str | Path, most: int) -> Iterator[bytes]:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - before it is opened: to open a device may do something
        if not stat.S_ISREG(mode):
            raise _not_regular(path, mode)
        # What stands there may be another thing by now: opening a FIFO must not wait for somebody to write.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor is no path
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _not_regular(path, status.st_mode)
            if status.st_size > most:
                raise _too_large(most)
            size = 0
            while block := file.read(_BLOCK):
                size += len(block)
                if size > most:
                    raise _too_large(most)
                yield block
    except OSError as error:
        raise _NotReadError(
            "cannot-open",
            f"Le fichier ne s'ouvre pas ({error.strerror}). Vérifiez ses droits.",
            f"The file cannot be opened ({error.strerror}). Check its permissions.",
        ) from error


def _not_regular(path: str | Path, mode: int) -> _NotReadError:
    if not stat.S_ISDIR(mode):
        return _NotReadError(
            "not-a-file",
            "Ce n'est pas un fichier ordinaire (tube, socket ou périphérique). Ôtez-le du dossier.",
            "This is no regular file (a pipe, a socket or a device). Take it out of the folder.",
        )
    if os.path.islink(path):  # noqa: PTH114
        return _NotReadError(
            "linked-folder",
            "Un lien vers un dossier n'est pas suivi. Nommez ce dossier lui-même parmi les sources.",
            "A link to a folder is not followed. Name that folder itself among the sources.",
        )
    return _NotReadError(
        "cannot-open",
        "Le dossier ne s'ouvre pas. Vérifiez ses droits.",
        "The folder cannot be opened. Check its permissions.",
    )


def _too_large(most: int) -> _NotReadError:
    return _NotReadError(
        "too-large",
        f"Le fichier dépasse {most / 1_000_000:.3g} Mo et n'a pas été lu. Divisez-le.",
        f"The file is over {most / 1_000_000:.3g} MB and was not read. Split it.",
    )


def _shown(name: str) -> str:
    """The name by which a file is told of: text, without personal data."""
    return "/".join(part if _PLAIN.fullmatch(part) else redact(file_name(part))[0] for part in name.split("/"))
