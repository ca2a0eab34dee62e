from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from appimageconfig import AppImageConfig, InvalidAppImageConfigError, custom_image, from_response

CONFIG = AppImageConfig(app_image_config_name="team-config")
PATTERN = (
    "must consist of letters and digits, with single hyphens or dots between "
    "(pattern [a-zA-Z0-9]([-.]?[a-zA-Z0-9]){0,62})"
)


def test_the_entry_has_the_names_and_the_version() -> None:
    assert custom_image(CONFIG, "team-image", 0) == {
        "ImageName": "team-image",
        "ImageVersionNumber": 0,
        "AppImageConfigName": "team-config",
    }


def test_the_entry_has_no_version_by_default() -> None:
    assert custom_image(CONFIG, "team-image") == {"ImageName": "team-image", "AppImageConfigName": "team-config"}


def test_custom_image_accepts_details() -> None:
    details = from_response({"AppImageConfigName": "team-config", "AppImageConfigArn": "arn"})
    assert custom_image(details, "team-image") == custom_image(CONFIG, "team-image")


@pytest.mark.parametrize("config", ["team-config", {"AppImageConfigName": "team-config"}, None])
def test_anything_else_is_a_type_error(config: Any) -> None:
    with pytest.raises(TypeError) as caught:
        custom_image(config, "team-image")
    found = type(config).__name__
    assert str(caught.value) == f"expected an AppImageConfig or an AppImageConfigDetails, got {found}"


def test_update_domain_sends_the_entry_unchanged() -> None:
    wire = Wire()
    settings = {"JupyterLabAppSettings": {"CustomImages": [custom_image(CONFIG, "team-image", 2)]}}
    wire.client().update_domain(DomainId="d-123", DefaultUserSettings=settings)
    assert wire.sent[0].members["DefaultUserSettings"] == settings


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("my_image", None, f"image_name: {PATTERN}"),
        ("a--b", None, f"image_name: {PATTERN}"),
        ("", None, "image_name: has 0 characters; the minimum is 1"),
        ("a" * 64, None, "image_name: has 64 characters; the maximum is 63"),
        ("a", -1, "image_version_number: is -1; the minimum is 0"),
        ("a", True, "image_version_number: must be an integer, not a boolean"),
        ("a", "1", "image_version_number: must be an integer, not a string; write the number without quotes"),
    ],
)
def test_invalid_arguments_are_refused(name: str, version: Any, expected: str) -> None:
    with pytest.raises(InvalidAppImageConfigError, match="invalid CustomImage:") as caught:
        custom_image(CONFIG, name, version)
    assert str(caught.value.violations[0]) == expected


def test_all_violations_are_reported_together() -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        custom_image(CONFIG, "my_image", -1)
    assert [violation.path for violation in caught.value.violations] == ["image_name", "image_version_number"]


def test_the_name_of_a_config_on_the_service_may_be_beyond_todays_limits() -> None:
    details = from_response({"AppImageConfigName": "x" * 80, "AppImageConfigArn": "arn"})
    for config in (details, details.to_config()):
        assert custom_image(config, "image") == {"ImageName": "image", "AppImageConfigName": "x" * 80}
