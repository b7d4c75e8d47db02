"""Pain themes in the order in which to fix them, with the evidence behind every point of the score."""

from painpoints.rank.customers import load_customers
from painpoints.rank.explain import explain_pain
from painpoints.rank.score import PRAISE_COLUMNS, Ranking, rank_pains

__all__ = ["PRAISE_COLUMNS", "Ranking", "explain_pain", "load_customers", "rank_pains"]
