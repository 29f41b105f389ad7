"""A worker process reads the very settings that its starter has."""

import pytest

from settings import Settings
from workers.__main__ import environment_of


@pytest.mark.parametrize("settings", [Settings(), Settings(accept_probability=0.9, workers=3, s3_secret_key="geheim")])
def test_settings_come_through_the_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
