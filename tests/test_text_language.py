"""The language of short texts."""

import pandas as pd
import pytest

from painpoints.resources import data_dir, datasets_dir
from painpoints.text import detect_language, strip_accents
from painpoints.text.fit_language import build_tables, read_corpus

_CORPUS = data_dir() / "labelled" / "corpus"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Giao hàng chậm quá", "vi"),
        ("App bị crash liên tục", "vi"),
        ("check in online ok, nhân viên ok", "vi"),
        ("giao nhanh", "vi"),
        ("giao hang cham qua, goi khong ai nghe", "vi_unaccented"),
        ("sp k dung mo ta", "vi_unaccented"),
        ("The driver never called me", "en"),
        ("I don’t like the new update", "en"),
        ("Please help, tài khoản của mình is locked and no one replies to my emails", "mixed"),
        ("muy bueno el producto, gracias por todo", "other"),
        ("très bien merci pour le service", "other"),
        ("とても良いアプリです", "other"),
        ("😍😍😍", "other"),
        ("10/10", "other"),
        ("[PHONE]", "other"),
        ("", "other"),
    ],
)
def test_languages_of_short_texts(text: str, lang: str) -> None:
    assert detect_language(text) == lang


@pytest.mark.skipif(not _CORPUS.is_dir(), reason="the labelled corpus lies only in a checkout")
def test_the_labelled_corpus_is_told_apart() -> None:
    pairs = [(lang, text) for lang, text in read_corpus(_CORPUS)[::7] if len(text.split()) >= 4]
    english = [detect_language(t) == "en" for lang, t in pairs if lang == "en"]
    accented = [t for lang, t in pairs if lang == "vi" and strip_accents(t) != t]
    assert sum(english) >= 0.98 * len(english)
    assert sum(detect_language(t) in ("vi", "mixed") for t in accented) >= 0.98 * len(accented)
    bare = [detect_language(strip_accents(t)) == "vi_unaccented" for t in accented]
    assert sum(bare) >= 0.98 * len(bare)


@pytest.mark.skipif(not _CORPUS.is_dir(), reason="the labelled corpus lies only in a checkout")
def test_the_tables_are_those_of_the_corpus() -> None:
    words, trigrams = build_tables(read_corpus(_CORPUS))
    folder = data_dir().parent / "configs" / "lexicon"
    assert (folder / "language_words.tsv").read_text(encoding="utf-8") == words
    assert (folder / "language_trigrams.tsv").read_text(encoding="utf-8") == trigrams


@pytest.mark.real
@pytest.mark.skipif(datasets_dir() is None, reason="the real data sets are absent")
@pytest.mark.parametrize(
    ("file", "column", "wanted"),
    [
        ("vi_bank_app_reviews/all.csv", "content", {"vi", "vi_unaccented"}),
        ("en_banking77/test.csv", "text", {"en"}),
    ],
)
def test_real_texts_of_four_words_or_more(file: str, column: str, wanted: set[str]) -> None:
    folder = datasets_dir()
    assert folder is not None
    texts = [t for t in pd.read_csv(folder / file)[column].dropna().astype(str) if len(t.split()) >= 4][:1500]
    assert sum(detect_language(t) in wanted for t in texts) >= 0.98 * len(texts)
