"""
A comparison of this library's models, limits and errors with a botocore service model.

Run as a script, it compares them with the model of the installed botocore and prints the differences.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

import attrs
import botocore.session
from botocore.model import ServiceModel

from appimageconfig import custom_images, errors, limits, models, operations
from appimageconfig._constraints import Integer, List, Map, String, Structure, Tags, Timestamp, constraint_of
from appimageconfig._paths import member_name

if TYPE_CHECKING:
    from collections.abc import Iterator

# The class of each operation's request, and the members of the class that the request does not have.
REQUESTS: Final[dict[str, tuple[Any, frozenset[str]]]] = {
    "CreateAppImageConfig": (models.AppImageConfig, frozenset()),
    "UpdateAppImageConfig": (models.AppImageConfig, frozenset({"Tags"})),
    "DescribeAppImageConfig": (operations.DescribeAppImageConfigRequest, frozenset()),
    "DeleteAppImageConfig": (operations.DeleteAppImageConfigRequest, frozenset()),
    "ListAppImageConfigs": (operations.ListAppImageConfigsRequest, frozenset()),
    "AddTags": (operations.AddTagsInput, frozenset()),
    "ListTags": (operations.ListTagsInput, frozenset()),
    "DeleteTags": (operations.DeleteTagsInput, frozenset()),
}
# The members of the responses, except those of DescribeAppImageConfig, which are the fields of AppImageConfigDetails.
RESPONSES: Final[dict[str, frozenset[str]]] = {
    "CreateAppImageConfig": frozenset({"AppImageConfigArn"}),
    "UpdateAppImageConfig": frozenset({"AppImageConfigArn"}),
    "DeleteAppImageConfig": frozenset(),
    "ListAppImageConfigs": frozenset({"AppImageConfigs", "NextToken"}),
    "AddTags": frozenset({"Tags"}),
    "ListTags": frozenset({"Tags", "NextToken"}),
    "DeleteTags": frozenset(),
}
# The members that the service always returns, although the model does not require them.
ALWAYS_RETURNED: Final = frozenset({"AppImageConfigArn", "AppImageConfigName"})
PAGINATORS: Final = {
    "ListAppImageConfigs": {
        "input_token": "NextToken",
        "output_token": "NextToken",
        "limit_key": "MaxResults",
        "result_key": "AppImageConfigs",
    },
    "ListTags": {
        "input_token": "NextToken",
        "output_token": "NextToken",
        "limit_key": "MaxResults",
        "result_key": "Tags",
    },
}


def description() -> dict[str, Any]:
    """Return a new copy of the installed botocore's description of SageMaker."""
    data: dict[str, Any] = botocore.session.Session().get_service_data("sagemaker")
    return data


def differences(service_model: Any) -> list[str]:
    """Return a sentence for each difference, which says what to change where."""
    found = [
        difference
        for operation, (model, beyond) in REQUESTS.items()
        for difference in _operation_differences(service_model.operation_model(operation), model, beyond)
    ]
    found += _structure_differences(service_model.shape_for("CustomImage"), custom_images.CustomImage)
    return list(dict.fromkeys(found))  # operations share shapes


def _operation_differences(operation: Any, model: Any, beyond: frozenset[str]) -> Iterator[str]:
    yield from _structure_differences(operation.input_shape, model, beyond)
    if operation.name == "DescribeAppImageConfig":
        yield from _structure_differences(operation.output_shape, models.AppImageConfigDetails)
    else:
        members: set[str] = set(operation.output_shape.members) if operation.output_shape else set()
        for member in sorted(members ^ RESPONSES[operation.name]):
            yield f"the response of {operation.name} differs in {member}: read it in appimageconfig/_converter.py"
    if operation.name == "ListAppImageConfigs":
        item = operation.output_shape.members["AppImageConfigs"].member
        yield from _structure_differences(item, models.AppImageConfigDetails)
    for error in operation.error_shapes:
        code = error.metadata.get("error", {}).get("code", error.name)
        if code not in errors.ERROR_CODES:
            yield f"{operation.name} declares the error {code}: add it to ERROR_CODES in appimageconfig/errors.py"


