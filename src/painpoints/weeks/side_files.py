"""Customers, initiatives and the backlog: what is given once is remembered until it is given anew."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from painpoints.weeks.identity import customer_digest

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.journey import Journey
    from painpoints.weeks.memory import WeekMemory
    from painpoints.weeks.request import WeekRequest

__all__ = ["SideFiles", "keep_side_files"]


@dataclass(frozen=True)
class SideFiles:
    """What is known beside the feedback; `customers` are known by the digest of their id, as in the workspace's items."""

    customers: pd.DataFrame | None = None
    notices: tuple[str, ...] = field(default=())


def keep_side_files(request: WeekRequest, memory: WeekMemory, journey: Journey) -> SideFiles:
    """Read and keep the files that the request names; what it does not name is as it was kept before."""
    return SideFiles(_customers(request, memory))


def _customers(request: WeekRequest, memory: WeekMemory) -> pd.DataFrame | None:
    import pandas as pd

    from painpoints.rank import load_customers

    workspace = memory.workspace
    if request.customers is not None:
        given = load_customers(request.customers)
        given = given.assign(customer_id=[customer_digest(c) for c in given["customer_id"]])
        fields = given.drop(columns="customer_id").to_dict("records")
        rows = pd.DataFrame(
            {
                "customer": given["customer_id"],
                "fields": [json.dumps(f, ensure_ascii=False, default=str) for f in fields],
            }
        )
        with workspace.transaction():
            workspace.execute("DELETE FROM customers")
            workspace.insert("customers", rows)
    kept = workspace.frame("SELECT * FROM customers ORDER BY customer")
    if kept.empty:
        return None
    known = pd.DataFrame([json.loads(value) for value in kept["fields"]])
    known["customer_id"] = kept["customer"]
    return known
