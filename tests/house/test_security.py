"""What docs/security.md names as the proof of a control is a test that there is."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text()
PROOFS = re.findall(r"`([\w./]*)((?:::test_\w+)?)`", "".join(re.findall(r"^\|.*\|([^|]*)\|$", PAGE, re.MULTILINE)))


def test_each_control_names_a_test_that_there_is() -> None:
    named = [each for each in PROOFS if each[0].endswith(".py") or each[1]]
    assert len(named) > 30
    file = ""
    for path, test in named:
        file = path or file
        found = (TESTS / "server" / file).resolve()
        if not found.is_file():
            found = TESTS / file
        assert found.is_file(), file
        assert not test or f"def {test[2:]}(" in found.read_text(), test
