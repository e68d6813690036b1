"""The demo, with LeadSquared in Krayin's place."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmhost.demo.run import running_demo


@pytest.mark.slow
def test_the_demo_holds_what_it_should(tmp_path: Path) -> None:
    with running_demo(tmp_path, "leadsquared") as demo:
        report = demo.report

    assert report["differences"] == []
    assert [len(table) for table in report["crm"].values()] == [3, 2]
    assert report["calls"] == 10
