"""Values: immutable, compared by value, copied from their arguments, and checked."""

from __future__ import annotations

import copy
import pickle
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any, cast
from unittest.mock import ANY

import attrs
import pytest
from hypothesis import given
from strategies import app_image_configs

from appimageconfig import (
    AppImageConfig,
    AppImageConfigDetails,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    dumps,
    from_request,
    from_response,
    loads,
    to_request,
    unchecked,
)
from appimageconfig._frozen import ReadOnlyMapping, SecretMapping, SecretTuple

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/full"
EVERY_CLASS = (
    AppImageConfig,
    AppImageConfigDetails,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
)


def full_config(**changes: Any) -> AppImageConfig:
    """Return a config in which every member has a value."""
    files = FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100)
    container = ContainerConfig(
        container_arguments=["--no-browser"],
        container_entrypoint=["jupyter-lab"],
        container_environment_variables={"STAGE": "test"},
    )
    config = AppImageConfig(
        app_image_config_name="full",
        tags={"team": "ml"},
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="python3", display_name="Python 3")], file_system_config=files
        ),
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=files, container_config=container),
        code_editor_app_image_config=CodeEditorAppImageConfig(file_system_config=files, container_config=container),
    )
    return attrs.evolve(config, **changes)


def details(**members: Any) -> AppImageConfigDetails:
    """Return the actual state of a config, with these members."""
    return AppImageConfigDetails(app_image_config_arn=ARN, app_image_config_name="full", **members)


@pytest.mark.parametrize("model", EVERY_CLASS)
def test_values_are_frozen_slotted_and_keyword_only(model: type[attrs.AttrsInstance]) -> None:
    assert all(field.kw_only for field in attrs.fields(model))
    assert "__dict__" not in dir(model)
    with pytest.raises(TypeError, match="positional"):
        model("by position")  # type: ignore[call-arg]
    value = details() if model is AppImageConfigDetails else full_config()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.app_image_config_name = "other"  # type: ignore[misc]


