"""
The structures of the AppImageConfig API as immutable values.

Classes have AWS's shape names, fields AWS's member names in snake_case. Every
value is keyword-only, frozen, slotted, compared by value, hashable, copyable
and picklable; change one with `attrs.evolve`. Arguments are copied: a sequence
becomes a tuple, a mapping a read-only mapping.

None is absent and is not sent. ``0``, ``""``, ``()``, ``{}`` and an empty
structure such as ``JupyterLabAppImageConfig()`` are values and are sent.

Building a value checks it against SageMaker's service model and raises one
`InvalidAppImageConfigError` with all violations. What was read from a response is
not checked, and `attrs.evolve` of it checks what it changes: AWS may have raised a
limit. Strings and integers of a subclass, such as members of an enum, become plain.
"""

# Annotations are not postponed here: cattrs and Sphinx evaluate them in the namespace of a class's `__module__`,
# which is `appimageconfig` for users, and has neither Mapping nor datetime.

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from appimageconfig import limits
from appimageconfig._constraints import Checked, Structure, checked_together, received
from appimageconfig._frozen import (
    NO_SECRETS,
    Ordered,
    deeply_secret,
    frozen_tuple,
    is_list,
    optional_mapping,
    optional_secret_mapping,
    optional_secret_strings,
    optional_strings,
)

