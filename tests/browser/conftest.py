"""The desk of an office at work, and Chromium."""

from __future__ import annotations

from tests.cli.conftest import closed_office, office
from tests.gateway.conftest import gateway_client, gateway_files

__all__ = ["closed_office", "gateway_client", "gateway_files", "office"]
