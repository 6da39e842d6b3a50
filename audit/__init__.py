"""Whether the permanent record is what was written: chains of the log, daily heads, documents."""
