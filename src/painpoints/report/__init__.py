"""The report: computed once as plain data, then written as a page, a workbook, CSV and JSON files."""

from painpoints.report.build import SCHEMA_VERSION, build_report
from painpoints.report.model import ReportInput
from painpoints.report.write import REPORT_FILES, write_report

__all__ = ["REPORT_FILES", "SCHEMA_VERSION", "ReportInput", "build_report", "write_report"]
