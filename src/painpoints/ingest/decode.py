"""Bytes to text: byte order marks, UTF-8 strictly first, UTF-16, then the single-byte codes by evidence."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from painpoints.errors import InputError
from painpoints.ingest.vietnamese import from_tcvn3, syllable_counts

__all__ = ["Decoded", "decode"]

_SAMPLE = 1 << 18
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b\x00")
_BINARY_SHARE = 0.03  # control bytes in a text are strays; in a binary file about a tenth of all bytes are
_STRAY_CONTROLS = 8  # that many control bytes prove nothing in a short file
_SALVAGE_SHARE = 0.02  # of the characters outside ASCII, so many may be broken in what is UTF-8 all the same


@dataclass(frozen=True)
class Decoded:
    """The text without its byte order mark, what it was encoded in, and what a reader should know about it."""

    text: str
    encoding: str
    problems: tuple[str, ...] = ()


def decode(name: str, data: bytes) -> Decoded:
    """`data` as text. Only text in Windows-1258 or an old font code is changed: it is composed to NFC.

    Raises InputError for a binary file.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            label = "utf-8 with BOM" if encoding == "utf-8" else f"{encoding} with BOM"
            return _with_mark(name, data[len(mark) :], encoding, label)
    wide = _utf16_without_mark(data)
    if wide:
        return _with_mark(name, data, wide, wide)
    _refuse_binary(name, data)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _salvaged_utf8(data) or _single_byte(data)


def _with_mark(name: str, data: bytes, encoding: str, label: str) -> Decoded:
    if encoding == "utf-8":
        _refuse_binary(name, data)
    try:
        return Decoded(data.decode(encoding), label)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return Decoded(text, label, (_broken(text),))


def _broken(text: str) -> str:
    return f"{text.count(chr(0xFFFD)):,} characters are not valid in the file's encoding and show as \ufffd."


def _utf16_without_mark(data: bytes) -> str:
    """utf-16-le or -be where every second byte is mostly zero, as it is for Latin text; '' otherwise."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 2:
        return ""
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""


def _refuse_binary(name: str, data: bytes) -> None:
    sample = data[:_SAMPLE]
    controls = sum(sample.count(bytes([b])) for b in range(32) if b not in _TEXT_CONTROLS)
    zeros = sample.count(0)
    if controls > max(_STRAY_CONTROLS, _BINARY_SHARE * len(sample)) or zeros > 0.2 * len(sample):
        raise InputError(
            f"{name}: a binary file, not an export; save it as CSV, XLSX, JSON, JSON Lines or Parquet first."
        )


def _salvaged_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with a few broken bytes (a cut file, one pasted cell in another encoding), or None."""
    text = data.decode("utf-8", "replace")
    sound = sum(1 for c in text if c > "\x7f" and c != "\ufffd")
    broken = text.count("\ufffd")
    if sound and broken <= max(2, _SALVAGE_SHARE * sound) and sound > 4 * broken:
        return Decoded(text, "utf-8", (_broken(text),))
    return None


def _single_byte(data: bytes) -> Decoded:
    """Windows-1258, Windows-1252 or TCVN3: whichever makes the words Vietnamese syllables."""
    sample = data[:_SAMPLE]
    western = sample.decode("cp1252", "replace")
    readings = {
        "windows-1252": western,
        "windows-1258": unicodedata.normalize("NFC", sample.decode("cp1258", "replace")),
        "tcvn3": from_tcvn3(western),
    }
    worth = {name: good - bad for name, (good, bad) in ((n, syllable_counts(t)) for n, t in readings.items())}
    best = max(worth, key=lambda name: (worth[name], name == "windows-1252"))
    if worth[best] <= 0 or worth[best] == worth["windows-1252"]:
        best = "windows-1252"
    return _decoded_as(best, data)


def _decoded_as(encoding: str, data: bytes) -> Decoded:
    notes: list[str] = []
    if encoding == "windows-1258":
        text = unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    else:
        text = data.decode("cp1252", "replace")
        if encoding == "windows-1252":
            notes.append("The file is not Unicode and was read as Windows-1252; look at the sample rows.")
        elif encoding == "tcvn3":
            text = from_tcvn3(text)
            notes.append(
                "The file is in TCVN3 (ABC font codes) and was converted to Unicode; look at the sample rows."
            )
    if "\ufffd" in text:
        notes.append(_broken(text))
    return Decoded(text, encoding, tuple(notes))
