"""The permanent record: what outlives Temporal's retention period."""
