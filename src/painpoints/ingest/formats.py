"""What a file is, by its first bytes; the extension decides only where the bytes leave it open."""

from __future__ import annotations

import io
import zipfile

from painpoints.errors import InputError

__all__ = ["TEXT", "binary_format"]

TEXT = "text"
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a SQLite database"),
    (b"{\\rtf", "an RTF document"),
)
_WEB = (b"<!doctype html", b"<html", b"<?xml")
_ADVICE = "save it as CSV, XLSX, JSON, JSON Lines or Parquet first"


def binary_format(name: str, data: bytes) -> str:
    """``xlsx``, ``xls``, ``ods`` or ``parquet``; `TEXT` for anything that is still to be decoded.

    Raises InputError for files that are known not to be exports.
    """
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputError(f"{name}: protected by a password; save it without one.")
        return "xls"
    if data.startswith(b"PK"):
        return _zipped_format(name, data)
    for magic, what in _OTHERS:
        if data.startswith(magic):
            raise InputError(f"{name}: {what}, not an export; {_ADVICE}.")
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB):
        raise InputError(
            f"{name}: a web page or XML file (some programs call it .xls); open it and {_ADVICE}."
        )
    return TEXT


def _zipped_format(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise InputError(f"{name}: the workbook or archive is damaged ({error}).") from error
    if any(n.startswith("xl/") for n in names):
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise InputError(f"{name}: an office document that is not a workbook, not an export; {_ADVICE}.")
