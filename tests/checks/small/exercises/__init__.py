"""The declarations of this lesson."""
