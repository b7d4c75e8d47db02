"""Words that the detectors of personal data share, without accents and in lower case."""

from __future__ import annotations

import re

__all__ = ["BANKS", "FAMILY_NAMES", "any_of", "words"]


def any_of(*words: str) -> str:
    """A regular expression for one of the words, the longest first so that none hides another."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", " ") for word in ordered) + ")"


def words(text: str) -> list[str]:
    """Words written with spaces between them."""
    return text.split()


FAMILY_NAMES = frozenset(
    words(
        """nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan lam mai trinh cao luong
        luu ha ta tong thai ton truong quach kieu khuat chau dao dau dam lai lo lu luc mac nghiem ninh nong phung quan
        thach than to trieu tu vuong vi giang hua tieu"""
    )
)

BANKS = any_of(
    *words(
        """vietcombank vcb techcombank tcb bidv vietinbank agribank mbbank acb sacombank stb vpbank tpbank vib hdbank
        shb ocb msb seabank scb eximbank lpbank lienvietpostbank namabank abbank pvcombank bacabank kienlongbank
        vietbank vietabank ncb cake timo momo zalopay viettelmoney shopeepay shinhan hsbc citibank uob woori"""
    ),
    "mb bank", "mb", "viet com bank", "nam a bank", "bac a bank", "ngan hang", "standard chartered",
)  # fmt: skip
