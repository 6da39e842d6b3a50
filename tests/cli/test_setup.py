"""``setup`` makes a database and a namespace ready, and may be run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from cli.setup import setup
from register.database import check_migrated, open_register
from runtime.connection import client_options
from runtime.namespace import NotSetUp
from tests.conftest import BIN


async def test_setup_makes_everything_ready_and_may_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: Callable[[], Any]
) -> None:
    url = f"sqlite:///{tmp_path / 'var' / 'register.db'}"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"), dev_server_log_level="error", **client_options()
    ) as bare:
        monkeypatch.setenv("TEMPORAL_ADDRESS", bare.client.service_client.config.target_host)
        monkeypatch.setenv("REXV_DATABASE_URL", url)
        monkeypatch.chdir(tmp_path)
        await setup(as_json=True)
        first = printed()
        await setup(as_json=True)
        assert printed()["added"] == []
    assert first["added"] == first["search_attributes"]
    register = open_register(url)
    check_migrated(register)
    register.dispose()


async def test_a_search_attribute_of_another_type_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"),
        dev_server_log_level="error",
        search_attributes=[SearchAttributeKey.for_int("RexStep")],
        **client_options(),
    ) as wrong:
        monkeypatch.setenv("TEMPORAL_ADDRESS", wrong.client.service_client.config.target_host)
        monkeypatch.setenv("REXV_DATABASE_URL", f"sqlite:///{tmp_path / 'register.db'}")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(NotSetUp, match="RexStep is Int, expected Keyword"):
            await setup(as_json=True)
