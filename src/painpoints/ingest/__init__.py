"""Reading of exports: any format and encoding to one frame of feedback items, with nothing lost silently."""

from painpoints.ingest.check import check_text
from painpoints.ingest.read import read_exports
from painpoints.ingest.result import FileReport, Ingested

__all__ = ["FileReport", "Ingested", "check_text", "read_exports"]
