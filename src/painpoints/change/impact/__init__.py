"""Initiatives: which themes they meant, and whether complaints fell."""
