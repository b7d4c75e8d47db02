"""From what the user named (files, folders, globs, archives) to the bytes of each export."""

from __future__ import annotations

import glob
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from painpoints.errors import InputError
from painpoints.ingest.names import without_controls
from painpoints.settings import IngestSettings

__all__ = ["SUPPORTED", "Source", "open_sources"]

SUPPORTED = (
    ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods",
    ".json", ".jsonl", ".ndjson", ".parquet", ".zip", ".gz",
)  # fmt: skip
_WORKBOOK_PARTS = ("[Content_Types].xml", "mimetype")
# what zipfile and its decompressors raise for a damaged or forged archive (a file name that is no UTF-8 is a ValueError)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)


@dataclass(frozen=True)
class Source:
    """One export: its name in reports (``ARCHIVE/MEMBER`` inside an archive) and its bytes, unpacked."""

    name: str
    data: bytes
    sha256: str
    size: int
    """bytes of the file or archive member as it was given"""


def open_sources(paths: Sequence[str | Path], settings: IngestSettings) -> Iterator[Source]:
    """Every export in `paths`, in order; folders and globs sorted. One is held in memory at a time.

    Raises InputError for a path that does not exist, an empty file, a folder without exports or a bad archive.
    """
    taken: set[str] = set()
    for path in _expand(paths):
        for source in _unpack(path.name, _read(path, settings), settings, inside=False):
            name = _unused_name(without_controls(source.name, 300), taken)
            yield Source(name, source.data, source.sha256, source.size)


def _expand(paths: Sequence[str | Path]) -> list[Path]:
    found: list[Path] = []
    for given in paths:
        try:
            found += _named(given)
        except OSError as error:  # a name longer than the system takes, a folder that may not be listed
            raise InputError(f"{given}: cannot be read ({error.strerror or error}).") from error
    if not found:
        raise InputError("No input: name at least one file, folder or pattern such as 'exports/*.csv'.")
    return found


def _named(given: str | Path) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        return [path]
    if any(c in str(given) for c in "*?["):
        return _in_glob(str(given))
    raise InputError(f"{given}: no such file or folder.")


def _in_folder(folder: Path) -> list[Path]:
    inside = sorted(p for p in folder.iterdir() if p.is_file() and _is_export(p.name))
    if not inside:
        raise InputError(f"{folder}: the folder holds no export; the formats read are {' '.join(SUPPORTED)}.")
    return inside


def _in_glob(pattern: str) -> list[Path]:
    matches = sorted(Path(p) for p in glob.glob(pattern, recursive=True))
    files = [p for p in matches if p.is_file() and _is_export(p.name)]
    if not files:
        raise InputError(f"{pattern}: no file matches this pattern.")
    return files


def _is_export(name: str) -> bool:
    last = PurePosixPath(name.replace("\\", "/")).name
    return last.lower().endswith(SUPPORTED) and not last.startswith((".", "~$"))


def _read(path: Path, settings: IngestSettings) -> bytes:
    try:
        size = path.stat().st_size
        if size > settings.max_file_bytes:
            raise InputError(
                f"{path.name}: {size:,} bytes are more than the {settings.max_file_bytes:,} that one file may "
                "have; split it."
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _unpack(name: str, data: bytes, settings: IngestSettings, *, inside: bool) -> Iterator[Source]:
    if not data:
        raise InputError(f"{name}: the file is empty.")
    if data.startswith(b"\x1f\x8b"):
        plain = _gunzip(name, data, settings)
        if not plain:
            raise InputError(f"{name}: the file inside is empty.")
        if _is_archive(plain):
            yield from _unpack(name, plain, settings, inside=inside)
        else:
            yield _source(name, plain, data)
    elif _is_archive(data):
        if inside:
            raise InputError(f"{name}: an archive inside an archive is not read; unpack the outer one first.")
        yield from _members(name, data, settings)
    else:
        _refuse_packed_workbook(name, data, settings)
        yield _source(name, data, data)


def _refuse_packed_workbook(name: str, data: bytes, settings: IngestSettings) -> None:
    """A workbook is an archive too, and may be as much of a bomb."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(name, archive.infolist(), settings)


def _source(name: str, data: bytes, given: bytes) -> Source:
    return Source(name, data, hashlib.sha256(given).hexdigest(), len(given))


def _is_archive(data: bytes) -> bool:
    """Whether `data` is a zip of files rather than a workbook, which is a zip too."""
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except _DAMAGED:
        return True
    return not any(part in names for part in _WORKBOOK_PARTS)


def _members(name: str, data: bytes, settings: IngestSettings) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and _wanted(m.filename)]
            if not members:
                raise InputError(
                    f"{name}: the archive holds no export; the formats read are {' '.join(SUPPORTED)}."
                )
            _check_sizes(name, members, settings)
            for member in sorted(members, key=lambda m: m.filename):
                inner = f"{name}/{member.filename}"
                yield from _unpack(inner, _member_bytes(archive, member, inner), settings, inside=True)
    except _DAMAGED as error:
        raise InputError(
            f"{name}: the archive is damaged or of a kind that cannot be read ({error})."
        ) from error


def _wanted(member: str) -> bool:
    return _is_export(member) and "__MACOSX" not in PurePosixPath(member).parts


def _check_sizes(name: str, members: list[zipfile.ZipInfo], settings: IngestSettings) -> None:
    for member in members:
        if member.flag_bits & 1:
            raise InputError(
                f"{name}/{member.filename}: protected by a password; unpack it and name the files."
            )
    _refuse_bomb(name, sum(m.file_size for m in members), sum(m.compress_size for m in members), settings)


def _refuse_bomb(name: str, unpacked: int, packed: int, settings: IngestSettings) -> None:
    too_large = unpacked > settings.max_file_bytes
    suspicious = unpacked > settings.free_unpacked_bytes and unpacked > settings.max_unpack_ratio * max(
        packed, 1
    )
    if too_large or suspicious:
        raise InputError(
            f"{name}: unpacks from {packed:,} to {unpacked:,} bytes or more; over {settings.max_unpack_ratio}-fold "
            f"(beyond {settings.free_unpacked_bytes:,}) or over {settings.max_file_bytes:,} bytes is refused. "
            "If it is sound, unpack it and name the files."
        )


def _member_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    # the size that an archive declares may be a lie, so reading stops one byte after it
    with archive.open(member) as stream:
        data = stream.read(member.file_size + 1)
    if len(data) > member.file_size:
        raise InputError(f"{name}: larger than the archive says; it is damaged.")
    return data


def _gunzip(name: str, data: bytes, settings: IngestSettings) -> bytes:
    allowed = min(
        settings.max_file_bytes, max(settings.free_unpacked_bytes, settings.max_unpack_ratio * len(data))
    )
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            plain = stream.read(allowed + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: the gzip file is damaged or cut short ({error}).") from error
    if len(plain) > allowed:
        _refuse_bomb(name, len(plain), len(data), settings)
    return plain


def _unused_name(name: str, taken: set[str]) -> str:
    """Two files of one name in different folders must stay apart, as FILE:ROW is an id."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    taken.add(candidate)
    return candidate
