"""The interface for systems: every message and decision of the contract as a resource, under ``/api/v1``."""
