"""What customers talk about, found by clustering: pain themes, and apart from them moments of excellence."""

from painpoints.themes.theme_set import ThemeSet

__all__ = ["ThemeSet"]
