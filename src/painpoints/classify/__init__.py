"""What a segment says: sentiment, kind, severity, and where on the journey it belongs."""

from painpoints.classify.heads import HeadSet, load_heads
from painpoints.classify.predict import choose_heads, classify, own_tasks

__all__ = ["HeadSet", "choose_heads", "classify", "load_heads", "own_tasks"]
