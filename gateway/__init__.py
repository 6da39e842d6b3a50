"""The door: the one web service that the world outside the ministry's servers reaches, for systems and for people."""
