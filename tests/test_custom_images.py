from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from appimageconfig import AppImageConfig, InvalidAppImageConfigError, custom_image, from_response

CONFIG = AppImageConfig(app_image_config_name="team-config")


def test_the_entry_names_the_image_its_version_and_the_config() -> None:
    """A version of 0 is one; None is left out."""
    assert custom_image(CONFIG, "team-image") == {"ImageName": "team-image", "AppImageConfigName": "team-config"}
    assert custom_image(CONFIG, "team-image", 0) == {
        "ImageName": "team-image",
        "ImageVersionNumber": 0,
        "AppImageConfigName": "team-config",
    }


def test_the_entry_may_be_made_of_a_description() -> None:
    """Whose name is all that counts."""
    details = from_response({"AppImageConfigName": "team-config", "AppImageConfigArn": "arn"})
    assert custom_image(details, "team-image", 3)["AppImageConfigName"] == "team-config"


def test_boto3_takes_the_entry() -> None:
    """Into the list of an update of the domain."""
    wire = Wire()
    settings = {"JupyterLabAppSettings": {"CustomImages": [custom_image(CONFIG, "team-image", 2)]}}
    wire.client().update_domain(DomainId="d-123", DefaultUserSettings=settings)
    assert wire.sent[0].members["DefaultUserSettings"] == settings


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("my_image", None, "ImageName: must be letters and digits, with single hyphens or dots between"),
        ("a--b", None, "ImageName: must be letters and digits"),
        ("", None, "ImageName: length 0, minimum 1"),
        ("a" * 64, None, "ImageName: length 64, limit 63"),
        ("a", -1, "ImageVersionNumber: is -1, minimum 0"),
        ("a", True, "ImageVersionNumber: must be an integer, not a boolean"),
        ("a", "1", "ImageVersionNumber: must be an integer, not a string; write the number without quotes"),
    ],
)
def test_what_breaks_the_model_is_refused(name: str, version: Any, expected: str) -> None:
    """Before it is sent in a request that replaces a list."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        custom_image(CONFIG, name, version)
    assert str(caught.value.violations[0]).startswith(expected)


def test_all_faults_are_told_at_once() -> None:
    """Of the image, its version and a description without a name."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        custom_image(from_response({}), "", -1)
    paths = [violation.path for violation in caught.value.violations]
    assert paths == ["ImageName", "ImageName", "ImageVersionNumber", "AppImageConfigName"]
