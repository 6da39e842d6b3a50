"""The desk: pages for people. Rendered here, usable without any script."""
