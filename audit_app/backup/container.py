"""The one file of a backup: a zip archive of the copy and of what the backup says of itself.

It appears under its name only when it is whole and on the disk, is never written over another, and
can be read by nobody but its owner.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from audit_app.backup import Refused
from audit_app.backup.manifest import Manifest, read_manifest

MANIFEST = "manifest.json"
#: What the copy is called in the archive, by the kind of database.
COPIES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
#: Bytes read at a time.
_PIECE = 1024 * 1024
#: More than any manifest: one that says more is none.
_LONGEST_MANIFEST = 1024 * 1024
#: Little more than half the time of the usual level, and a little larger.
_LEVEL = 3


@contextmanager
def new_archive(path: Path) -> Iterator[ZipFile]:
    """An archive to write to, which is there under its name only when all went well.

    Raises:
        Refused: when something is there already, or it cannot be written.
    """
    refuse_to_overwrite(path)
    unfinished = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        opened = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(opened, "w+b") as file:
            with ZipFile(file, "w") as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        refuse_to_overwrite(path)
        unfinished.rename(path)
        sync_folder(path.parent)
    except OSError as problem:
        raise Refused(f"{path} cannot be written: {problem.strerror or problem}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def refuse_to_overwrite(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise Refused(f"{path} is there already. Choose another name: nothing is overwritten")


def sync_folder(folder: Path) -> None:
    """Have the disk remember which files a folder holds."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def put_copy(archive: ZipFile, kind: str, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write the copy into an archive; its size and checksum come back.

    What PostgreSQL dumps is compressed already.
    """
    entry = ZipInfo(COPIES[kind])
    entry.compress_type = ZIP_DEFLATED if kind == "sqlite" else ZIP_STORED
    entry.external_attr = 0o600 << 16
    size, checksum = 0, sha256()
    with _as_quick_as_can_be(archive).open(entry, "w", force_zip64=True) as copy:
        for piece in pieces:
            copy.write(piece)
            checksum.update(piece)
            size += len(piece)
    return size, checksum.hexdigest()


def _as_quick_as_can_be(archive: ZipFile) -> ZipFile:
    archive.compresslevel = _LEVEL
    return archive


def put_manifest(archive: ZipFile, manifest: Manifest) -> None:
    entry = ZipInfo(MANIFEST)
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, manifest.as_json())


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, Path]]:
    """What a backup says of itself and its copy, as a file of its own, gone afterwards.

    Raises:
        Refused: when it is no backup, is damaged, or is not as it was made.
    """
    with _folder_beside(path) as folder:
        copy = folder / "copy"
        try:
            with ZipFile(path) as archive:
                manifest = _manifest_of(archive)
                refuse_if_full(folder, manifest.size)
                _take_out(archive, manifest, copy)
        except BadZipFile as problem:
            raise Refused(f"{path} is no backup, or is damaged: {problem}") from None
        except (zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise Refused(f"{path} is damaged") from None
        except OSError as problem:
            raise Refused(f"{path} cannot be read: {problem.strerror or problem}") from None
        yield manifest, copy


def _manifest_of(archive: ZipFile) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise Refused("This is no backup: it does not say what it holds")
    with archive.open(MANIFEST) as said:
        manifest = read_manifest(said.read(_LONGEST_MANIFEST))
    if COPIES.get(manifest.kind) not in archive.namelist():
        raise Refused("The backup holds no copy of a database")
    return manifest


def _take_out(archive: ZipFile, manifest: Manifest, copy: Path) -> None:
    size, checksum = 0, sha256()
    with archive.open(COPIES[manifest.kind]) as inside, copy.open("xb") as outside:
        for piece in pieces_of(inside):  # type: ignore[arg-type]
            size += len(piece)
            if size > manifest.size:
                break
            checksum.update(piece)
            outside.write(piece)
    if size != manifest.size or checksum.hexdigest() != manifest.checksum:
        raise Refused("The copy in the backup is not the one that was made: its checksum differs")


@contextmanager
def _folder_beside(path: Path) -> Iterator[Path]:
    """A folder for its owner alone beside a file, where as much is known to fit."""
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        yield Path(folder)


def refuse_if_full(folder: Path, needed: int) -> None:
    """Refuse what might fill a disk: the database may be on the same one.

    Raises:
        Refused: when so many bytes are not free there.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(
            f"There may not be enough room in {folder}: {in_megabytes(needed)} are needed, and "
            f"{in_megabytes(free)} are free"
        )


def in_megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
