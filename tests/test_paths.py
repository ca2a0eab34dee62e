"""The spelling of places: fields in Python, members on the wire, and lines in a file."""

from __future__ import annotations

from typing import Any

import pytest

from appimageconfig import ContainerConfig, InvalidAppImageConfigError, Violation, from_request


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        (None, None, "Tags: is odd"),
        ("image.json", None, "image.json: Tags: is odd"),
        ("image.json", 3, "image.json:3: Tags: is odd"),
        (None, 3, "line 3: Tags: is odd"),
    ],
)
def test_a_violation_shows_its_file_and_line(file: str | None, line: int | None, text: str) -> None:
    assert str(Violation("Tags", "type", "is odd", file, line)) == text


def test_a_place_in_a_value_is_spelled_with_field_names() -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        ContainerConfig(container_arguments=["a", ""], container_environment_variables={"A": "x" * 257})
    assert [violation.path for violation in caught.value.violations] == [
        "container_arguments[1]",
        "container_environment_variables['A']",
    ]


def test_a_place_in_a_request_is_spelled_with_wire_names() -> None:
    container: dict[str, Any] = {"ContainerArguments": ["a", ""], "ContainerEnvironmentVariables": {"A": "x" * 257}}
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request({"JupyterLabAppImageConfig": {"ContainerConfig": container}})
    assert [violation.path for violation in caught.value.violations] == [
        "JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[1]",
        "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['A']",
        "AppImageConfigName",
    ]


def test_members_whose_names_have_dots_or_brackets_are_spelled_as_keys() -> None:
    """So that no two places have the same path."""
    request: dict[str, Any] = {"AppImageConfigName": "a", "A.B": 1, "": 1, "A": {"B": 1}, "[0]": 1}
    request["JupyterLabAppImageConfig"] = {"": 1, "FileSystemConfig": {"a'b.c": 1}}
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request(request)
    assert [violation.path for violation in caught.value.violations] == [
        "['A.B']",
        "['']",
        "A",
        "['[0]']",
        "JupyterLabAppImageConfig['']",
        'JupyterLabAppImageConfig.FileSystemConfig["a\'b.c"]',
    ]
