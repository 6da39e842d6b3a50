"""What our programs do with cases through Temporal: open, ask, list, send, decide, and wait for the answer."""
