"""
The structures of the AppImageConfig API as immutable values.

Classes carry AWS's shape names, fields AWS's member names in snake_case. Every
value is keyword-only, frozen, slotted, compared by value, hashable, copyable,
picklable and open to `attrs.evolve`. What a caller passes in is copied: a
sequence is kept as a tuple, a mapping as a `ReadOnlyMapping`.

None is absent and is not sent. ``0``, ``""``, ``()``, ``{}`` and an empty
structure such as ``JupyterLabAppImageConfig()`` are values and travel.

Building a value checks it against SageMaker's service model and raises one
`InvalidAppImageConfigError` for all faults of the value.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, KeysView, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from appimageconfig import _constraints as constraints
from appimageconfig._constraints import Structure, is_list, is_map
from appimageconfig.errors import InvalidAppImageConfigError, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


class ReadOnlyMapping(Mapping[K, V_co]):
    """A mapping that never changes: hashable, picklable, and equal to every mapping of the same items in any order."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V_co]) -> None:
        """Copy *items*."""
        self._items = dict(items)

    def __getitem__(self, key: K) -> V_co:
        """Return the value at *key*."""
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        """Iterate over the keys in the order that they were given in."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._items)

    # The views of a dict are several times as fast as those that Mapping makes from the three methods above.

    def keys(self) -> KeysView[K]:
        """Return a view of the keys."""
        return self._items.keys()

    def values(self) -> ValuesView[V_co]:
        """Return a view of the values."""
        return self._items.values()

    def items(self) -> ItemsView[K, V_co]:
        """Return a view of the items."""
        return self._items.items()

    def __eq__(self, other: object) -> bool:
        """Compare the items, in any order, with those of any mapping."""
        if isinstance(other, ReadOnlyMapping):
            theirs = cast("Any", other)
            return self is other or bool(self._items == theirs._items)
        return self._items == dict(other) if is_map(other) else NotImplemented

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Show the items as a dict does."""
        return repr(self._items)


class SecretMapping(ReadOnlyMapping[K, V_co]):
    """A `ReadOnlyMapping` whose repr shows the keys and masks the values."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the keys alone."""
        return "{" + ", ".join(f"{key!r}: ***" for key in self) + "}"


class SecretTuple(tuple[V_co, ...]):
    """A tuple whose repr masks the items and shows their number."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the number of items alone."""
        return "(" + "***, " * len(self) + ")"


# The converters freeze what has an order or keys and leave everything else as it is, for the validators to refuse
# together with the other faults of the value. A string or a set is no sequence here: one would fall apart into
# letters, the other has no order to keep.


def _is_ordered(value: Any) -> bool:
    return isinstance(value, list | tuple) or (
        isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray | Mapping | AbstractSet)
    )


def _kernel_spec_tuple(value: Iterable[KernelSpec]) -> tuple[KernelSpec, ...]:
    return tuple(value) if _is_ordered(value) else cast("Any", value)


def string_tuple(value: Iterable[str]) -> tuple[str, ...]:
    """Copy *value* into a tuple."""
    return tuple(value) if _is_ordered(value) else cast("Any", value)


