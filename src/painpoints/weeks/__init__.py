"""Week after week: a workspace that remembers every item, themes that keep their identity, a report a week."""
