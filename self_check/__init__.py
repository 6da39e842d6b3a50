"""The daily self-check: what counts as a finding, and the report of it."""
