"""Helpers of the tests of request files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from appimageconfig import InvalidAppImageConfigError, loads

if TYPE_CHECKING:
    from pathlib import Path

Format: TypeAlias = Literal["json", "yaml"]
FORMATS: tuple[Format, ...] = ("json", "yaml")
MEMBERS = "AppImageConfigName, Tags, KernelGatewayImageConfig, JupyterLabAppImageConfig, CodeEditorAppImageConfig"
VARIABLES = "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables"


def violations_of(text: str, file_format: Format = "json") -> list[str]:
    """Return the violations of *text*, each as a line."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        loads(text, file_format=file_format)
    return [str(violation) for violation in caught.value.violations]


def written(path: Path, content: str | bytes) -> Path:
    """Write *content* to the file at *path*, and return the path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
