"""From items to segments: cleaning, language, segmentation, boilerplate; personal data masked on the way."""

from painpoints.text.characters import strip_accents
from painpoints.text.language import detect_language
from painpoints.text.normalise import clean_for_matching, clean_many
from painpoints.text.segment import Segmented, make_segments

__all__ = [
    "Segmented",
    "clean_for_matching",
    "clean_many",
    "detect_language",
    "make_segments",
    "strip_accents",
]
