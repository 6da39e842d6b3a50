"""Notices to people: their words, their languages and the channels they go through."""
