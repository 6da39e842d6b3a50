"""The register's shape, step by step. The newest shape is in ``register/tables.py``; a test compares the two."""
