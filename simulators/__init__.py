"""Atameken and REX as real HTTP servers, for the demo and the tests."""
