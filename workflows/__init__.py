"""What must be deterministic: the case and its durable timers."""
