"""What customers talk about, found by clustering: pain themes, and apart from them moments of excellence."""

from painpoints.themes.find import find_themes, polarity_of
from painpoints.themes.theme_set import POLARITIES, THEME_TABLE_COLUMNS, ThemeSet

__all__ = ["POLARITIES", "THEME_TABLE_COLUMNS", "ThemeSet", "find_themes", "polarity_of"]
