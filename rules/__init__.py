"""The order as pure code: terms, working-day calendar, reserve, messages, findings; no Temporal, database or HTTP."""
