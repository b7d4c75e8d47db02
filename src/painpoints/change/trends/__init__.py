"""Weekly rates of themes, their statuses and alerts, and the sale days that explain a surge."""
