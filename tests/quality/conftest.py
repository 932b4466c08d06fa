"""What tests of the gates share.

Fixtures only; the loads they judge stand in modules beside this one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.landings import Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)
