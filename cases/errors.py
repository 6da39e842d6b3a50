"""That something cannot be done with a case, in one line for whoever asked."""

from __future__ import annotations


class CannotDo(Exception):
    """What was asked for cannot be done. Its text is the one line that the person gets."""
