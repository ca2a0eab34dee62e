"""
List the public names with their signatures, from the source. As a script, rewrite the committed list.

The source, and not the imported package: what Python makes of annotations depends on its version.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import griffe
from pages import PACKAGE

from appimageconfig.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST: Final = Path(__file__).parent / "public_api.txt"
# As docs/reference/stability.md says. In the last two everything without an underscore is public.
MODULES: Final = (
    "appimageconfig",
    "appimageconfig.testing",
    "appimageconfig.limits",
    "appimageconfig.testing.pytest_plugin",
)


def public_api() -> str:
    """Return the names, one a line: of Python, and of the command line."""
    package = griffe.load(PACKAGE.name, search_paths=[PACKAGE.parent])
    found = [line for path in MODULES for line in _module(package.modules_collection[path])]
    return "".join(f"{line}\n" for line in chain(found, _commands()))


def _module(module: Any) -> Iterator[str]:
    names = module.exports or [
        name for name, member in module.members.items() if not member.is_alias and not name.startswith("_")
    ]
    for name in sorted(map(str, names)):
        yield from _lines(f"{module.path}.{name}", module[name])


def _lines(path: str, named: Any) -> Iterator[str]:
    found = named.final_target if named.is_alias else named
    if found.is_class:
        yield f"class {path}({', '.join(map(str, found.bases))})"
        for name, member in sorted(found.members.items()):
            if not name.startswith("_") or name == "__init__":
                yield from _lines(f"{path}.{name}", member)
    elif found.is_function:
        decorators = "".join(f"@{decorator.value} " for decorator in found.decorators)
        parameters, _, returned = found.signature().removeprefix(found.name).partition(" -> ")
        yield f"{decorators}{path}{parameters} -> {returned or found.returns}"
    else:
        annotation = "" if found.annotation is None else f": {found.annotation}"
        is_assigned_later = found.parent.is_class and "class-attribute" not in found.labels  # by __init__
        yield f"{path}{annotation}{'' if is_assigned_later else _default(found.value)}"


def _default(value: Any) -> str:
    """Return the default of a field, or the value of a constant."""
    if getattr(value, "canonical_path", "") != "attrs.field":
        return "" if value is None else f" = {value}"
    options = {getattr(option, "name", ""): option.value for option in value.arguments}
    return f" = {options['default']}" if "default" in options else ""


def _commands() -> Iterator[str]:
    for name, command in sorted(cli.commands.items()):
        yield f"$ appimageconfig {name}"
        for parameter in command.params:
            yield f"$ appimageconfig {name} {' '.join(parameter.opts)}: {parameter.type.name}"


if __name__ == "__main__":
    LIST.write_text(public_api(), encoding="utf-8")
