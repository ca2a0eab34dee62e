"""A JSON Schema of request files, generated from the models and their limits."""

from __future__ import annotations

import ast
import inspect
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import NOTHING

from appimageconfig import models
from appimageconfig._constraints import Integer, List, Map, String, Structure, Tags, constraint_of
from appimageconfig._converter import modelled_fields

if TYPE_CHECKING:
    from collections.abc import Iterator


def schema() -> dict[str, Any]:
    """Return the schema."""
    definitions: dict[str, Any] = {}
    request = schema_of(Structure(models.AppImageConfig), definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "AppImageConfig request file",
        "description": "A request of CreateAppImageConfig, as the AWS CLI takes it, or a list of requests.",
        # With oneOf, an editor would report the errors of both alternatives.
        "if": {"type": "array"},
        "then": {"items": request},
        "else": request,
        "$defs": definitions,
    }


def schema_of(constraint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what *constraint* accepts. Structures are added to *definitions*."""
    match constraint:
        case Structure(model=model):
            if model.__name__ not in definitions:
                definitions[model.__name__] = {}  # before those of its members
                definitions[model.__name__] = _definition(model, definitions)
            return {"$ref": f"#/$defs/{model.__name__}"}
        case Tags():
            members = {"Key": schema_of(constraint.key, {}), "Value": schema_of(constraint.value, {})}
            return {"type": "array", "maxItems": constraint.max, "items": _object(members, list(members))}
        case Map():
            return {
                "type": "object",
                "maxProperties": constraint.max,
                "propertyNames": schema_of(constraint.key, {}),
                "additionalProperties": schema_of(constraint.value, {}),
            }
        case List():
            items = schema_of(constraint.item, definitions)
            return {"type": "array", "minItems": constraint.min, "maxItems": constraint.max, "items": items}
        case Integer():
            return {"type": "integer", "minimum": constraint.min, "maximum": constraint.max}
        case _:
            return _string(constraint)


def _definition(model: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    descriptions = dict(_field_docstrings(model.__name__))
    properties: dict[str, Any] = {}
    required: list[str] = []
    for member, field in modelled_fields(model).items():
        properties[member] = {**schema_of(constraint_of(field), definitions), "description": descriptions[field.name]}
        if field.default is NOTHING:
            required.append(member)
    return _object(properties, required)


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _string(string: String) -> dict[str, Any]:
    # A schema's pattern is searched, and may match a part. In some dialects $ also matches before a final line break.
    pattern = string.pattern and rf"^(?:{string.pattern.expression})(?![\s\S])"
    keywords = {"minLength": string.min, "maxLength": string.max, "pattern": pattern, "enum": list(string.enum)}
    return {"type": "string", **{keyword: value for keyword, value in keywords.items() if value}}


# None and the repr concern values in Python.
_OF_PYTHON: Final = re.compile(r"[,;][^,;.]*\bNone\b[^.]*| Its repr[^.]*\.")


def _field_docstrings(class_name: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of each field of a model. Python keeps the docstrings only in the source."""
    module = ast.parse(inspect.getsource(models))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            docstring: str = ast.literal_eval(below.value)
            yield ast.unparse(field.target), " ".join(_OF_PYTHON.sub("", docstring).replace("``", "`").split())
