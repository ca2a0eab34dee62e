"""The JSON Schema of request files, as a validator that knows nothing of this library reads it."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import regex
from botocore.model import ServiceModel
from hypothesis import event, given
from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError, validators
from judge import structures
from service_model import description

from appimageconfig import InvalidAppImageConfigError, from_request, limits, to_request
from appimageconfig.files import schema
from appimageconfig.files._schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CREATE: Any = ServiceModel(description(), "sagemaker").operation_model("CreateAppImageConfig").input_shape
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/requests/*.json"))


def assigned(text: str) -> str:
    """Return *text* without the code points that Unicode does not assign, which from_request leaves to the service."""
    return "".join(character for character in text if unicodedata.category(character) != "Cn")


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    """Search with the package ``regex``; jsonschema uses `re`, which does not support Unicode classes."""
    if isinstance(value, str) and not regex.search(pattern, assigned(value) if r"\p{" in pattern else value):
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


def request(**members: Any) -> dict[str, Any]:
    """Return a request with *members*, and with those of its container."""
    return {"AppImageConfigName": "a", **members}


def with_container(**members: Any) -> dict[str, Any]:
    """Return a request with a container that has *members*."""
    return request(CodeEditorAppImageConfig={"ContainerConfig": members})


def with_files(**members: Any) -> dict[str, Any]:
    """Return a request with a file system that has *members*."""
    return request(JupyterLabAppImageConfig={"FileSystemConfig": members})


def with_kernels(*kernels: Any) -> dict[str, Any]:
    """Return a request with *kernels*."""
    return request(KernelGatewayImageConfig={"KernelSpecs": list(kernels)})


def with_tags(*tags: tuple[str, str]) -> dict[str, Any]:
    """Return a request with *tags*."""
    return request(Tags=[{"Key": key, "Value": value} for key, value in tags])


AT_EACH_LIMIT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (request(AppImageConfigName="a" * 63), request(AppImageConfigName="a" * 64)),
    (request(), request(AppImageConfigName="a\n")),
    (with_tags(("a", "")), with_tags(("", ""))),
    (with_tags(("a" * 128, "b" * 256)), with_tags(("a" * 129, ""))),
    (with_tags(("Ünï Ⅷ", "é")), with_tags(("a", "b" * 257))),
    (with_tags(("a/b", "-@=+:_.")), with_tags(("a", "a\u0301"))),
    (
        with_tags(*((str(number), "") for number in range(50))),
        with_tags(*((str(number), "") for number in range(51))),
    ),
    (with_kernels({"Name": ""}), with_kernels()),
    (with_kernels(*[{"Name": ""}] * 5), with_kernels(*[{"Name": ""}] * 6)),
    (with_kernels({"Name": "a" * 1024}), with_kernels({"Name": "a" * 1025})),
    (with_kernels({"Name": "a", "DisplayName": ""}), with_kernels({"DisplayName": "a"})),
    (with_files(MountPath="/", DefaultUid=0), with_files(MountPath="", DefaultUid=0)),
    (with_files(MountPath="/a b"), with_files(MountPath="/a\n")),
    (with_files(DefaultUid=65535), with_files(DefaultUid=65536)),
    (with_files(DefaultGid=0), with_files(DefaultGid=-1)),
    (with_files(), with_files(DefaultUID=0)),
    (with_container(ContainerEntrypoint=["a" * 256]), with_container(ContainerEntrypoint=["a" * 257])),
    (with_container(ContainerEntrypoint=[]), with_container(ContainerEntrypoint=["a", "a"])),
    (with_container(ContainerArguments=["a" * 64] * 50), with_container(ContainerArguments=["a"] * 51)),
    (with_container(ContainerArguments=["a b"]), with_container(ContainerArguments=[" \u2003"])),
    (
        with_container(ContainerEnvironmentVariables={str(number): "" for number in range(25)}),
        with_container(ContainerEnvironmentVariables={str(number): "" for number in range(26)}),
    ),
    (
        with_container(ContainerEnvironmentVariables={"a" * 256: "b" * 256}),
        with_container(ContainerEnvironmentVariables={"a" * 257: ""}),
    ),
    (
        with_container(ContainerEnvironmentVariables={"a": "\n"}),
        with_container(ContainerEnvironmentVariables={"a": "b" * 257}),
    ),
    (
        with_container(ContainerEnvironmentVariables={"a": ""}),
        with_container(ContainerEnvironmentVariables={"": ""}),
    ),
]


@pytest.mark.parametrize(("valid", "invalid"), AT_EACH_LIMIT)
def test_the_schema_has_each_limit(valid: dict[str, Any], invalid: dict[str, Any]) -> None:
    VALIDATOR.validate(valid)
    VALIDATOR.validate(to_request(from_request(valid)))
    assert not VALIDATOR.is_valid(invalid)
    with pytest.raises(InvalidAppImageConfigError):
        from_request(invalid)


def test_the_schema_of_an_enum() -> None:
    """No member of a request has one today."""
    assert schema_of(limits.SORT_ORDER, {}) == {"type": "string", "enum": ["Ascending", "Descending"]}


@given(structures(CREATE))
def test_the_schema_accepts_exactly_the_requests_that_from_request_accepts(generated: dict[str, Any]) -> None:
    """Except for duplicate tag keys."""
    try:
        from_request(generated)
        constraints = set[str]()
    except InvalidAppImageConfigError as error:
        constraints = {violation.constraint for violation in error.violations}
    event(str(constraints))
    is_valid = constraints <= {"unique"}
    assert VALIDATOR.is_valid(generated) == is_valid
    assert VALIDATOR.is_valid([request(), generated]) == is_valid


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


def test_descriptions_say_nothing_about_values_in_python() -> None:
    members = [member for definition in schema()["$defs"].values() for member in definition["properties"].values()]
    descriptions = [member["description"] for member in members]
    assert not [text for text in descriptions if "None" in text or "repr" in text or not text.endswith(".")]
    assert "The file system." in descriptions
    assert "At most 50 tags." in descriptions
    assert "At most 50 arguments of the entrypoint, each at most 64 characters." in descriptions


def test_the_module_of_the_schema_is_imported_with_the_first_schema() -> None:
    program = """
import sys
from appimageconfig import files
name = "appimageconfig.files._schema"
print(name in sys.modules, bool(files.schema()), name in sys.modules)
"""
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False True True\n"
