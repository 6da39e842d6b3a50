"""Where working days come from: the library ``holidays``, the ministry's own entries, and the time zone."""