def _structure_differences(shape: Any, model: Any, beyond: frozenset[str] = frozenset()) -> Iterator[str]:
    fields = {member_name(field.name): field for field in attrs.fields(model) if field.name != "unmodelled"}
    # A public class has the package as its __module__.
    module = next(module for module in (models, operations, custom_images) if vars(module).get(model.__name__) is model)
    where = f"{model.__name__} in {module.__name__.replace('.', '/')}.py"
    for member in sorted(set(shape.members) - set(fields)):
        name = re.sub("(?<!^)(?=[A-Z])", "_", member).lower()
        yield f"{shape.name} has a member {member}: add the field {name} to {where}"
    for member in sorted(set(fields) - set(shape.members) - beyond):
        yield f"{shape.name} has no member {member}: remove it from {where}"
    order = [member for member in fields if member in shape.members]
    if order != [member for member in shape.members if member in fields]:
        yield f"{shape.name} has its members in another order: {', '.join(shape.members)}: reorder {where}"
    for member, field in fields.items():
        if member not in shape.members:
            continue
        required = {True: "required", False: "optional"}
        returned = model is models.AppImageConfigDetails and member in ALWAYS_RETURNED
        theirs = required[returned or member in shape.required_members]
        ours = required[field.default is attrs.NOTHING]
        if theirs != ours:
            yield f"{shape.name}.{member} is {theirs} in the model and {ours} here: change the default in {where}"
        yield from _shape_differences(shape.members[member], constraint_of(field))


def _shape_differences(shape: Any, constraint: Any) -> Iterator[str]:
    match shape.type_name, constraint:
        case "structure", Structure(model=model):
            yield from _structure_differences(shape, model)
        case "string", String():
            ours = (
                constraint.min,
                constraint.max,
                constraint.pattern and constraint.pattern.expression,
                constraint.enum,
            )
            yield from _trait_differences(shape, dict(zip(("min", "max", "pattern", "enum"), ours, strict=True)))
        case "integer", Integer():
            yield from _trait_differences(shape, {"min": constraint.min, "max": constraint.max})
        case "list", List():
            yield from _trait_differences(shape, {"min": constraint.min, "max": constraint.max})
            # The keys of tags to delete are those of existing tags: their upper limits are left to the service.
            item = limits.TAG_KEY if constraint is limits.TAG_KEY_LIST else constraint.item
            yield from _shape_differences(shape.member, item)
        case "list", Tags():
            yield from _trait_differences(shape, {"min": 0, "max": constraint.max})
            yield from _shape_differences(shape.member.members["Key"], constraint.key)
            yield from _shape_differences(shape.member.members["Value"], constraint.value)
            if list(shape.member.members) != ["Key", "Value"] or shape.member.required_members != ["Key", "Value"]:
                yield f"{shape.member.name} differs from a required Key and Value: change appimageconfig/_converter.py"
        case "map", Map():
            yield from _trait_differences(shape, {"min": 0, "max": constraint.max})
            yield from _shape_differences(shape.key, constraint.key)
            yield from _shape_differences(shape.value, constraint.value)
        case "timestamp", Timestamp():
            pass
        case _:
            yield f"{shape.name} is now a {shape.type_name}: appimageconfig/limits.py has {constraint}"


def _trait_differences(shape: Any, ours: dict[str, Any]) -> Iterator[str]:
    theirs = {
        "min": shape.metadata.get("min", 0),
        "max": shape.metadata.get("max"),
        "pattern": _without_anchors(shape.metadata.get("pattern")),
        "enum": tuple(shape.metadata.get("enum", ())),
    }
    for trait, value in ours.items():
        if theirs[trait] != value:
            constant = re.sub("(?<=[a-z])(?=[A-Z])", "_", shape.name).upper()
            place = f"{constant} in appimageconfig/limits.py"
            if not hasattr(limits, constant):
                place = f"the limits of {shape.name} in appimageconfig/limits.py"
            yield f"{trait} of {shape.name} is {theirs[trait]!r} in the model and {value!r} here: change {place}"


def _without_anchors(pattern: str | None) -> str | None:
    """
    Return *pattern* as botocore 1.38.14 and newer write it.

    Until 1.38.13 most patterns began with ``^`` and some ended with ``$``, and a
    minimum of 0 was not written. Both mean the same: patterns are matched in full.
    """
    return pattern and pattern.removeprefix("^").removesuffix("$")


if __name__ == "__main__":
    found = differences(ServiceModel(description(), "sagemaker"))
    sys.stdout.writelines(f"{difference}\n" for difference in found)
    sys.exit(bool(found))
