"""The columns that every stage agrees on, and the plain values that travel between stages.

``ingest`` → `ITEM_COLUMNS`; ``text`` → `SEGMENT_COLUMNS`; ``classify`` adds `LABEL_COLUMNS`;
``themes`` adds `THEME_COLUMNS`; ``rank`` gives `PAIN_COLUMNS`. The public CSV files use subsets of these names.
"""

from __future__ import annotations

__all__ = [
    "DEFAULT_STAGES",
    "EXPERIENCES",
    "FLAGS",
    "ITEM_COLUMNS",
    "KINDS",
    "LABEL_COLUMNS",
    "LANGUAGES",
    "PAIN_COLUMNS",
    "RATING_SCALES",
    "REJECTED_COLUMNS",
    "SEGMENT_COLUMNS",
    "SEGMENT_CSV_COLUMNS",
    "SENTIMENTS",
    "THEME_COLUMNS",
]

SENTIMENTS = ("neg", "neu", "pos")
KINDS = ("pain", "request", "question", "praise", "other")
EXPERIENCES = ("sense", "feel", "think", "act", "relate")
"""the dimensions of experience of Schmitt (1999)"""
FLAGS = ("expectation_gap", "churn", "competitor", "effort", "sarcasm")
DEFAULT_STAGES = ("awareness", "consideration", "decision", "use", "retention")
LANGUAGES = ("vi", "vi_unaccented", "en", "mixed", "other")

# name of a rating scale -> (lowest, highest) value
RATING_SCALES: dict[str, tuple[float, float]] = {
    "stars5": (1, 5),
    "stars10": (1, 10),
    "nps": (0, 10),
    "csat5": (1, 5),
    "csat100": (0, 100),
    "ces7": (1, 7),
    "binary": (0, 1),
}

# One row a feedback item, RangeIndex. Text is the customer's own, as read (not yet masked): title and body joined
# by one newline. Missing strings are "" and missing numbers NaN, missing times NaT.
ITEM_COLUMNS: dict[str, str] = {
    "feedback_id": "str: the export's own id, else FILE:ROW; unique",
    "source": "str: file name (for an archive: ARCHIVE/MEMBER)",
    "row": "int: record number in the file, from 1, header rows not counted, broken records counted",
    "text": "str: the customer's words as read",
    "created_at": "datetime64[ns, UTC] or NaT",
    "rating": "float: as given",
    "rating_scale": "str: key of RATING_SCALES, or ''",
    "rating_norm": "float in [-1, 1]: position of the rating on its scale; NaN without one",
    "customer_id": "str",
    "channel": "str",
    "segment": "str: customer group",
    "product": "str",
    "agent_reply": "str: what the company answered; never analysed as the customer's words",
    "customer_name": "str: names of the customer that the export tells, a line each; masked in the text, kept nowhere",
}

REJECTED_COLUMNS = ("file", "row", "column", "reason", "value")

# One row a segment, RangeIndex.
SEGMENT_COLUMNS: dict[str, str] = {
    "item": "int: position of the item in the items frame",
    "feedback_id": "str",
    "source": "str",
    "row": "int",
    "segment_no": "int: from 1 within the item, boilerplate not counted",
    "start": "int: character offset into the item's text as read",
    "end": "int: one past the last character",
    "text": "str: the span, personal data masked, NFC; what is shown",
    "match_text": "str: the span cleaned for matching (teencode expanded, tone placement unified); what is embedded",
    "lang": "str: one of LANGUAGES",
    "created_at": "datetime64[ns, UTC] or NaT, copied from the item",
}

LABEL_COLUMNS: dict[str, str] = {
    "sentiment": "str: one of SENTIMENTS, '' when the classifier abstains",
    "sentiment_p": "float: calibrated probability of the best class",
    "sentiment_score": "float in [-1, 1]: P(pos) - P(neg); drives the emotion curve",
    "kind": "str: one of KINDS or ''",
    "kind_p": "float",
    "severity": "Int64: 1-4, <NA> unless the segment is a pain",
    "stage": "str: id in the journey file or ''",
    "stage_p": "float",
    "touchpoint": "str: id in the journey file or ''",
    "touchpoint_p": "float",
    "experience": "str: one of EXPERIENCES, '' when the classifier abstains",
    "expectation_gap": "int 0/1: a promise or stated term against what came",
    "churn": "int 0/1: leaving or switching, done or threatened",
    "competitor": "int 0/1: another provider named or pointed at",
    "effort": "int 0/1: the customer had to do something again and again, or go far",
    "sarcasm": "int 0/1: irony, to be read against its words",
    "experience_p": "float",
    **{f"{flag}_p": "float: probability of the flag" for flag in FLAGS},
}

THEME_COLUMNS: dict[str, str] = {
    "theme_id": "str: '' when the segment is in no theme",
    "theme_p": "float: how near the segment is to what the theme's segments mean on average, cosine in [0, 1]",
}

SEGMENT_CSV_COLUMNS = (
    "feedback_id", "source", "row", "segment_no", "start", "end", "text", "lang", "created_at",
    "sentiment", "sentiment_p", "kind", "severity", "stage", "stage_p", "touchpoint", "touchpoint_p",
    "theme_id", "theme_p", "experience", *FLAGS,
)  # fmt: skip

PAIN_COLUMNS = (
    "rank", "pain_id", "theme_id", "name_vi", "name_en", "touchpoint", "stage", "owner", "segments", "items",
    "customers", "negative_share", "severity", "kpi_effect", "trend", "score", "score_reach", "score_severity",
    "score_trend", "score_kpi", "score_value", "effort", "quadrant", "first_seen", "last_seen",
    "quote_1", "quote_2", "quote_3",
)  # fmt: skip
