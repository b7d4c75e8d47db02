"""Ranked, evidenced pain points on the customer journey, from Vietnamese and English feedback."""

__version__ = "0.1.0"

__all__ = ["__version__"]