def _optional_string_tuple(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else string_tuple(value)


def _optional_secret_tuple(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return SecretTuple(value) if value is not None and _is_ordered(value) else cast("Any", value)


def read_only(value: Mapping[str, str]) -> Mapping[str, str]:
    """Copy *value* into a `ReadOnlyMapping`."""
    return ReadOnlyMapping(value) if is_map(value) else value


def _optional_read_only(value: Mapping[str, str] | None) -> Mapping[str, str] | None:
    return None if value is None else read_only(value)


def _optional_secret_mapping(value: Mapping[str, str] | None) -> Mapping[str, str] | None:
    return SecretMapping(value) if is_map(value) else value


def _deeply_secret(value: Any) -> Any:
    if is_map(value):
        return SecretMapping({key: _deeply_secret(item) for key, item in value.items()})
    if is_list(value):
        return SecretTuple(_deeply_secret(item) for item in value)
    return value


_NOTHING_UNMODELLED: SecretMapping[str, Any] = SecretMapping({})


def _unmodelled(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return value if value is _NOTHING_UNMODELLED else cast("Mapping[str, Any]", _deeply_secret(value))


@attrs.frozen(kw_only=True)
class Shape:
    """What all structures have in common."""

    unmodelled: Mapping[str, Any] = attrs.field(default=_NOTHING_UNMODELLED, converter=_unmodelled, repr=False)
    """Members of a response that this version does not know, under their wire names; they travel back in requests."""


@attrs.frozen(kw_only=True)
class KernelSpec(Shape):
    """A kernel of the image. The service model's shape ``KernelSpec``."""

    name: str = attrs.field(validator=constraints.KERNEL_NAME)
    """The kernel's name in the image, as ``jupyter kernelspec list`` prints it; at most 1,024 characters."""
    display_name: str | None = attrs.field(default=None, validator=constraints.KERNEL_DISPLAY_NAME)
    """What Studio shows; at most 1,024 characters."""


@attrs.frozen(kw_only=True)
class FileSystemConfig(Shape):
    """Where the user's volume is mounted, and whose it is. The service model's shape ``FileSystemConfig``."""

    mount_path: str | None = attrs.field(default=None, validator=constraints.MOUNT_PATH)
    """The directory in the image; begins with a slash, at most 1,024 characters."""
    default_uid: int | None = attrs.field(default=None, validator=constraints.DEFAULT_UID)
    """The POSIX user id, 0 to 65535."""
    default_gid: int | None = attrs.field(default=None, validator=constraints.DEFAULT_GID)
    """The POSIX group id, 0 to 65535."""


@attrs.frozen(kw_only=True)
class ContainerConfig(Shape):
    """How the container is run. The service model's shape ``ContainerConfig``."""

    container_arguments: tuple[str, ...] | None = attrs.field(
        default=None,
        converter=_optional_secret_tuple,
        validator=constraints.CUSTOM_IMAGE_CONTAINER_ARGUMENTS,
    )
    """At most 50 arguments of the entrypoint, each at most 64 characters. Its repr masks them."""
    container_entrypoint: tuple[str, ...] | None = attrs.field(
        default=None, converter=_optional_string_tuple, validator=constraints.CUSTOM_IMAGE_CONTAINER_ENTRYPOINT
    )
    """The entrypoint, at most one string of at most 256 characters."""
    container_environment_variables: Mapping[str, str] | None = attrs.field(
        default=None,
        converter=_optional_secret_mapping,
        validator=constraints.CUSTOM_IMAGE_CONTAINER_ENVIRONMENT_VARIABLES,
    )
    """At most 25 environment variables, names and values at most 256 characters. Its repr masks the values."""


@attrs.frozen(kw_only=True)
class KernelGatewayImageConfig(Shape):
    """The image as a KernelGateway app. The service model's shape ``KernelGatewayImageConfig``."""

    kernel_specs: tuple[KernelSpec, ...] = attrs.field(
        converter=_kernel_spec_tuple, validator=constraints.kernel_specs(KernelSpec)
    )
    """One to five kernels."""
    file_system_config: FileSystemConfig | None = attrs.field(default=None, validator=Structure(FileSystemConfig))
    """The file system, or None for the service's default."""


@attrs.frozen(kw_only=True)
class JupyterLabAppImageConfig(Shape):
    """The image as a JupyterLab app. The service model's shape ``JupyterLabAppImageConfig``."""

    file_system_config: FileSystemConfig | None = attrs.field(default=None, validator=Structure(FileSystemConfig))
    """The file system, or None for the service's default."""
    container_config: ContainerConfig | None = attrs.field(default=None, validator=Structure(ContainerConfig))
    """The container, or None for the service's default."""


@attrs.frozen(kw_only=True)
class CodeEditorAppImageConfig(Shape):
    """The image as a Code Editor app. The service model's shape ``CodeEditorAppImageConfig``."""

    file_system_config: FileSystemConfig | None = attrs.field(default=None, validator=Structure(FileSystemConfig))
    """The file system, or None for the service's default."""
    container_config: ContainerConfig | None = attrs.field(default=None, validator=Structure(ContainerConfig))
    """The container, or None for the service's default."""


@attrs.frozen(kw_only=True)
class AppImageConfig(Shape):
    """
    A desired AppImageConfig: what create and update take.

    The service model's shape ``CreateAppImageConfigRequest``.
    """

    app_image_config_name: str = attrs.field(validator=constraints.APP_IMAGE_CONFIG_NAME)
    """The name, at most 63 letters and digits, with hyphens only between them."""
    tags: Mapping[str, str] | None = attrs.field(
        default=None, converter=_optional_read_only, validator=constraints.TAG_LIST
    )
    """At most 50 tags, or None to say nothing of tags."""
    kernel_gateway_image_config: KernelGatewayImageConfig | None = attrs.field(
        default=None, validator=Structure(KernelGatewayImageConfig)
    )
    """How the image runs as a KernelGateway app, or None."""
    jupyter_lab_app_image_config: JupyterLabAppImageConfig | None = attrs.field(
        default=None, validator=Structure(JupyterLabAppImageConfig)
    )
    """How the image runs as a JupyterLab app, or None."""
    code_editor_app_image_config: CodeEditorAppImageConfig | None = attrs.field(
        default=None, validator=Structure(CodeEditorAppImageConfig)
    )
    """How the image runs as a Code Editor app, or None."""

    def secrets(self) -> Iterator[str]:
        """Yield what may be a secret: the values of environment variables and the container arguments."""
        for app_config in (self.jupyter_lab_app_image_config, self.code_editor_app_image_config):
            if app_config is not None and app_config.container_config is not None:
                container = app_config.container_config
                yield from container.container_arguments or ()
                yield from (container.container_environment_variables or {}).values()


@attrs.frozen(kw_only=True)
class AppImageConfigDetails(Shape):
    """
    An AppImageConfig as the service describes it.

    The service model's shapes ``AppImageConfigDetails`` and
    ``DescribeAppImageConfigResponse``, of which no member is required: what a
    response lacks is None. Tags are in neither.
    """

    app_image_config_arn: str | None = attrs.field(default=None, validator=constraints.APP_IMAGE_CONFIG_ARN)
    """The ARN, which the tag operations take."""
    app_image_config_name: str | None = attrs.field(default=None, validator=constraints.APP_IMAGE_CONFIG_NAME)
    """The name."""
    creation_time: datetime | None = attrs.field(default=None, validator=constraints.TIMESTAMP)
    """When it was created, an aware time in UTC."""
    last_modified_time: datetime | None = attrs.field(default=None, validator=constraints.TIMESTAMP)
    """When it was last changed, an aware time in UTC."""
    kernel_gateway_image_config: KernelGatewayImageConfig | None = attrs.field(
        default=None, validator=Structure(KernelGatewayImageConfig)
    )
    """How the image runs as a KernelGateway app, or None."""
    jupyter_lab_app_image_config: JupyterLabAppImageConfig | None = attrs.field(
        default=None, validator=Structure(JupyterLabAppImageConfig)
    )
    """How the image runs as a JupyterLab app, or None."""
    code_editor_app_image_config: CodeEditorAppImageConfig | None = attrs.field(
        default=None, validator=Structure(CodeEditorAppImageConfig)
    )
    """How the image runs as a Code Editor app, or None."""

    def to_config(self, tags: Mapping[str, str] | None = None) -> AppImageConfig:
        """
        Return the desired state that is the actual one, with *tags*, for a change by `attrs.evolve`.

        What the service returned is not refused, whatever today's limits are, and
        members that this version does not know go along.

        Raises:
            InvalidAppImageConfigError: *tags* break a limit, or the response that this was read from had no name.
        """
        if self.app_image_config_name is None:
            raise InvalidAppImageConfigError(
                [Violation("AppImageConfigName", "required", "is missing from the response that this was read from")]
            )
        with constraints.trusted():
            config = AppImageConfig(
                app_image_config_name=self.app_image_config_name,
                kernel_gateway_image_config=self.kernel_gateway_image_config,
                jupyter_lab_app_image_config=self.jupyter_lab_app_image_config,
                code_editor_app_image_config=self.code_editor_app_image_config,
                unmodelled=self.unmodelled,
            )
        return config if tags is None else attrs.evolve(config, tags=tags)
