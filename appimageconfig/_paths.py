"""The names of members and the spelling of places: on the wire, in Python, and in a file."""

from __future__ import annotations

from functools import cache


@cache
def member_name(field_name: str) -> str:
    """Return the service model's name of a member: ``DefaultUid`` for ``default_uid``."""
    return "".join(word.capitalize() for word in field_name.split("_"))


def member(path: str, name: object) -> str:
    """Return the path of the member *name* of the structure at *path*, which may be empty."""
    # Two places never have the same path: a.b is the member b of a, and ['a.b'] a member whose name has a dot.
    if name == "" or any(char in ".[]" for char in str(name)):
        return entry(path, name)
    return f"{path}.{name}" if path else str(name)


def inside(path: str, rest: str) -> str:
    """Return the path of what is at *rest* within the value at *path*; either may be empty."""
    return f"{path}.{rest}" if path and rest and rest[0] != "[" else path + rest


def item(path: str, index: int) -> str:
    """Return the path of an item of the list at *path*."""
    return f"{path}[{index}]"


def entry(path: str, key: object) -> str:
    """Return the path of an entry of the map at *path*."""
    return f"{path}[{key!r}]"


def key(path: str, name: object) -> str:
    """Return the path of *name* in the structure or map at *path*: the keys of some members are data."""
    is_data = path == "Tags" or path.endswith(".ContainerEnvironmentVariables")
    return entry(path, name) if is_data else member(path, name)


def location(file: str | None, line: int | None) -> str:
    """Return ``image.json:3``, ``image.json`` or ``line 3``, or an empty string if neither is known."""
    if file is None:
        return "" if line is None else f"line {line}"
    return file if line is None else f"{file}:{line}"


def printable(text: object) -> str:
    """Return *text* on one line, with control characters escaped, since names and values may come from anywhere."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in str(text))
