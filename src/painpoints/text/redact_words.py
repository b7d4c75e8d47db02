"""Words that the detectors of personal data share, without accents and in lower case."""

from __future__ import annotations

import re

from painpoints.text.characters import fold

__all__ = ["ACCENTED_FAMILY_NAMES", "BANKS", "FAMILY_NAMES", "any_of", "is_written_like", "words"]


def any_of(*words: str) -> str:
    """A regular expression for one of the words, the longest first so that none hides another."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", " ") for word in ordered) + ")"


def words(text: str) -> list[str]:
    """Words written with spaces between them."""
    return text.split()


ACCENTED_FAMILY_NAMES = frozenset(
    words(
        """nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đoàn lâm mai trịnh cao lương lưu
        hà tạ tống thái tôn trương quách kiều khuất châu đào đậu đàm lại lò lỗ lữ lục mạc nghiêm ninh nông phùng quản
        quan thạch thân tô triệu từ vương vi giang hứa tiêu tăng viên"""
    )
)

FAMILY_NAMES = frozenset(fold(name) for name in ACCENTED_FAMILY_NAMES)


def is_written_like(written: str, accented: frozenset[str]) -> bool:
    """Whether a word is one of `accented`, or unaccented: ``Đang`` is not the family name ``Đặng``, ``Dang`` may be."""
    return written.isascii() or written in accented


BANKS = any_of(
    *words(
        """vietcombank vcb techcombank tcb bidv vietinbank agribank mbbank acb sacombank stb vpbank tpbank vib hdbank
        shb ocb msb seabank scb eximbank lpbank lienvietpostbank namabank abbank pvcombank bacabank kienlongbank
        vietbank vietabank ncb cake timo momo zalopay viettelmoney shopeepay shinhan hsbc citibank uob woori"""
    ),
    "mb bank", "mb", "viet com bank", "nam a bank", "bac a bank", "ngan hang", "standard chartered",
)  # fmt: skip
