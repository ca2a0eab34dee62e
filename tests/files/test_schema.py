"""The JSON Schema of request files, as a validator that knows nothing of this library reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import regex
from botocore.model import ServiceModel
from hypothesis import event, given
from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError, validators
from judge import matches, structures
from service_model import description

from appimageconfig import InvalidAppImageConfigError, from_request
from appimageconfig.files import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

CREATE: Any = ServiceModel(description(), "sagemaker").operation_model("CreateAppImageConfig").input_shape
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/requests/*.json"))


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    """Match with the package ``regex``; jsonschema uses `re`, which does not support Unicode classes."""
    if isinstance(value, str) and not matches(pattern, value):
        yield ValidationError("does not match")


VALIDATOR = cast("Any", validators).extend(Draft202012Validator, {"pattern": _pattern})(schema())


def test_the_schema_is_valid() -> None:
    """Its patterns are checked by the package ``regex``, as in `_pattern`."""
    formats: Any = FormatChecker(formats=())
    formats.checks("regex", raises=regex.error)(regex.compile)
    Draft202012Validator.check_schema(schema(), format_checker=formats)
    with pytest.raises(SchemaError, match="is not a 'regex'"):
        Draft202012Validator.check_schema({"pattern": "("}, format_checker=formats)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_match_the_schema(path: Path) -> None:
    VALIDATOR.validate(json.loads(path.read_bytes()))


@given(structures(CREATE))
def test_the_schema_accepts_exactly_the_requests_that_from_request_accepts(request: dict[str, Any]) -> None:
    """Except for duplicate tag keys."""
    try:
        from_request(request)
        constraints = set[str]()
    except InvalidAppImageConfigError as error:
        constraints = {violation.constraint for violation in error.violations}
    event(str(constraints))
    is_valid = constraints <= {"unique"}
    assert VALIDATOR.is_valid(request) == is_valid
    assert VALIDATOR.is_valid([{"AppImageConfigName": "other"}, request]) == is_valid


@pytest.mark.parametrize("document", [None, 5, "a", [5], [[]], [{}], {}, {"AppImageConfigs": []}])
def test_the_schema_refuses_other_documents(document: Any) -> None:
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "document",
    [
        {"AppImageConfigName": "a", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "c"}]},
        [{"AppImageConfigName": "a"}, {"AppImageConfigName": "a"}],
        {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": 1000.0}}},
    ],
    ids=["tag keys", "names", "integers"],
)
def test_the_schema_accepts_what_json_schema_cannot_refuse(document: Any) -> None:
    """The docstring of schema lists the differences."""
    VALIDATOR.validate(document)


def test_the_schema_has_the_limits_and_the_docstrings_of_the_fields() -> None:
    definitions = schema()["$defs"]
    assert definitions["KernelSpec"] == {
        "type": "object",
        "required": ["Name"],
        "additionalProperties": False,
        "properties": {
            "Name": {
                "type": "string",
                "maxLength": 1024,
                "description": (
                    "The kernel's name in the image, as `jupyter kernelspec list` prints it; at most 1,024 characters."
                ),
            },
            "DisplayName": {
                "type": "string",
                "maxLength": 1024,
                "description": "The name that Studio shows; at most 1,024 characters.",
            },
        },
    }
    assert definitions["FileSystemConfig"]["properties"]["DefaultUid"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 65535,
        "description": "The POSIX user id, 0 to 65535.",
    }


def test_every_member_has_a_description() -> None:
    for name, definition in schema()["$defs"].items():
        assert all(member["description"] for member in definition["properties"].values()), name
