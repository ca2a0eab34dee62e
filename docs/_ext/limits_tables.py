"""
The tables of limits, generated from the constraints of the fields.

``{limits-of} appimageconfig.models AppImageConfig KernelSpec`` makes a table of the members of these structures.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import attrs
from sphinx.util.docutils import SphinxDirective

from appimageconfig._constraints import Integer, List, Map, String, Structure, Timestamp, constraint_of
from appimageconfig._paths import member_name

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from appimageconfig._constraints import Constraint


def size(smallest: int, largest: int | None, unit: str) -> str:
    """Return a range in words."""
    if largest is None:
        return f"at least {smallest:,} {unit}".rstrip()
    units = unit.removesuffix("s") if largest == 1 else unit
    return (f"{smallest:,} to {largest:,} {units}" if smallest else f"at most {largest:,} {units}").rstrip()


def text_limits(text: String) -> str:
    """Return the limits of a string in words."""
    if text.enum:
        return ", ".join(f"`{value}`" for value in text.enum[:-1]) + f" or `{text.enum[-1]}`"
    found = [size(text.min, text.max, "characters")] if text.min or text.max else []
    if text.pattern and text.pattern.expression != ".*":
        found.append(f"must {text.pattern.words}: `{text.pattern.expression}`".replace("|", "\\|"))
    return "; ".join(found) or "any"


def described(constraint: Constraint) -> tuple[str, str]:
    """Return the type and the limits that *constraint* allows, in words."""
    match constraint:
        case String():
            return "string", text_limits(constraint)
        case Integer(min=smallest, max=largest):
            return "integer", f"{smallest} to {largest}" if largest is not None else f"at least {smallest}"
        case Timestamp():
            return "time", ""
        case Structure(model=model):
            return f"`{model.__name__}`", ""
        case List(item=item, min=smallest, max=largest):
            kind, limits = described(item)
            each = f"; each {limits}" if limits else ""
            return (
                f"list of {kind}s" if kind == "string" else f"list of {kind}",
                f"{size(smallest, largest, 'items')}{each}",
            )
        case Map(key=key, value=value, max=largest):
            limits = f"at most {largest} {constraint.entries}; keys: {text_limits(key)}; values: {text_limits(value)}"
            return "map of strings", limits
    raise TypeError(constraint)


class LimitsOf(SphinxDirective):
    """A table of the members of structures."""

    required_arguments = 2
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        module = importlib.import_module(self.arguments[0])
        lines = ["| Member and parameter | Type and limits |", "|---|---|"]
        for name in self.arguments[1].split():
            model = getattr(module, name)
            lines.append(f"| **{name}** | |")
            for field in attrs.fields(model):
                if field.name in {"unmodelled", "next_token", "max_results"}:
                    continue
                kind, limits = described(constraint_of(field))
                parameter = model.PARAMETERS.get(field.name, field.name)
                if field.default is attrs.NOTHING:
                    kind = f"required {kind}"
                allowed = f"{kind}; {limits}" if limits else kind
                lines.append(f"| `{member_name(field.name)}` `{parameter}` | {allowed} |")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("limits-of", LimitsOf)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