@given(app_image_configs)
def test_a_value_survives_pickle_copy_and_evolve(config: AppImageConfig) -> None:
    pickled = [pickle.dumps(config, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for twin in (
        *map(pickle.loads, pickled),
        copy.copy(config),
        copy.deepcopy(config),
        attrs.evolve(config),
    ):
        assert twin == config
        assert hash(twin) == hash(config)
        assert to_request(twin) == to_request(config)


def test_arguments_are_copied() -> None:
    arguments, variables, kernels, tags = ["--a"], {"A": "1"}, [KernelSpec(name="python3")], {"team": "ml"}
    container = ContainerConfig(container_arguments=arguments, container_environment_variables=variables)
    gateway = KernelGatewayImageConfig(kernel_specs=kernels)
    config = AppImageConfig(app_image_config_name="image", tags=tags)
    arguments.append("--b")
    variables["B"] = "2"
    kernels.clear()
    tags.clear()
    assert container == ContainerConfig(container_arguments=("--a",), container_environment_variables={"A": "1"})
    assert gateway.kernel_specs == (KernelSpec(name="python3"),)
    assert config.tags == {"team": "ml"}


def values_of_a_dict(items: list[Any]) -> Any:
    """Return *items* as the values of a dict."""
    return dict(enumerate(items)).values()


ORDERED: list[Callable[[list[Any]], Any]] = [list, tuple, deque, iter, reversed, values_of_a_dict]


@pytest.mark.parametrize("kind", ORDERED)
def test_every_ordered_iterable_becomes_a_tuple(kind: Any) -> None:
    arguments, kernels = ["--a", "--a", "--b"], [KernelSpec(name="ir"), KernelSpec(name="python3")]
    assert ContainerConfig(container_arguments=kind(arguments)).container_arguments == tuple(kind(arguments))
    assert ContainerConfig(container_entrypoint=kind(["sh"])).container_entrypoint == ("sh",)
    assert KernelGatewayImageConfig(kernel_specs=kind(kernels)).kernel_specs == tuple(kind(kernels))


def test_mappings_are_read_only() -> None:
    variables = ContainerConfig(container_environment_variables={"A": "1"}).container_environment_variables
    assert isinstance(variables, Mapping)
    with pytest.raises(TypeError, match="item assignment"):
        variables["A"] = "2"  # type: ignore[index]


@pytest.mark.parametrize("not_a_sequence", ["--flag", b"--flag", bytearray(b"--flag"), {"--flag"}, {"--flag": ""}, 5])
def test_a_string_or_a_set_is_not_a_list(not_a_sequence: Any) -> None:
    """A string would become a list of letters; a set has no order."""
    with pytest.raises(InvalidAppImageConfigError, match="must be a list, not") as caught:
        ContainerConfig(container_arguments=not_a_sequence, container_entrypoint=not_a_sequence)
    assert [violation.path for violation in caught.value.violations] == ["container_arguments", "container_entrypoint"]


def test_evolve_checks_the_new_value() -> None:
    with pytest.raises(InvalidAppImageConfigError, match="default_uid: is -1; the minimum is 0"):
        attrs.evolve(FileSystemConfig(default_uid=0), default_uid=-1)


def test_order_counts_in_sequences_and_not_in_mappings() -> None:
    one = ContainerConfig(container_environment_variables={"A": "1", "B": "2"})
    other = ContainerConfig(container_environment_variables={"B": "2", "A": "1"})
    assert one == other
    assert hash(one) == hash(other)
    assert ContainerConfig(container_arguments=["a", "b"]) != ContainerConfig(container_arguments=["b", "a"])


def test_absent_and_empty_are_not_equal() -> None:
    assert ContainerConfig() != ContainerConfig(container_arguments=())
    assert JupyterLabAppImageConfig() != JupyterLabAppImageConfig(container_config=ContainerConfig())
    assert full_config(tags=None) != full_config(tags={})


def test_a_repr_redacts_arguments_and_the_values_of_variables() -> None:
    """It shows how many arguments there are, and the names of the variables."""
    container = ContainerConfig(
        container_arguments=["--token=hush"],
        container_environment_variables={"PASSWORD": "hush"},
    )
    shown = repr(container) + repr(container.container_environment_variables)
    assert "hush" not in shown
    assert "container_arguments=(***, )" in shown
    assert "{'PASSWORD': ***}" in shown
    assert "container_entrypoint=None" in shown
    assert repr(ContainerConfig()).count("None") == len(attrs.fields(ContainerConfig)) - 1
    assert "tags={'team': 'ml'}" in repr(full_config())
    assert "tags=None" in repr(full_config(tags=None))


def test_a_read_only_mapping_keeps_its_order() -> None:
    mapping = ReadOnlyMapping({"b": 1, "a": 2})
    assert list(mapping) == ["b", "a"]
    assert dict(mapping) == {"b": 1, "a": 2}
    assert mapping == ANY


CONTAINERS: list[Any] = [
    ReadOnlyMapping({"b": 1, "a": 2}),
    SecretMapping({"b": "hush", "a": SecretTuple(["hush"])}),
    SecretTuple(["hush", SecretMapping({"a": "hush"})]),
]


@pytest.mark.parametrize("container", CONTAINERS, ids=repr)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_container_pickles_and_copies_as_itself(container: Any, protocol: int) -> None:
    for twin in (
        pickle.loads(pickle.dumps(container, protocol)),  # noqa: S301 - our own pickle
        copy.copy(container),
        copy.deepcopy(container),
    ):
        assert (type(twin), twin, repr(twin)) == (type(container), container, repr(container))


@pytest.mark.parametrize("ours", [{"a": "1", "b": "2"}, full_config(tags={"a": "1", "b": "2"}).tags])
@pytest.mark.parametrize("theirs", [{"b": "3", "c": "4"}, full_config(tags={"b": "3", "c": "4"}).tags])
def test_mappings_are_united_as_dicts_are(ours: Any, theirs: Any) -> None:
    """With a read-only mapping on either side, or on both: the items on the right replace those on the left."""
    united = ours | theirs
    assert list(united.items()) == [("a", "1"), ("b", "3"), ("c", "4")]
    assert type(united) is (dict if type(ours) is type(theirs) is dict else ReadOnlyMapping)


UNIONS: list[Callable[[Any, Any], Any]] = [lambda one, other: one | other, lambda one, other: other | one]


@pytest.mark.parametrize("unite", UNIONS)
def test_a_union_with_variables_redacts_their_values(unite: Callable[[Any, Any], Any]) -> None:
    variables = ContainerConfig(container_environment_variables={"A": "hush"}).container_environment_variables
    assert repr(unite(variables, {})) == "{'A': ***}"
    assert repr(unite(variables, full_config(tags={}).tags)) == "{'A': ***}"
    assert ContainerConfig(container_environment_variables=unite(variables, {"B": "b"})) == ContainerConfig(
        container_environment_variables={"A": "hush", "B": "b"}
    )
    with pytest.raises(TypeError, match="unsupported operand"):
        unite(variables, [("B", "b")])


def test_to_config_returns_the_actual_state_with_the_given_tags() -> None:
    config = full_config()
    actual = details(
        creation_time=datetime(2026, 1, 1, tzinfo=UTC),
        kernel_gateway_image_config=config.kernel_gateway_image_config,
        jupyter_lab_app_image_config=config.jupyter_lab_app_image_config,
        code_editor_app_image_config=config.code_editor_app_image_config,
    )
    assert actual.to_config(tags={"team": "ml"}) == config
    assert actual.to_config() == full_config(tags=None)
    assert actual.to_config(tags={}) == full_config(tags={})


def test_to_config_refuses_invalid_tags() -> None:
    with pytest.raises(InvalidAppImageConfigError, match=r"tags\[''\]: the key has 0 characters; the minimum is 1"):
        details().to_config(tags={"": "x"})


VIOLATIONS: list[tuple[Callable[[], object], str]] = [
    (
        lambda: KernelSpec(name=cast("Any", 5), display_name="k" * 1025),
        (
            "invalid KernelSpec:\n"
            "  name: must be a string, not an integer; write it in quotes\n"
            "  display_name: has 1025 characters; the maximum is 1024"
        ),
    ),
    (
        lambda: FileSystemConfig(mount_path="home", default_uid=70000, default_gid=-1),
        (
            "invalid FileSystemConfig:\n"
            "  mount_path: must be an absolute path, which begins with a slash (pattern \\/.*)\n"
            "  default_uid: is 70000; the maximum is 65535\n"
            "  default_gid: is -1; the minimum is 0"
        ),
    ),
    (
        lambda: ContainerConfig(
            container_arguments=["a", "\n"],
            container_entrypoint=["a", "b"],
            container_environment_variables={"A": cast("Any", 1)},
        ),
        (
            "invalid ContainerConfig:\n"
            "  container_arguments[1]: must be a single line that is not blank (pattern (?!\\s*$).+)\n"
            "  container_entrypoint: has 2 items; the maximum is 1\n"
            "  container_environment_variables['A']: the value must be a string, not an integer; write it in quotes"
        ),
    ),
    (
        lambda: KernelGatewayImageConfig(kernel_specs=[]),
        "invalid KernelGatewayImageConfig:\n  kernel_specs: has 0 items; the minimum is 1",
    ),
    (
        lambda: KernelGatewayImageConfig(kernel_specs=cast("Any", ["python3"])),
        "invalid KernelGatewayImageConfig:\n  kernel_specs[0]: must be a KernelSpec, not a string",
    ),
    (
        lambda: JupyterLabAppImageConfig(
            file_system_config=cast("Any", {"MountPath": "/root"}), container_config=cast("Any", FileSystemConfig())
        ),
        (
            "invalid JupyterLabAppImageConfig:\n"
            "  file_system_config: must be a FileSystemConfig, not a map\n"
            "  container_config: must be a ContainerConfig, not a FileSystemConfig"
        ),
    ),
    (
        lambda: CodeEditorAppImageConfig(container_config=cast("Any", "sh")),
        "invalid CodeEditorAppImageConfig:\n  container_config: must be a ContainerConfig, not a string",
    ),
    (
        lambda: AppImageConfig(
            app_image_config_name="my_image",
            tags={"": "x"},
            code_editor_app_image_config=cast("Any", JupyterLabAppImageConfig()),
        ),
        (
            "invalid AppImageConfig:\n"
            "  app_image_config_name: must consist of letters, digits and hyphens, without a hyphen at either end, "
            "such as 'my-image' (pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})\n"
            "  tags['']: the key has 0 characters; the minimum is 1\n"
            "  code_editor_app_image_config: must be a CodeEditorAppImageConfig, not a JupyterLabAppImageConfig"
        ),
    ),
    (
        lambda: AppImageConfigDetails(
            app_image_config_arn="image",
            app_image_config_name=cast("Any", None),
            creation_time=cast("Any", "2026"),
            last_modified_time=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        (
            "invalid AppImageConfigDetails:\n"
            "  app_image_config_arn: must be the ARN of an AppImageConfig "
            "(pattern arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:app-image-config/.*)\n"
            "  app_image_config_name: must be a string, not null\n"
            "  creation_time: must be a datetime, not a string"
        ),
    ),
]


@pytest.mark.parametrize(("build", "text"), VIOLATIONS)
def test_an_error_names_the_class_and_the_fields(build: Callable[[], object], text: str) -> None:
    """Nothing is sent when a value is built, so the error does not speak of it."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        build()
    assert str(caught.value) == text


def test_the_name_and_the_arn_of_details_are_required() -> None:
    with pytest.raises(TypeError, match="'app_image_config_arn' and 'app_image_config_name'"):
        AppImageConfigDetails()  # type: ignore[call-arg]


BEYOND: dict[str, Any] = {
    "AppImageConfigName": "x" * 80,
    "AppImageConfigArn": ARN,
    "KernelGatewayImageConfig": {"FileSystemConfig": {"MountPath": "home", "DefaultUid": 70000}},
    "JupyterLabAppImageConfig": {
        "ContainerConfig": {"ContainerEntrypoint": ["a", "b"], "ContainerEnvironmentVariables": {"A": "x" * 300}}
    },
}


def received(**members: Any) -> Any:
    """Return the details that are read from a response beyond today's limits."""
    return from_response({**BEYOND, **members})


def declared() -> Any:
    """Return these details as a desired state."""
    return received().to_config()


def test_values_from_the_service_are_kept_when_others_change() -> None:
    """Also if today's limits do not allow them; and in copies, pickles and further changes."""
    details = received()
    config = details.to_config(tags={"team": "ml"})
    pickled = [pickle.dumps(config, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for twin in (config, copy.copy(config), copy.deepcopy(config), *map(pickle.loads, pickled)):
        changed = attrs.evolve(attrs.evolve(twin, tags=None), code_editor_app_image_config=CodeEditorAppImageConfig())
        assert changed.app_image_config_name == "x" * 80
    gateway: Any = config.kernel_gateway_image_config
    assert attrs.evolve(gateway.file_system_config, default_gid=5) != gateway.file_system_config
    assert attrs.evolve(gateway, file_system_config=None).kernel_specs is None
    lab: Any = config.jupyter_lab_app_image_config
    container = lab.container_config
    assert attrs.evolve(container, container_arguments=["a"]).container_entrypoint == ("a", "b")


CHANGES: list[tuple[Callable[[], object], str]] = [
    (lambda: attrs.evolve(received().to_config(), app_image_config_name="x" * 81), "app_image_config_name"),
    (lambda: received().to_config(tags={"": ""}), "tags['']"),
    (
        lambda: attrs.evolve(declared().kernel_gateway_image_config.file_system_config, default_uid=70001),
        "default_uid",
    ),
    (
        lambda: attrs.evolve(
            declared().jupyter_lab_app_image_config.container_config, container_entrypoint=["a", "b", "c"]
        ),
        "container_entrypoint",
    ),
    (lambda: AppImageConfig(app_image_config_name="x" * 80), "app_image_config_name"),
]


@pytest.mark.parametrize(("change", "path"), CHANGES)
def test_a_change_is_checked_beside_values_from_the_service(change: Callable[[], object], path: str) -> None:
    """It alone is reported."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        change()
    assert [violation.path for violation in caught.value.violations] == [path]


def test_values_from_the_service_beyond_the_limits_compare_hash_and_show_as_every_other() -> None:
    with unchecked():
        built = FileSystemConfig(mount_path="home", default_uid=70000)
    details = received(New={"Token": "hush"})
    read = details.to_config().kernel_gateway_image_config.file_system_config
    assert (read, hash(read), repr(read)) == (built, hash(built), repr(built))
    assert details.unmodelled == {"New": {"Token": "hush"}}
    assert repr(details.unmodelled) == repr(attrs.evolve(details.to_config(), tags=None).unmodelled) == "{'New': ***}"
    changed = attrs.evolve(details, app_image_config_name="image", unmodelled={**details.unmodelled})
    assert changed.unmodelled == details.unmodelled


class Stage(StrEnum):
    """Strings as an application may have them."""

    TEST = "test"


class Text(str):
    """A string that shows as something else."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return something else."""
        return "something else"


class Number(IntEnum):
    """Integers as an application may have them."""

    ROOT = 0


def in_subclasses(value: Any) -> Any:
    """Return *value* with its strings and integers as instances of subclasses, except the names of members."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, int):
        return type("Integer", (int,), {})(value)
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key if key[:1].isupper() else Text(key): in_subclasses(item) for key, item in items}
    return [in_subclasses(item) for item in cast("list[Any]", value)]


def leaves(value: Any) -> list[Any]:
    """Return the keys and the values of all dicts and lists in *value*."""
    if isinstance(value, dict):
        parts: Any = [*value.keys(), *value.values()]
        return leaves(parts)
    if isinstance(value, list):
        return [leaf for item in cast("Any", value) for leaf in leaves(item)]
    return [value]


def test_strings_and_integers_of_a_subclass_become_plain() -> None:
    """In every field, item, key and value; whatever they show as."""
    files = FileSystemConfig(mount_path=Text("/a"), default_uid=Number.ROOT, default_gid=Number.ROOT)
    container = ContainerConfig(
        container_arguments=[Stage.TEST, "b"],
        container_entrypoint=(Text("sh"),),
        container_environment_variables={Text("A"): "1", "B": Stage.TEST},
    )
    config = AppImageConfig(
        app_image_config_name=Text("image"),
        tags={Stage.TEST: Text("ml")},
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name=Stage.TEST, display_name=Text(""))], file_system_config=files
        ),
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container),
    )
    plain = to_request(config)
    assert {type(leaf) for leaf in leaves(plain)} == {str, int}
    assert from_request(plain) == config
    assert "test" in dumps([config], file_format="yaml")
    assert "hush" not in repr(ContainerConfig(container_arguments=[Text("hush")]))
    assert repr(ContainerConfig(container_environment_variables={"A": Text("hush")})).endswith("={'A': ***})")


@given(app_image_configs)
def test_a_request_of_subclasses_is_read_as_the_plain_one(config: AppImageConfig) -> None:
    plain = to_request(config)
    read = from_request(in_subclasses(plain))
    assert read == config
    assert to_request(read) == plain
    assert {type(leaf) for leaf in leaves(to_request(read))} <= {str, int}
    assert loads(dumps([read], file_format="yaml"), file_format="yaml") == [config]


def test_the_members_that_this_version_does_not_know_become_plain() -> None:
    details = from_response({**BEYOND, "New": {Text("a"): [Stage.TEST, Number.ROOT, True, None]}})
    sent = to_request(details.to_config())["New"]
    assert sent == {"a": ["test", 0, True, None]}
    assert list(map(type, leaves(sent))) == [str, str, int, bool, type(None)]


HALF = "contains half of a surrogate pair; write the whole character"
HALVES: list[tuple[Callable[[], object], list[str]]] = [
    (
        lambda: AppImageConfig(app_image_config_name="\ud83d", tags={"a\ud83d": "", "b": "\ude00"}),
        [
            f"app_image_config_name: {HALF}",
            f"tags['a\\ud83d']: the key {HALF}",
            f"tags['b']: the value {HALF}",
        ],
    ),
    (lambda: KernelSpec(name="a\ud83d", display_name="\ude00"), [f"name: {HALF}", f"display_name: {HALF}"]),
    (lambda: FileSystemConfig(mount_path="/\ud83d/\ude00"), [f"mount_path: {HALF}"]),
    (
        lambda: ContainerConfig(
            container_arguments=["a", "\ude00\ud83d"],
            container_entrypoint=["\ud83d"],
            container_environment_variables={"\ud83d": "a", "A": "\ud83d" + "\ude00"},
        ),
        [
            f"container_arguments[1]: {HALF}",
            f"container_entrypoint[0]: {HALF}",
            f"container_environment_variables['\\ud83d']: the key {HALF}",
            f"container_environment_variables['A']: the value {HALF}",
        ],
    ),
    (
        lambda: from_request({"AppImageConfigName": "a", "Tags": [{"Key": "\ud83d", "Value": "\ude00"}]}),
        [f"Tags[0].Key: {HALF}", f"Tags[0].Value: {HALF}"],
    ),
]


@pytest.mark.parametrize(("build", "texts"), HALVES)
def test_a_lone_surrogate_is_refused(build: Callable[[], object], texts: list[str]) -> None:
    """It cannot be encoded. JSON can have one as an escape. Lifted limits do not allow it."""
    for limits in (nullcontext(), unchecked()):
        with limits, pytest.raises(InvalidAppImageConfigError) as caught:
            build()
        assert list(map(str, caught.value.violations)) == texts
        assert {violation.constraint for violation in caught.value.violations} == {"type"}
    assert ContainerConfig(container_arguments=["\U0001f600"]).container_arguments == ("\U0001f600",)
