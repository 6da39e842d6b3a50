"""The mail sink as a process of its own."""

from __future__ import annotations

import signal
import smtplib
import subprocess
import sys
from pathlib import Path

from simulators import mail
from tests.conftest import ROOT


def test_the_sink_is_a_process_that_keeps_mail_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.mail", "--port", "0", "--folder", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.sendmail("a@x.example", ["b@y.example"], "Subject: Überfällig\r\n\r\nbody".encode())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert (tmp_path / "0001.eml").read_bytes().endswith(b"body\r\n")
    assert "a@x.example -> b@y.example" in (tmp_path / mail.INDEX).read_text("utf-8")
