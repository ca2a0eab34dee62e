"""A client without type stubs. Type-checked, never run."""

from typing import Any

from appimageconfig import AppImageConfigClient


def clients(untyped: Any) -> None:
    AppImageConfigClient(untyped)
    AppImageConfigClient(session=untyped, config=untyped)
