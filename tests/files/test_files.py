"""Request files in both formats."""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from request_files import FORMATS, MEMBERS, VARIABLES, Format, violations_of, written
from strategies import app_image_configs
from systems import needs_errors_of_posix, needs_named_pipes, needs_surrogates_refused

from appimageconfig import (
    AppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    Violation,
    from_request,
    from_response,
    to_request,
    unchecked,
)
from appimageconfig.files import LARGEST_FILE, check, dump, dumps, load, loads, paths_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CANARY = "tweet-4f1c-hush"
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/requests/*.json"))
A = AppImageConfig(app_image_config_name="a")
B = AppImageConfig(app_image_config_name="b")


lists_of_configs = st.lists(app_image_configs, unique_by=lambda config: config.app_image_config_name, max_size=4)


def violations_of_files(*paths: Path) -> list[str]:
    """Return the violations of files, each as a line with the name of the file."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(*paths)
    assert caught.value.violations == check(*paths).violations
    return lines(caught.value.violations, paths[0].parent)


def lines(violations: Iterable[Violation], directory: Path) -> list[str]:
    """Return the texts of *violations*, without the directory of the files."""
    return [str(violation).replace(f"{directory}{os.sep}", "") for violation in violations]


def kernel(text: str) -> AppImageConfig:
    """Return a config with a kernel called *text*."""
    return AppImageConfig(
        app_image_config_name="text",
        kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[KernelSpec(name=text, display_name=text)]),
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_load_reads_a_request_like_from_request(path: Path) -> None:
    assert load(path) == load(str(path)) == [from_request(json.loads(path.read_bytes()))]


def test_load_keeps_the_order_of_files_and_requests(tmp_path: Path) -> None:
    single = written(tmp_path / "single.json", '{"AppImageConfigName": "b"}')
    several = written(tmp_path / "several.json", '[{"AppImageConfigName": "c"}, {"AppImageConfigName": "a"}]')
    none = written(tmp_path / "none.json", "[]")
    assert [config.app_image_config_name for config in load(several, none, single)] == ["c", "a", "b"]


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.YAML", "a.json.yml"])
def test_a_file_is_yaml_if_its_name_ends_in_yaml_or_yml(tmp_path: Path, name: str) -> None:
    assert load(written(tmp_path / name, "AppImageConfigName: a")) == [A]
    dump([B], tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"AppImageConfigName: b\n"


@pytest.mark.parametrize("name", ["a.json", "a", "a.txt", "yaml", ".yaml"])
def test_every_other_file_is_json(tmp_path: Path, name: str) -> None:
    assert load(written(tmp_path / name, '{"AppImageConfigName": "a"}')) == [A]
    dump([B], tmp_path / name)
    assert (tmp_path / name).read_bytes() == b'{\n  "AppImageConfigName": "b"\n}\n'


@needs_named_pipes
def test_load_reads_a_pipe_to_its_end(tmp_path: Path) -> None:
    """Its size is not known in advance, and one read may return only a part."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("w", encoding="utf-8") as end:
            end.write('{"AppImageConfigName": ')
            end.flush()
            end.write('"a"}')

    writer = threading.Thread(target=write)
    writer.start()
    assert load(pipe) == [A]
    writer.join()


@pytest.mark.parametrize("file_format", FORMATS)
@given(configs=lists_of_configs)
def test_loads_reads_what_dumps_wrote(configs: list[AppImageConfig], file_format: Format) -> None:
    assert loads(dumps(configs, file_format=file_format), file_format=file_format) == configs


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@settings(max_examples=settings().max_examples // 5)
@given(configs=lists_of_configs)
def test_load_reads_what_dump_wrote(
    configs: list[AppImageConfig], name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    dump(iter(configs), path)
    assert load(path) == configs


@given(config=app_image_configs)
def test_a_single_config_is_written_as_a_request(config: AppImageConfig) -> None:
    """The AWS CLI takes no list."""
    assert json.loads(dumps([config])) == to_request(config)


TEXTS = (
    "", " ", " a", "a ", "a\n", "\n", "a\n b\n\n", "\t", "\r\n", "a\rb", "a\x85b", "a\u2028b", "\u2029", "\x00\x1f\x7f",
    "\x9f", "\ufeff", "\ufffe", "é😀\U0010ffff", "\\", '"', "'", "yes", "NO", "null", "~", "0",
    "0100", "089", "1:30", "1_0", "0b1", "0x1f", "0o17", "1.0", "12e5", ".5", ".inf", "+1", "2024-01-01", "2024-13-45",
    "=", "<<", "- a", "a: b", "a #b", "#a", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "[", "{a", "? a", "---",
    "...", "x y " * 60,
)  # fmt: skip


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_string_is_read_back_unchanged(text: str, file_format: Format) -> None:
    content = dumps([kernel(text)], file_format=file_format)
    assert loads(content.encode().decode(), file_format=file_format) == [kernel(text)]


HALF = "contains half of a surrogate pair; write the whole character"


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\ude00\\ud83d"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_half_of_a_surrogate_pair_is_a_violation_with_its_line(half: str, file_format: Format) -> None:
    """Nobody can encode it in UTF-8, also not who prints the violation."""
    text = f"""{{
"AppImageConfigName": "a",
"Tags": [{{"Key": "a",
"Value": "{half}"}}],
"{half}": 1,
"JupyterLabAppImageConfig": {{"ContainerConfig": {{"ContainerEnvironmentVariables": {{
"A": "a{half}",
"{half}": "a"}}}}}}}}"""
    name = repr(json.loads(f'"{half}"'))
    found = violations_of(text, file_format)
    assert found == [
        f"line 4: Tags[0].Value: {HALF}",
        f"line 5: [{name}]: unknown member {name}; the members are {MEMBERS}",
        f"line 7: {VARIABLES}['A']: the value {HALF}",
        f"line 8: {VARIABLES}[{name}]: the key {HALF}",
    ]
    assert "".join(found).encode()


@pytest.mark.parametrize("file_format", FORMATS)
def test_half_of_a_surrogate_pair_in_a_response_can_be_written(file_format: Format) -> None:
    """The service's own values are not refused; load then reports it."""
    spec = {"Name": "\ud800"}
    response = {
        "AppImageConfigName": "a",
        "AppImageConfigArn": "arn",
        "KernelGatewayImageConfig": {"KernelSpecs": [spec]},
    }
    text = dumps([from_response(response).to_config()], file_format=file_format)
    assert violations_of(text.encode().decode(), file_format)[0].endswith(f"KernelSpecs[0].Name: {HALF}")


class Name(StrEnum):
    """A name and a path."""

    IMAGE = "image"
    HOME = "/home"


class Uid(IntEnum):
    """The id of a user."""

    USER = 1000


@pytest.mark.parametrize("file_format", FORMATS)
def test_members_of_enums_are_written_as_plain_values(file_format: Format) -> None:
    system = FileSystemConfig(mount_path=Name.HOME, default_uid=Uid.USER)
    config = AppImageConfig(
        app_image_config_name=Name.IMAGE,
        tags={Name.IMAGE: Name.IMAGE},
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(
            file_system_config=system,
            container_config=ContainerConfig(
                container_arguments=[Name.IMAGE], container_environment_variables={Name.IMAGE: Name.IMAGE}
            ),
        ),
    )
    text = dumps([config], file_format=file_format)
    assert loads(text, file_format=file_format) == [config]
    assert loads(text.replace("image", "other"), file_format=file_format) != [config]


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip() and "\n" not in text])
def test_every_key_is_read_back_unchanged(text: str, file_format: Format) -> None:
    variables = ContainerConfig(container_environment_variables={text: text})
    lab = JupyterLabAppImageConfig(container_config=variables)
    config = AppImageConfig(app_image_config_name="text", jupyter_lab_app_image_config=lab)
    assert loads(dumps([config, A], file_format=file_format), file_format=file_format) == [config, A]


def test_dumps_indents_json_and_keeps_unicode() -> None:
    configs = [AppImageConfig(app_image_config_name="a", tags={"größe": "0100"}), kernel("12e5")]
    assert dumps(configs[:1]) == (
        '{\n  "AppImageConfigName": "a",\n  "Tags": [\n'
        '    {\n      "Key": "größe",\n      "Value": "0100"\n    }\n  ]\n}\n'
    )
    assert dumps(configs, file_format="yaml") == (
        "- AppImageConfigName: a\n"
        "  Tags:\n"
        "  - Key: größe\n"
        '    Value: "0100"\n'
        "- AppImageConfigName: text\n"
        "  KernelGatewayImageConfig:\n"
        "    KernelSpecs:\n"
        '    - Name: "12e5"\n'
        '      DisplayName: "12e5"\n'
    )


@pytest.mark.parametrize("file_format", FORMATS)
def test_long_strings_are_written_on_one_line(file_format: Format) -> None:
    text = "x y " * 60 + "z"
    assert text in dumps([kernel(text)], file_format=file_format)


def test_an_empty_list_is_written_as_such() -> None:
    assert dumps([]) == dumps([], file_format="yaml") == "[]\n"


NO_LIST = "expected an iterable of AppImageConfig, got a single AppImageConfig; put it into a list"
NO_CONFIG = "expected an AppImageConfig, got dict; read it with from_request"
DETAILS = "expected an AppImageConfig, got AppImageConfigDetails; call its to_config()"


NO_CONFIGS: list[tuple[Any, str]] = [
    (A, NO_LIST),
    ("x", "expected an iterable of AppImageConfig, got str"),
    ("", "expected an iterable of AppImageConfig, got str"),
    (b"", "expected an iterable of AppImageConfig, got bytes"),
    ({}, "expected an iterable of AppImageConfig, got dict; pass its values()"),
    (5, "expected an iterable of AppImageConfig, got int"),
    (None, "expected an iterable of AppImageConfig, got NoneType"),
    ([A, {}], NO_CONFIG),
    ([from_response({"AppImageConfigName": "a", "AppImageConfigArn": "arn"})], DETAILS),
]


@pytest.mark.parametrize(("configs", "message"), NO_CONFIGS)
def test_dump_refuses_anything_but_configs_and_keeps_the_file(tmp_path: Path, configs: Any, message: str) -> None:
    path = written(tmp_path / "kept.json", "kept")
    with pytest.raises(TypeError) as caught:
        dump(configs, path)
    assert str(caught.value) == message
    assert path.read_bytes() == b"kept"


def test_dump_refuses_duplicate_names(tmp_path: Path) -> None:
    path = tmp_path / "never.json"
    with pytest.raises(InvalidAppImageConfigError) as caught:
        dump([A, B, A, kernel("x"), A], path)
    assert list(map(str, caught.value.violations)) == [
        "[2].app_image_config_name: duplicate name 'a'; the first is at [0]",
        "[4].app_image_config_name: duplicate name 'a'; the first is at [0]",
    ]
    assert {violation.constraint for violation in caught.value.violations} == {"unique"}
    assert not path.exists()


def test_dumps_refuses_what_load_would_find_too_large() -> None:
    """The limit counts bytes, not characters."""
    with unchecked(), pytest.raises(InvalidAppImageConfigError, match="has more than 10,485,760 bytes; split it"):
        dumps([kernel("é" * (LARGEST_FILE // 4))])


NO_PATHS: list[tuple[Any, str]] = [
    (5, "int"),
    (None, "NoneType"),
    (b"a.json", "bytes; decode it with os.fsdecode"),
    (["a.json"], "list; unpack it: *paths"),
    (("a.json",), "tuple; unpack it: *paths"),
    ({"AppImageConfigName": "a"}, "dict"),
]


@pytest.mark.parametrize(("path", "got"), NO_PATHS)
def test_a_path_that_is_none_is_a_type_error(path: Any, got: str) -> None:
    """An integer would be the descriptor of an open file."""
    uses: list[Callable[[], object]] = [
        lambda: load(path),
        lambda: load("a.json", path),
        lambda: check(path),
        lambda: dump([A], path),
        lambda: paths_in(path),
    ]
    for use in uses:
        with pytest.raises(TypeError) as caught:
            use()
        assert str(caught.value) == f"expected the path of a request file, got {got}"


def test_a_path_of_bytes_is_a_type_error(tmp_path: Path) -> None:
    written(tmp_path / "a.json", "[]")
    (entry,) = os.scandir(os.fsencode(tmp_path))
    with pytest.raises(
        TypeError, match=r"^expected the path of a request file, got bytes; decode it with os\.fsdecode$"
    ):
        check(cast("Any", entry))


NO_TEXTS: list[tuple[Any, str]] = [
    (b"{}", "bytes; decode it first"),
    (5, "int"),
    (None, "NoneType"),
    ({"AppImageConfigName": "a"}, "dict; read it with from_request"),
    (Path("a.json"), f"{type(Path()).__name__}; read a file with load"),
]


@pytest.mark.parametrize(("text", "got"), NO_TEXTS)
@pytest.mark.parametrize("file_format", FORMATS)
def test_loads_of_something_other_than_a_string_is_a_type_error(text: Any, got: str, file_format: Format) -> None:
    with pytest.raises(TypeError) as caught:
        loads(text, file_format=file_format)
    assert str(caught.value) == f"expected the text of a request file, got {got}"


def test_an_unknown_format_is_a_value_error() -> None:
    for use in (loads, dumps):
        with pytest.raises(ValueError, match=r"^file_format is 'toml'; expected 'json' or 'yaml'$"):
            cast("Any", use)("", file_format="toml")


DUPLICATE_KEYS = """{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig":
{"ContainerEnvironmentVariables": {
"A": "1",
"B": "2",
"A": "3",
"A": "4"}}}}"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"AppImageConfigName": "a", "AppImageConfigName": "a"}', [
            "1: AppImageConfigName: duplicate key; the first is at line 1"
        ]),
        ('[{"AppImageConfigName": "a"},\n{"AppImageConfigName": "b",\n"AppImageConfigName": "c"}]', [
            "3: [1].AppImageConfigName: duplicate key; the first is at line 2"
        ]),
        (DUPLICATE_KEYS, [f"{line}: {VARIABLES}['A']: duplicate key; the first is at line 3" for line in (5, 6)]),
        ('{"AppImageConfigName": "a", "Tags": [{"Key": "a",\n"Value": "b", "Value": "c"}]}', [
            "2: Tags[0].Value: duplicate key; the first is at line 2"
        ]),
        ('{"AppImageConfigName": "a",\n"x": [[{"y": {"z": 1}, "y": 1}]]}', [
            "2: x[0][0].y: duplicate key; the first is at line 2",
            f"2: x: unknown member 'x'; the members are {MEMBERS}",
        ]),
        ('{"AppImageConfigName": "a",\n"%s": {\n"y": 1, "z": {"y": 1, "y": 2}}}' % ("x" * 150), [
            f"2: {'x' * 150}: unknown member '{'x' * 150}'; the members are {MEMBERS}",
            f"3: {'x' * 100}....y: duplicate key; the first is at line 3",
        ]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("file_format", FORMATS)
def test_duplicate_keys_are_refused_at_any_depth(text: str, expected: list[str], file_format: Format) -> None:
    """The paths of deeply nested members are shortened."""
    assert violations_of(text, file_format) == [f"line {violation}" for violation in expected]


def test_all_violations_of_all_files_are_reported_together(tmp_path: Path) -> None:
    name = "a" * 64
    files = [
        written(tmp_path / "invalid.json", f'[{{"AppImageConfigName": "a",\n"AppImageConfigName": "{name}"}},\n{{}}]'),
        tmp_path / "missing.yaml",
        written(tmp_path / "syntax.yml", "a: [b"),
        tmp_path,
        written(tmp_path / "valid.json", '{"AppImageConfigName": "a"}'),
        written(tmp_path / "invalid.yaml", "Tags: []\n"),
    ]
    violations = check(*files).violations
    assert lines(violations, tmp_path) == [
        "invalid.json:2: [0].AppImageConfigName: duplicate key; the first is at line 1",
        "invalid.json:2: [0].AppImageConfigName: has 64 characters; the maximum is 63",
        "invalid.json:3: [1].AppImageConfigName: required member is missing",
        "missing.yaml: cannot be read: No such file or directory; pass a file that exists and is readable",
        "syntax.yml:1: invalid YAML at column 6: a comma or a closing brace or bracket is missing",
        f"{tmp_path}: cannot be read: Is a directory; pass the files in it",
        "invalid.yaml:1: AppImageConfigName: required member is missing",
    ]
    assert [violation.constraint for violation in violations] == [
        "unique", "max", "required", "readable", "syntax", "readable", "required",
    ]  # fmt: skip
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(*(path for path in files if path.is_file()))
    assert caught.value.violations == tuple(violation for violation in violations if violation.constraint != "readable")


def test_the_error_shows_each_violation_with_its_file_and_line(tmp_path: Path) -> None:
    path = written(tmp_path / "image.json", '{"AppImageConfigName": "a",\n"Role": 1}')
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(path)
    message = f"unknown member 'Role'; the members are {MEMBERS}"
    assert str(caught.value) == f"invalid request file:\n  {path}:2: Role: {message}"
    (violation,) = caught.value.violations
    assert (violation.file, violation.line, violation.path, violation.constraint) == (
        str(path), 2, "Role", "unknown",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("missing.json", FileNotFoundError),
        pytest.param(".", IsADirectoryError, marks=needs_errors_of_posix),
        pytest.param("a.json/b", NotADirectoryError, marks=needs_errors_of_posix),
    ],
)
def test_load_of_a_file_that_cannot_be_read_raises_the_error_of_open(
    tmp_path: Path, name: str, error: type[OSError]
) -> None:
    invalid = written(tmp_path / "a.json", "{}")
    with pytest.raises(error) as caught:
        load(invalid, tmp_path / name)
    assert caught.value.filename == str(tmp_path / name)


@pytest.mark.parametrize("path", ["a\0.json", pytest.param("\ud800.json", marks=needs_surrogates_refused)])
def test_load_of_an_impossible_path_raises_the_error_of_open(path: str) -> None:
    with pytest.raises(ValueError, match=r"^(embedded null byte|'utf-8' codec can't encode character)"):
        load(path)


def test_check_reports_a_directory_without_request_files(tmp_path: Path) -> None:
    (violation,) = check(tmp_path).violations
    message = "cannot be read: Is a directory; it contains no *.json, *.yaml or *.yml file"
    assert (violation.constraint, violation.message, violation.file) == ("readable", message, str(tmp_path))


def test_paths_in_returns_the_request_files_of_a_directory_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.yml", "a.json", "c.YAML", ".hidden.json", "a.txt", "json", "d.json.orig"):
        written(tmp_path / name, "")
    written(tmp_path / "e.json", "").rename(tmp_path / "e.JSON")
    (tmp_path / "directory.json").mkdir()
    written(tmp_path / "directory.json" / "a.json", "")
    (tmp_path / "broken.json").symlink_to("missing")
    expected = ["a.json", "b.yml", "broken.json", "c.YAML", "e.JSON"]
    assert paths_in(tmp_path) == paths_in(str(tmp_path)) == [str(tmp_path / name) for name in expected]
    monkeypatch.chdir(tmp_path)
    assert paths_in(".") == [f".{os.sep}{name}" for name in expected]
    with pytest.raises(NotADirectoryError):
        paths_in("a.txt")


@pytest.mark.parametrize("path", ["a\0.json", pytest.param("\ud800.json", marks=needs_surrogates_refused)])
def test_check_reports_an_impossible_path_as_an_unreadable_file(path: str) -> None:
    message = (
        "cannot be read: the path contains a character that is not allowed; pass a file that exists and is readable"
    )
    (violation,) = check(path).violations
    assert (violation.constraint, violation.message, violation.file) == ("readable", message, path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbf{}", "1: begins with a byte-order mark; save it as UTF-8 without one"),
        ('{\n"a": "é"}'.encode("latin-1"), "2: is not UTF-8; save it as UTF-8"),
        ('{\n"a": "é"}'.encode("utf-16"), "1: is not UTF-8; save it as UTF-8"),
        ("{\n}".encode("utf-32"), "1: is not UTF-8; save it as UTF-8"),
        ("{\n}".encode("utf-16-le"), "1: contains a NUL character; save it as UTF-8"),
        ("{\n}".encode("utf-16-be"), "1: contains a NUL character; save it as UTF-8"),
        (b'{\n\n"a": "\xed\xa0\x80"}', "3: is not UTF-8; save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_files_that_are_not_utf_8_are_refused(tmp_path: Path, content: bytes, expected: str, name: str) -> None:
    """With the line of the first wrong byte."""
    assert violations_of_files(written(tmp_path / name, content)) == [f"{name}:{expected}"]
    assert check(tmp_path / name).violations[0].constraint == "syntax"


def test_the_maximum_size_of_a_file_is_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    content = b'{"AppImageConfigName": "a"}'.ljust(LARGEST_FILE)
    assert load(written(path, content)) == [A]
    for byte in (b" ", b"\xff"):
        assert violations_of_files(written(path, content + byte)) == [
            "large.json: has more than 10,485,760 bytes; split it into several files"
        ]
    assert check(path).violations[0].constraint == "max"


def test_a_response_in_a_file_is_one_violation(tmp_path: Path) -> None:
    response = {"AppImageConfigArn": "arn", "AppImageConfigName": "a", "CreationTime": 1.5, "LastModifiedTime": "x"}
    path = written(tmp_path / "a.json", json.dumps([response, {"AppImageConfigName": "b"}]))
    assert violations_of_files(path) == [
        (
            "a.json:1: [0]: is a response of DescribeAppImageConfig, not a request: it has AppImageConfigArn, "
            "CreationTime, LastModifiedTime; write request files with appimageconfig export, or read the response "
            "with from_response and call to_config() on the result"
        )
    ]
    assert check(path).configs == (B,)


def test_duplicate_names_are_refused_across_files(tmp_path: Path) -> None:
    first = written(tmp_path / "first.json", '{\n"AppImageConfigName": "a"}')
    second = written(tmp_path / "second.yaml", "- AppImageConfigName: b\n- {}\n-\n  AppImageConfigName: a\n")
    assert violations_of_files(first, second, first) == [
        "second.yaml:2: [1].AppImageConfigName: required member is missing",
        "second.yaml:4: [2].AppImageConfigName: duplicate name 'a'; the first is at first.json:2",
        "first.json:2: AppImageConfigName: duplicate name 'a'; the first is at first.json:2",
    ]
    assert [violation.constraint for violation in check(first, second, first).violations][1:] == ["unique"] * 2
    assert check(first, second, first).configs == (A, B)


def test_duplicate_names_are_reported_even_if_a_request_has_other_violations() -> None:
    text = '[{"AppImageConfigName": "a", "Tags": 5},\n{"AppImageConfigName": "a"},\n{"AppImageConfigName": "a"}]'
    assert violations_of(text) == [
        "line 1: [0].Tags: must be a list of maps with Key and Value, not an integer",
        "line 2: [1].AppImageConfigName: duplicate name 'a'; the first is at line 1",
        "line 3: [2].AppImageConfigName: duplicate name 'a'; the first is at line 1",
    ]


def test_invalid_names_are_not_reported_as_duplicates() -> None:
    """Each has a violation already."""
    text = '[{"AppImageConfigName": "a_b"}, {"AppImageConfigName": "a_b"}, {}, {}, {"AppImageConfigName": 1}]'
    assert len(violations_of(text)) == 5


@pytest.mark.parametrize("file_format", FORMATS)
def test_values_may_be_nested_100_levels_deep(file_format: Format) -> None:
    """What the parsers could read depends on the version of Python and on the stack."""
    assert violations_of("[" * 100 + "]" * 100, file_format) == ["line 1: [0]: must be a request, not a list"]
    for text in ("[" * 101 + "]" * 101, "[" * 200_000, '{"a":' * 101, '["]",{"\\"}":' * 51):
        (violation,) = violations_of(text, file_format)
        assert violation.removeprefix("line 1: ") == "is nested too deeply; the maximum is 100 levels"


@pytest.mark.parametrize("file_format", FORMATS)
def test_brackets_in_strings_are_not_nested(file_format: Format) -> None:
    text = f'["{"[" * 101}", {{"\\"{"{" * 101}": 1}}]'
    assert violations_of(text, file_format)[0] == "line 1: [0]: must be a request, not a string"


def test_an_integer_with_more_digits_than_python_reads_is_refused() -> None:
    limits = {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": 0}}}
    text = json.dumps(limits).replace("0", "9" * 5000)
    message = "line 1: JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: must be an integer, not a number"
    with unchecked():
        assert violations_of(text) == violations_of(text, "yaml") == [message]


def test_unchecked_lifts_the_limits_of_values(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    with unchecked():
        config = AppImageConfig(app_image_config_name="x" * 80)
        dump([config], path)
        assert load(path) == [config]
        assert violations_of('{"AppImageConfigName": 5}') == [
            "line 1: AppImageConfigName: must be a string, not an integer; write it in quotes"
        ]
    assert violations_of_files(path)[0].startswith(
        "long.json:2: AppImageConfigName: has 80 characters; the maximum is 63"
    )


MORE = "has more than 1,000 violations; correct these to see the others"
MANY = [
    (f"[{'{},' * 3_400_000}{{}}]", "json", "line 1: [{}].AppImageConfigName: required member is missing"),
    ("{{{}}}".format(",".join(['"a":1'] * 1_700_000)), "json", "line 1: a: duplicate key; the first is at line 1"),
    ("[{}]".format(",".join(["{}"] * 20_000)), "yaml", "line 1: [{}].AppImageConfigName: required member is missing"),
    ("\n".join(["- !a b"] * 20_000), "yaml", "line {1}: [{0}]: unknown tag; put a string that begins with ! in quotes"),
    ("\n".join(["a: b"] * 20_000), "yaml", "line {2}: a: duplicate key; the first is at line 1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "file_format", "expected"), MANY, ids=range(len(MANY)))
def test_at_most_1000_violations_are_reported(text: str, file_format: Format, expected: str) -> None:
    """In little time: a file of the maximum size may have millions."""
    before = time.process_time()
    found = violations_of(text, file_format)
    assert time.process_time() - before < 60
    assert found == [*(expected.format(index, index + 1, index + 2) for index in range(1000)), MORE]


def test_1000_violations_are_reported_without_more() -> None:
    assert len(violations_of("[{}]".format(",".join(["{}"] * 1000)))) == 1000


def test_nothing_is_read_after_1000_violations(tmp_path: Path) -> None:
    """The last violation says that there are more; neither file is said to be all right."""
    many = written(tmp_path / "a.json", "[{}]".format(",\n".join(["{}"] * 600)))
    valid = written(tmp_path / "b.json", '{"AppImageConfigName": "a"}')
    copy = written(tmp_path / "c.json", many.read_bytes())
    checked = check(many, valid, copy, valid, tmp_path / "missing.json")
    assert lines(checked.violations, tmp_path) == [
        *(f"a.json:{n + 1}: [{n}].AppImageConfigName: required member is missing" for n in range(600)),
        *(f"c.json:{n + 1}: [{n}].AppImageConfigName: required member is missing" for n in range(400)),
        MORE,
    ]
    assert checked.configs == (A,)
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(many, valid, copy)
    assert caught.value.violations == checked.violations
    assert str(caught.value).endswith(f"[399].AppImageConfigName: required member is missing\n  {MORE}")


def test_check_returns_configs_violations_and_advice(tmp_path: Path) -> None:
    alone = written(tmp_path / "alone.json", '{\n"AppImageConfigName": "alone"}')
    several = written(
        tmp_path / "several.yaml",
        "- AppImageConfigName: a\n  JupyterLabAppImageConfig: {}\n"
        "- AppImageConfigName: a_b\n"
        "- AppImageConfigName: b\n  CodeEditorAppImageConfig:\n    FileSystemConfig:\n      DefaultUid: 0\n"
        "    ContainerConfig:\n      ContainerEnvironmentVariables:\n        A: a\n        AWS_B: b\n",
    )
    checked = check(alone, several)
    assert [config.app_image_config_name for config in checked.configs] == ["alone", "a", "b"]
    assert [(violation.file, violation.line) for violation in checked.violations] == [(str(several), 3)]
    assert [(advice.file, advice.line, advice.path, advice.code) for advice in checked.advice] == [
        (str(alone), 1, "", "no-app-config"),
        (str(several), 6, "[2].CodeEditorAppImageConfig.FileSystemConfig", "app-uid-gid"),
        (str(several), 6, "[2].CodeEditorAppImageConfig.FileSystemConfig.MountPath", "root-away-from-home"),
        (
            str(several),
            11,
            "[2].CodeEditorAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['AWS_B']",
            "overridden-variable",
        ),
    ]


def test_check_does_not_return_a_request_with_a_duplicate_key(tmp_path: Path) -> None:
    """Although from_request would read it."""
    text = '[{"AppImageConfigName": "a", "AppImageConfigName": "a"}, {"AppImageConfigName": "b"}]'
    assert check(written(tmp_path / "a.json", text)).configs == (B,)
    text = '{"AppImageConfigName": "a", "AppImageConfigName": "a"}'
    assert check(written(tmp_path / "a.json", text)).configs == ()


SECRETS: list[tuple[Format, str]] = [
    *((file_format, text) for file_format in FORMATS for text in (
        CANARY, f'"{CANARY}"', f'["{CANARY}"]', f'{{"a": "{CANARY}', f'{{"a": "{CANARY}"', f'{{"a": {CANARY}}}',
        f"{{'a': '{CANARY}'}}", f'{{"a": "{CANARY}",}}', f'{{"a": "\\{CANARY}"}}', f'{{"a": "{CANARY}\n{CANARY}"}}',
        f'{{"a": "{CANARY}"}} {CANARY}', f"// {CANARY}\n{{}}", f'{{"Tags": "{CANARY}", "Tags": "{CANARY}"}}',
        f'{{"a": "\ufeff\0{CANARY}"}}', f'{{"AppImageConfigName": ["{CANARY}"]}}',
        f'{{"JupyterLabAppImageConfig": {{"ContainerConfig": {{"ContainerArguments": ["{CANARY * 9}", " "]}}}}}}',
    )),
    *(("yaml", text) for text in (
        f"a: *{CANARY}", f"a: !{CANARY} b", f"a: !!{CANARY} b", f"a: !{CANARY}!b c", f"a: !<{CANARY}", f"a: @{CANARY}",
        f"a: %{CANARY}", f"%{CANARY} a\n---\nb", f"%TAG !{CANARY}! a\n%TAG !{CANARY}! a\n---\nb", f"a: b: {CANARY}",
        f"a: |{CANARY}", f"a: {CANARY}\n- {CANARY}", f"a: {CANARY}\x01", f"a: &{CANARY} 1\nb: &{CANARY} 2",
        f"a: !!int {CANARY}", f"a: !!float {CANARY}", f"a: !!timestamp {CANARY}", f"<<: {CANARY}", f"<<: [{CANARY}]",
        f"a: &{CANARY} [*{CANARY}]", f"? [{CANARY}]\n: b", f"a: '{CANARY}' {CANARY}", f"a: {CANARY}\n---\n{CANARY}",
        f'a: "{CANARY}\\UFFFFFFFF"',
    )),
]  # fmt: skip


@pytest.mark.parametrize(("file_format", "text"), SECRETS)
def test_errors_do_not_show_the_content_of_a_file(file_format: Format, text: str) -> None:
    """The causes and contexts of an error count, too: a traceback shows them."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        loads(text, file_format=file_format)
    error = caught.value
    shown = [*traceback.format_exception(error), repr(error), *map(repr, error.violations)]
    assert CANARY not in "".join(shown)
    assert error.__cause__ is error.__context__ is None


def test_the_error_for_a_file_that_is_not_utf_8_does_not_show_it(tmp_path: Path) -> None:
    """The decoder's own error contains all of it."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(written(tmp_path / "a.json", CANARY.encode() + b"\xff"))
    assert CANARY not in repr(caught.value.violations)
    assert caught.value.__cause__ is caught.value.__context__ is None


member_names = st.text("ab.[]'0", max_size=5) | st.sampled_from(["JupyterLabAppImageConfig", "FileSystemConfig"])
structures = st.recursive(st.integers(), lambda values: st.dictionaries(member_names, values, max_size=4))


@pytest.mark.parametrize("file_format", FORMATS)
@given(requests=st.lists(st.dictionaries(member_names, structures), min_size=1, max_size=3))
def test_an_unknown_member_has_its_own_line_whatever_its_name(
    requests: list[dict[str, Any]], file_format: Format
) -> None:
    """Also if a name has dots or brackets, so that it looks like a path."""
    text = json.dumps(requests, indent=1)
    with pytest.raises(InvalidAppImageConfigError) as caught:
        loads(text, file_format=file_format)
    for violation in caught.value.violations:
        if violation.constraint == "unknown":
            line = text.splitlines()[(violation.line or 0) - 1]
            name = json.loads(line.strip().partition('": ')[0] + '"')
            assert violation.message.startswith(f"unknown member {name!r}; ")
