"""Small histories written by hand: one line a mention."""

import pandas as pd

from painpoints.change.history import History, iso_week, weeks_between

THEME_COLUMNS = ("theme_id", "polarity", "name_vi", "name_en", "touchpoint", "owner")


def history_of(lines, themes=(), last_week=""):
    """`lines`: (customer, day or None, touchpoint, sentiment) or longer: + theme_id, stage, flags (a dict).

    An item is what one customer writes on one day; lines without a customer are items of their own.
    """
    items, mentions, place = [], [], {}
    for n, line in enumerate(lines):
        customer, day, touchpoint, sentiment, *rest = line
        theme, stage, more = (*rest, *("", "", {})[len(rest) :])
        key = (customer, day) if customer else n
        if key not in place:
            place[key] = len(items)
            items.append(
                {"customer_id": customer, "created_at": day, "rating_norm": more.get("rating", float("nan"))}
            )
        mentions.append(
            {"item": place[key], "theme_id": theme, "sentiment": sentiment, "kind": "", "severity": pd.NA,
             "touchpoint": touchpoint, "stage": stage, "expectation_gap": more.get("gap", 0),
             "churn": more.get("churn", 0), "competitor": 0, "effort": 0}
        )  # fmt: skip
    frame = pd.DataFrame(items, columns=["customer_id", "created_at", "rating_norm"])
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    frame["week"] = iso_week(frame["created_at"])
    known = frame["customer_id"] != ""
    frame["voice"] = ("c:" + frame["customer_id"]).where(known, "i:" + frame.index.astype(str))
    dated = sorted(w for w in frame["week"] if w)
    weeks = weeks_between(dated[0], last_week or dated[-1]) if dated else ()
    columns = ["item", "theme_id", "sentiment", "kind", "severity", "touchpoint", "stage", "expectation_gap",
               "churn", "competitor", "effort"]  # fmt: skip
    return History(
        frame,
        pd.DataFrame(mentions, columns=columns),
        pd.DataFrame(list(themes), columns=list(THEME_COLUMNS)),
        weeks,
    )
