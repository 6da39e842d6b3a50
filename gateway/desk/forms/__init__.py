"""Forms: made from the same models as the interface for systems, validated by them, answered beside the field."""
