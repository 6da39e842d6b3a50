"""What every process of ours is made of: settings, the connection to Temporal, logs, search attributes."""
