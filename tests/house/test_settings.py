"""What an operator can set is written down, all of it."""

import re
from pathlib import Path

import pytest

from armature.core.errors import BadUserInput
from armature.core.settings import Settings, environment_name, read_settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", PAGE.read_text(), flags=re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert set(ROWS) == {environment_name(each) for each in Settings.__struct_fields__}


def test_the_documented_defaults_are_the_real_ones() -> None:
    settings = Settings()
    shown = {
        environment_name(each): getattr(settings, each) if getattr(settings, each) not in (None, ()) else "none"
        for each in Settings.__struct_fields__
    }
    assert {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in shown.items()} == ROWS


def test_settings_are_read_from_the_environment() -> None:
    settings = read_settings({"ARMATURE_PORT": "9000", "ARMATURE_CORS_ORIGINS": "https://a.example, https://b.example"})

    assert settings.port == 9000
    assert settings.cors_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("name", "value"), [("ARMATURE_PORT", "many"), ("ARMATURE_MAX_LIMIT", "0"), ("ARMATURE_REQUEST_TIMEOUT", "-1")]
)
def test_a_value_that_does_not_fit_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(BadUserInput, match=name):
        read_settings({name: value})


def test_urls_with_passwords_never_show() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://a:secret@b/c", secret_key="secret" * 8))
