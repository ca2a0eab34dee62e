"""Request files that are replaced as a whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from systems import (
    needs_dev_full,
    needs_dev_stdout,
    needs_errors_of_posix,
    needs_limits_of_files,
    needs_long_paths,
    needs_modes,
    needs_named_pipes,
    needs_replacing_open_files,
)

from appimageconfig import AppImageConfig, ContainerConfig, JupyterLabAppImageConfig
from appimageconfig.files import dump, dumps, load

A = AppImageConfig(app_image_config_name="a")
B = AppImageConfig(app_image_config_name="b")


def with_container(**members: Any) -> AppImageConfig:
    """Return a config with a container."""
    lab = JupyterLabAppImageConfig(container_config=ContainerConfig(**members))
    return AppImageConfig(app_image_config_name="a", jupyter_lab_app_image_config=lab)


VARIABLES = with_container(container_environment_variables={"TOKEN": "secret"})
ARGUMENTS = with_container(container_arguments=["--token=secret"])
ENTRYPOINT = with_container(container_entrypoint=["sh"], container_arguments=[])


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def run(program: str, directory: Path) -> str:
    """Run a program in *directory*, and return what it prints."""
    imports = "import os\nfrom appimageconfig import AppImageConfig, dump\n"
    configs = 'configs = [AppImageConfig(app_image_config_name=f"lab-{count}") for count in range(100)]\n'
    command = [sys.executable, "-c", imports + configs + program]
    return subprocess.check_output(command, cwd=directory, text=True, timeout=60)


# As on a full disk, which has room for the beginning of the file.
FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    dump(configs, "labs.json")
except OSError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@needs_limits_of_files
@pytest.mark.parametrize("before", [[A], None], ids=["existing", "new"])
def test_a_file_is_as_it_was_if_the_disk_is_full(tmp_path: Path, before: list[AppImageConfig] | None) -> None:
    path = tmp_path / "labs.json"
    if before is not None:
        dump(before, path)
    assert run(FULL, tmp_path) == f"[Errno {errno.EFBIG}] {os.strerror(errno.EFBIG)}: 'labs.json'\n"
    assert list(tmp_path.iterdir()) == ([path] if before else [])
    assert not before or load(path) == before


@pytest.mark.parametrize("function", ["fsync", "replace"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(errno.EIO, "Input/output error")])
def test_a_file_is_as_it_was_after_ctrl_c_and_other_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: BaseException | type[BaseException]
) -> None:
    path = tmp_path / "a.json"
    dump([A], path)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(error if isinstance(error, type) else type(error)) as caught:
        dump([B], path)
    assert list(tmp_path.iterdir()) == [path]
    assert load(path) == [A]
    assert getattr(caught.value, "filename", str(path)) == str(path)


@needs_replacing_open_files
def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """Never an empty one, or a part of one."""
    path = tmp_path / "labs.json"
    states = [[AppImageConfig(app_image_config_name=f"{prefix}-{n}") for n in range(300)] for prefix in ("old", "new")]
    dump(states[0], path)
    written = threading.Event()

    def write() -> None:
        for count in range(20):
            dump(states[count % 2], path)
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not written.is_set():
        assert load(path) in states
    writer.join()
    assert list(tmp_path.iterdir()) == [path]


@needs_modes
@pytest.mark.parametrize(
    ("config", "expected"), [(A, 0o644), (ENTRYPOINT, 0o644), (VARIABLES, 0o600), (ARGUMENTS, 0o600)]
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_new_file_with_secrets_is_for_its_owner_alone(
    tmp_path: Path, config: AppImageConfig, expected: int, name: str
) -> None:
    before = os.umask(0o022)
    try:
        dump(iter([config]), tmp_path / name)
    finally:
        os.umask(before)
    assert mode(tmp_path / name) == expected
    assert load(tmp_path / name) == [config]


@needs_modes
@pytest.mark.parametrize("permissions", [0o600, 0o640, 0o664])
@pytest.mark.parametrize("config", [A, VARIABLES])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, config: AppImageConfig, permissions: int) -> None:
    path = tmp_path / "a.json"
    path.touch()
    path.chmod(permissions)
    dump([config], path)
    assert (mode(path), load(path)) == (permissions, [config])


# root may write to every file.
READ_ONLY = """
os.chmod(".", 0o777)
if hasattr(os, "setuid") and os.getuid() == 0:
    os.setuid(65534)
try:
    dump(configs, "labs.json")
except OSError as error:
    print(error)
"""


def test_a_file_that_is_read_only_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "labs.json"
    dump([A], path)
    path.chmod(0o444)
    assert run(READ_ONLY, tmp_path) == f"[Errno {errno.EACCES}] Permission denied: 'labs.json'\n"
    assert (list(tmp_path.iterdir()), load(path)) == ([path], [A])


@needs_long_paths
def test_the_name_of_a_file_may_be_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 250}.json"
    for configs in ([A], [B]):
        dump(configs, path)
        assert load(path) == configs


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_remains_one_and_its_target_is_written(tmp_path: Path, *, exists: bool) -> None:
    link, target = tmp_path / "link.json", tmp_path / "target.json"
    link.symlink_to("target.json")
    if exists:
        dump([A], target)
    dump([VARIABLES], link)
    assert link.is_symlink()
    assert load(target) == [VARIABLES]


@needs_modes
def test_the_new_target_of_a_symbolic_link_is_for_its_owner_alone(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to("target.json")
    dump([VARIABLES], link)
    assert mode(tmp_path / "target.json") == 0o600


@needs_named_pipes
def test_a_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    dump([A], pipe)
    reader.join()
    assert read == [dumps([A])]
    assert pipe.is_fifo()


@needs_dev_stdout
@pytest.mark.parametrize("is_file", [False, True])
def test_stdout_is_written_directly(tmp_path: Path, *, is_file: bool) -> None:
    """Also if it is a file: the name /dev/stdout then means that file."""
    dump_it = "dump([AppImageConfig(app_image_config_name='a')], '/dev/stdout')"
    program = f"from appimageconfig import AppImageConfig, dump\n{dump_it}"
    with (tmp_path / "out").open("w") as file:
        output = file if is_file else subprocess.PIPE
        ran = subprocess.run([sys.executable, "-c", program], stdout=output, text=True, timeout=60, check=True)
    assert ((tmp_path / "out").read_text() if is_file else ran.stdout) == dumps([A])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param("/dev/full", errno.ENOSPC, marks=needs_dev_full),
        ("missing/a.json", errno.ENOENT),
        pytest.param("file/a.json", errno.ENOTDIR, marks=needs_errors_of_posix),
        pytest.param(".", errno.EISDIR, marks=needs_errors_of_posix),
        pytest.param("x" * 300, errno.ENAMETOOLONG, marks=needs_errors_of_posix),
    ],
)
def test_a_path_that_cannot_be_written_raises_the_error_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    with pytest.raises(OSError, match=os.strerror(code)) as caught:
        dump([A], path)
    assert (caught.value.errno, caught.value.filename) == (code, path)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