# Each class declares it again, since it is the last of its parameters.
_UNMODELLED: Any = attrs.field(default=NO_SECRETS, converter=deeply_secret, repr=False)


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class Shape(Checked):
    """The base of all structures."""

    unmodelled: Mapping[str, Any] = _UNMODELLED
    """
    Members of a response that this version does not know, by their wire names; requests carry them back.

    It also carries to the results of `attrs.evolve` which values of the response are beyond today's limits.
    """


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class KernelSpec(Shape):
    """A kernel of the image. The service model's shape ``KernelSpec``."""

    name: str = attrs.field(validator=limits.KERNEL_NAME)
    """The kernel's name in the image, as ``jupyter kernelspec list`` prints it; at most 1,024 characters."""
    display_name: str | None = attrs.field(default=None, validator=limits.KERNEL_DISPLAY_NAME)
    """The name that Studio shows; at most 1,024 characters."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class FileSystemConfig(Shape):
    """The mount point and the owner of the user's volume. The service model's shape ``FileSystemConfig``."""

    mount_path: str | None = attrs.field(default=None, validator=limits.MOUNT_PATH)
    """The directory in the image; begins with a slash, at most 1,024 characters."""
    default_uid: int | None = attrs.field(default=None, validator=limits.DEFAULT_UID)
    """The POSIX user id, 0 to 65535."""
    default_gid: int | None = attrs.field(default=None, validator=limits.DEFAULT_GID)
    """The POSIX group id, 0 to 65535."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class ContainerConfig(Shape):
    """The container's entrypoint, arguments and environment. The service model's shape ``ContainerConfig``."""

    container_arguments: tuple[str, ...] | None = attrs.field(
        default=None,
        converter=optional_secret_strings,
        validator=limits.CUSTOM_IMAGE_CONTAINER_ARGUMENTS,
    )
    """At most 50 arguments of the entrypoint, each at most 64 characters. Its repr redacts them."""
    container_entrypoint: tuple[str, ...] | None = attrs.field(
        default=None, converter=optional_strings, validator=limits.CUSTOM_IMAGE_CONTAINER_ENTRYPOINT
    )
    """The entrypoint, at most one string of at most 256 characters."""
    container_environment_variables: Mapping[str, str] | None = attrs.field(
        default=None,
        converter=optional_secret_mapping,
        validator=limits.CUSTOM_IMAGE_CONTAINER_ENVIRONMENT_VARIABLES,
    )
    """At most 25 environment variables, names and values at most 256 characters. Its repr redacts the values."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


def _kernel_spec_tuple(value: Ordered[KernelSpec]) -> tuple[KernelSpec, ...]:
    return frozen_tuple(value)


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class KernelGatewayImageConfig(Shape):
    """The settings of the image as a KernelGateway app. The service model's shape ``KernelGatewayImageConfig``."""

    kernel_specs: tuple[KernelSpec, ...] = attrs.field(
        converter=_kernel_spec_tuple, validator=limits.kernel_specs(KernelSpec)
    )
    """One to five kernels."""
    file_system_config: FileSystemConfig | None = attrs.field(default=None, validator=Structure(FileSystemConfig))
    """The file system, or None for the service's default."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class JupyterLabAppImageConfig(Shape):
    """The settings of the image as a JupyterLab app. The service model's shape ``JupyterLabAppImageConfig``."""

    file_system_config: FileSystemConfig | None = attrs.field(default=None, validator=Structure(FileSystemConfig))
    """The file system, or None for the service's default."""
    container_config: ContainerConfig | None = attrs.field(default=None, validator=Structure(ContainerConfig))
    """The container, or None for the service's default."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class CodeEditorAppImageConfig(Shape):
    """The settings of the image as a Code Editor app. The service model's shape ``CodeEditorAppImageConfig``."""

    file_system_config: FileSystemConfig | None = attrs.field(default=None, validator=Structure(FileSystemConfig))
    """The file system, or None for the service's default."""
    container_config: ContainerConfig | None = attrs.field(default=None, validator=Structure(ContainerConfig))
    """The container, or None for the service's default."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class AppImageConfig(Shape):
    """
    The desired state of an AppImageConfig: the argument of create, update and ensure.

    The service model's shape ``CreateAppImageConfigRequest``.
    """

    app_image_config_name: str = attrs.field(validator=limits.APP_IMAGE_CONFIG_NAME)
    """The name, at most 63 letters and digits, with hyphens only between them."""
    tags: Mapping[str, str] | None = attrs.field(default=None, converter=optional_mapping, validator=limits.TAG_LIST)
    """At most 50 tags; None leaves tags out of the request."""
    kernel_gateway_image_config: KernelGatewayImageConfig | None = attrs.field(
        default=None, validator=Structure(KernelGatewayImageConfig)
    )
    """The settings of the image as a KernelGateway app, or None."""
    jupyter_lab_app_image_config: JupyterLabAppImageConfig | None = attrs.field(
        default=None, validator=Structure(JupyterLabAppImageConfig)
    )
    """The settings of the image as a JupyterLab app, or None."""
    code_editor_app_image_config: CodeEditorAppImageConfig | None = attrs.field(
        default=None, validator=Structure(CodeEditorAppImageConfig)
    )
    """The settings of the image as a Code Editor app, or None."""
    unmodelled: Mapping[str, Any] = _UNMODELLED


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class AppImageConfigDetails(Shape):
    """
    The actual state of an AppImageConfig: the result of describe and list.

    The service model's shapes ``AppImageConfigDetails`` and
    ``DescribeAppImageConfigResponse``. Neither has tags. The model requires no
    member, but the service always returns the name and the ARN, so a response
    without them is an error. Any other member that a response lacks is None.
    """

    app_image_config_arn: str = attrs.field(validator=limits.APP_IMAGE_CONFIG_ARN)
    """The ARN, which the tag operations take."""
    app_image_config_name: str = attrs.field(validator=limits.APP_IMAGE_CONFIG_NAME)
    """The name."""
    creation_time: datetime | None = attrs.field(default=None, validator=limits.TIMESTAMP)
    """The time of creation, aware and in UTC."""
    last_modified_time: datetime | None = attrs.field(default=None, validator=limits.TIMESTAMP)
    """The time of the last change, aware and in UTC."""
    kernel_gateway_image_config: KernelGatewayImageConfig | None = attrs.field(
        default=None, validator=Structure(KernelGatewayImageConfig)
    )
    """The settings of the image as a KernelGateway app, or None."""
    jupyter_lab_app_image_config: JupyterLabAppImageConfig | None = attrs.field(
        default=None, validator=Structure(JupyterLabAppImageConfig)
    )
    """The settings of the image as a JupyterLab app, or None."""
    code_editor_app_image_config: CodeEditorAppImageConfig | None = attrs.field(
        default=None, validator=Structure(CodeEditorAppImageConfig)
    )
    """The settings of the image as a Code Editor app, or None."""
    unmodelled: Mapping[str, Any] = _UNMODELLED

    def to_config(self, tags: Mapping[str, str] | None = None) -> AppImageConfig:
        """
        Return a desired state equal to this actual state, with *tags*; change it with `attrs.evolve`.

        Values from the service are not checked against today's limits, and members
        that this version does not know are kept. Both hold for what `attrs.evolve`
        makes of the result or of a part of it: only what it changes is checked.

        Raises:
            InvalidAppImageConfigError: *tags* break a limit.
        """
        with received():
            config = AppImageConfig(
                app_image_config_name=self.app_image_config_name,
                kernel_gateway_image_config=_checked_again(self.kernel_gateway_image_config),
                jupyter_lab_app_image_config=_checked_again(self.jupyter_lab_app_image_config),
                code_editor_app_image_config=_checked_again(self.code_editor_app_image_config),
                unmodelled=self.unmodelled,
            )
        return config if tags is None else attrs.evolve(config, tags=tags)


def _checked_again(value: Any) -> Any:
    """Return a copy of a structure in which all structures are checked. Those of a response are not, for speed."""
    if isinstance(value, Shape):
        parts = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        return attrs.evolve(value, **{name: _checked_again(part) for name, part in parts.items()})
    return frozen_tuple(map(_checked_again, value)) if is_list(value) else value
