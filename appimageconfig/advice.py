"""
Documented rules of the service that its model does not contain.

Advice is never an error, and is given only on request: the rules change, and the
service does not enforce all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from appimageconfig import _paths
from appimageconfig._frozen import is_list, is_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from appimageconfig.models import AppImageConfig, ContainerConfig, FileSystemConfig

_GUIDE: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg"
_API: Final = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"

DOCUMENTATION: Final[Mapping[str, str]] = {
    "kernel-gateway-uid-gid": f"{_GUIDE}/studio-byoi-specs.html",
    "app-uid-gid": f"{_GUIDE}/studio-updated-byoi-specs.html",
    "home-of-root": f"{_GUIDE}/studio-byoi-specs.html",
    "root-away-from-home": f"{_GUIDE}/studio-byoi-specs.html",
    "several-kernel-specs": f"{_API}/API_CreateAppImageConfig.html",
    "several-app-configs": f"{_API}/API_CreateAppImageConfig.html",
    "no-app-config": f"{_GUIDE}/rstudio-byoi-create.html",
    "overridden-variable": f"{_GUIDE}/studio-updated-byoi-specs.html",
}
"""The page of AWS that documents each rule, by the code of its advice."""

# The defaults of FileSystemConfig, from its documentation in the service model.
_DEFAULT_UID: Final = 1000
_DEFAULT_GID: Final = 100
_DEFAULT_MOUNT_PATH: Final = "/home/sagemaker-user"

_USER: Final = (1000, 100)
_ROOT: Final = (0, 0)
_OVERRIDDEN: Final = ("AWS_", "SAGEMAKER_")


@attrs.frozen
class Advice:
    """A documented rule of the service that a config does not follow."""

    code: str
    """The code of the rule; codes are stable."""
    path: str
    """The wire path, such as ``KernelGatewayImageConfig.KernelSpecs``; empty for the config itself."""
    message: str
    """The possible problem, and what AWS documents."""
    file: str | None = None
    """The request file, or None."""
    line: int | None = None
    """The line in that file, from 1, or None."""

    @property
    def documentation(self) -> str:
        """The page of AWS that documents the rule."""
        return DOCUMENTATION[self.code]

    def __str__(self) -> str:
        """Return the file, the line, the path and the message, without those that are empty, and the code."""
        where = ": ".join(filter(None, (_paths.location(self.file, self.line), self.path, self.message)))
        return f"{where} [{self.code}]"


def advise(config: AppImageConfig) -> tuple[Advice, ...]:
    """
    Return advice on *config*: the documented rules outside the service model that it does not follow.

    No call is made, and nothing is raised. Advice never contains the value of an
    environment variable or an argument. `appimageconfig.advice.DOCUMENTATION` has
    all codes, each with the page of AWS that documents the rule.
    """
    return tuple(_advice(config))


def _advice(config: AppImageConfig) -> Iterator[Advice]:
    gateway = config.kernel_gateway_image_config
    apps = {
        "KernelGatewayImageConfig": gateway,
        "JupyterLabAppImageConfig": config.jupyter_lab_app_image_config,
        "CodeEditorAppImageConfig": config.code_editor_app_image_config,
    }
    present = [member for member, app in apps.items() if app is not None]
    if not present and not config.unmodelled:
        yield Advice("no-app-config", "", "the config has no app config, which only images for RStudio do without")
    if len(present) > 1:
        message = f"the config has {' and '.join(present)}; AWS documents one image kernel; use one config for each app"
        yield Advice("several-app-configs", "", message)
    for member, app in apps.items():
        if app is not None and app.file_system_config is not None:
            yield from _file_system_advice(app.file_system_config, member)
    specs = None if gateway is None else gateway.kernel_specs
    if is_list(specs) and len(specs) > 1:
        message = f"has {len(specs)} kernel specs; AWS documents one"
        yield Advice("several-kernel-specs", "KernelGatewayImageConfig.KernelSpecs", message)
    for member, studio_app in (
        ("JupyterLabAppImageConfig", config.jupyter_lab_app_image_config),
        ("CodeEditorAppImageConfig", config.code_editor_app_image_config),
    ):
        if studio_app is not None and studio_app.container_config is not None:
            yield from _container_advice(studio_app.container_config, _paths.member(member, "ContainerConfig"))


def _file_system_advice(files: FileSystemConfig, member: str) -> Iterator[Advice]:
    path = _paths.member(member, "FileSystemConfig")
    uid = _DEFAULT_UID if files.default_uid is None else files.default_uid
    gid = _DEFAULT_GID if files.default_gid is None else files.default_gid
    # A response is read as it is: a value of another type counts as absent.
    home = files.mount_path if isinstance(files.mount_path, str) else _DEFAULT_MOUNT_PATH
    ids = f"DefaultUid is {uid} and DefaultGid is {gid}"
    if member == "KernelGatewayImageConfig":
        if (uid, gid) not in (_USER, _ROOT):
            message = f"{ids}; AWS documents 1000 and 100, or 0 and 0, for KernelGateway apps"
            yield Advice("kernel-gateway-uid-gid", path, message)
    elif (uid, gid) != _USER:
        yield Advice("app-uid-gid", path, f"{ids}; AWS documents 1000 and 100 for this type of app")
    if uid != 0 and (home == "/root" or home.startswith("/root/")):
        message = f"is in the home directory of root, which user {uid} may not have access to"
        yield Advice("home-of-root", _paths.member(path, "MountPath"), message)
    if uid == 0 and (home == "/home" or home.startswith("/home/")):
        message = "is in the home directory of a user, but DefaultUid is root's"
        yield Advice("root-away-from-home", _paths.member(path, "MountPath"), message)


def _container_advice(container: ContainerConfig, path: str) -> Iterator[Advice]:
    path = _paths.member(path, "ContainerEnvironmentVariables")
    variables = container.container_environment_variables
    for name in variables if is_map(variables) else ():
        if str(name).startswith(_OVERRIDDEN):
            message = "may be overridden: the platform sets variables that begin with AWS_ and SAGEMAKER_"
            yield Advice("overridden-variable", _paths.entry(path, name), message)


# As in the package itself, which imports this module later.
for _public in (Advice, advise):
    _public.__module__ = "appimageconfig"
