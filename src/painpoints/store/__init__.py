"""The workspace: a folder that remembers runs, segments, vectors, labels and promoted models."""

from painpoints.store.registry import ThemeRegistry
from painpoints.store.remembering import RememberingEncoder
from painpoints.store.workspace import StoredModel, Workspace, text_hash

__all__ = ["RememberingEncoder", "StoredModel", "ThemeRegistry", "Workspace", "text_hash"]
