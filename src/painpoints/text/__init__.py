"""From items to segments: cleaning, language, segmentation, boilerplate; personal data masked on the way."""

from painpoints.text.characters import strip_accents
from painpoints.text.normalise import clean_for_matching, clean_many

__all__ = ["clean_for_matching", "clean_many", "strip_accents"]
