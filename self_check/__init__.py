"""The daily self-check: what counts as a finding, how both sides are asked, and the report."""
