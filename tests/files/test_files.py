"""Request files: every fault of every file at once, each with its line, and never a piece of what may be a secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import app_image_configs

from appimageconfig import (
    AppImageConfig,
    ContainerConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    from_request,
    from_response,
    to_request,
    unchecked,
)
from appimageconfig.files import LARGEST_FILE, check, dump, dumps, load, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Format: TypeAlias = Literal["json", "yaml"]
FORMATS: tuple[Format, ...] = ("json", "yaml")
CANARY = "tweet-4f1c-hush"
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/requests/*.json"))
A = AppImageConfig(app_image_config_name="a")
B = AppImageConfig(app_image_config_name="b")
MEMBERS = "AppImageConfigName, Tags, KernelGatewayImageConfig, JupyterLabAppImageConfig, CodeEditorAppImageConfig"
FILES, CONTAINER = "JupyterLabAppImageConfig.FileSystemConfig", "JupyterLabAppImageConfig.ContainerConfig"
QUOTES = "write names and text in double quotes"
UNKNOWN_TAG = "has a tag that is not known; put text that begins with ! in quotes"
ANOTHER_NUMBER = "differs between versions of YAML; write the integer in decimal, or in quotes"
lists_of_configs = st.lists(app_image_configs, unique_by=lambda config: config.app_image_config_name, max_size=4)


def faults(text: str, file_format: Format = "json") -> list[str]:
    """Return what is wrong with *text*."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        loads(text, file_format=file_format)
    return [str(violation) for violation in caught.value.violations]


def faults_of_files(*paths: Path) -> list[str]:
    """Return what is wrong with files, with their names alone."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(*paths)
    assert caught.value.violations == check(*paths).violations
    return [str(violation).replace(f"{paths[0].parent}{os.sep}", "") for violation in caught.value.violations]


def written(path: Path, content: str | bytes) -> Path:
    """Write *content* to the file at *path*, and return it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def kernel(text: str) -> AppImageConfig:
    """Return a config that has *text* where any text may stand."""
    return AppImageConfig(
        app_image_config_name="text",
        kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[KernelSpec(name=text, display_name=text)]),
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_request_is_read_as_from_request_reads_it(path: Path) -> None:
    """One request is a list of one."""
    assert load(path) == load(str(path)) == [from_request(json.loads(path.read_bytes()))]


def test_files_are_read_in_their_order(tmp_path: Path) -> None:
    """A list of requests in theirs, and a list of none is none."""
    single = written(tmp_path / "single.json", '{"AppImageConfigName": "b"}')
    several = written(tmp_path / "several.json", '[{"AppImageConfigName": "c"}, {"AppImageConfigName": "a"}]')
    none = written(tmp_path / "none.json", "[]")
    assert [config.app_image_config_name for config in load(several, none, single)] == ["c", "a", "b"]


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.YAML", "a.json.yml"])
def test_a_file_is_yaml_by_its_name(tmp_path: Path, name: str) -> None:
    """In any case of its letters; it is written as it is read."""
    assert load(written(tmp_path / name, "AppImageConfigName: a")) == [A]
    dump([B], tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"AppImageConfigName: b\n"


@pytest.mark.parametrize("name", ["a.json", "a", "a.txt", "yaml", ".yaml"])
def test_every_other_file_is_json(tmp_path: Path, name: str) -> None:
    """Also one without a suffix."""
    assert load(written(tmp_path / name, '{"AppImageConfigName": "a"}')) == [A]
    dump([B], tmp_path / name)
    assert (tmp_path / name).read_bytes() == b'{\n  "AppImageConfigName": "b"\n}\n'


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    """Its size is not known before."""
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


def test_yaml_is_read_with_anchors_aliases_and_merge_keys() -> None:
    """A member of the map itself wins over a merged one, wherever it stands, and of several maps the first wins."""
    text = """
        - AppImageConfigName: a
          JupyterLabAppImageConfig: &lab
            FileSystemConfig: &files {DefaultUid: 1000, DefaultGid: 100}
            ContainerConfig: {ContainerArguments: [&text --one, *text]}
        - AppImageConfigName: b
          JupyterLabAppImageConfig: *lab
          CodeEditorAppImageConfig:
            FileSystemConfig: {DefaultUid: 0, <<: *files}
        - AppImageConfigName: c
          CodeEditorAppImageConfig:
            FileSystemConfig:
              <<: [*files, {DefaultUid: 2, MountPath: /c}]
              DefaultGid: 0
    """
    lab = {
        "FileSystemConfig": {"DefaultUid": 1000, "DefaultGid": 100},
        "ContainerConfig": {"ContainerArguments": ["--one", "--one"]},
    }
    editors: list[dict[str, Any]] = [{"DefaultUid": 0, "DefaultGid": 100}]
    editors.append({"MountPath": "/c", "DefaultUid": 1000, "DefaultGid": 0})
    assert list(map(to_request, loads(text, file_format="yaml"))) == [
        {"AppImageConfigName": "a", "JupyterLabAppImageConfig": lab},
        {
            "AppImageConfigName": "b",
            "JupyterLabAppImageConfig": lab,
            "CodeEditorAppImageConfig": {"FileSystemConfig": editors[0]},
        },
        {"AppImageConfigName": "c", "CodeEditorAppImageConfig": {"FileSystemConfig": editors[1]}},
    ]


@pytest.mark.parametrize("file_format", FORMATS)
@given(configs=lists_of_configs)
def test_what_is_written_is_read_back(configs: list[AppImageConfig], file_format: Format) -> None:
    """As the same values in the same order."""
    assert loads(dumps(configs, file_format=file_format), file_format=file_format) == configs


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@settings(max_examples=50)
@given(configs=lists_of_configs)
def test_the_file_that_is_written_is_read_back(
    configs: list[AppImageConfig], name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file that exists is written over."""
    path = tmp_path_factory.getbasetemp() / name
    dump(iter(configs), path)
    assert load(path) == configs


@given(config=app_image_configs)
def test_one_config_is_written_as_the_request(config: AppImageConfig) -> None:
    """As the AWS CLI takes it."""
    assert json.loads(dumps([config])) == to_request(config)


TEXTS = (
    "", " ", " a", "a ", "a\n", "\n", "a\n b\n\n", "\t", "\r\n", "a\rb", "a\x85b", "a\u2028b", "\u2029", "\x00\x1f\x7f",
    "\x9f", "\ufeff", "\ufffe", "\ud800", "\\\udfff\\", "é😀\U0010ffff", "\\", '"', "'", "yes", "NO", "null", "~", "0",
    "0100", "089", "1:30", "1_0", "0b1", "0x1f", "0o17", "1.0", "12e5", ".5", ".inf", "+1", "2024-01-01", "2024-13-45",
    "=", "<<", "- a", "a: b", "a #b", "#a", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "[", "{a", "? a", "---",
    "...", "x y " * 60,
)  # fmt: skip


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_read_back(text: str, file_format: Format) -> None:
    """Also one that looks like something else, or that UTF-8 does not have."""
    content = dumps([kernel(text)], file_format=file_format)
    assert loads(content.encode().decode(), file_format=file_format) == [kernel(text)]
    if text.strip() and "\n" not in text:
        variables = ContainerConfig(container_environment_variables={text: text})
        lab = JupyterLabAppImageConfig(container_config=variables)
        config = AppImageConfig(app_image_config_name="text", jupyter_lab_app_image_config=lab)
        assert loads(dumps([config, A], file_format=file_format), file_format=file_format) == [config, A]


def test_files_are_legible() -> None:
    """Members in the order of the service model, an indentation of two, letters as they are, a newline at the end."""
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


def test_no_config_is_written_as_an_empty_list() -> None:
    """In both formats."""
    assert dumps([]) == dumps([], file_format="yaml") == "[]\n"


NO_LIST = "an iterable of AppImageConfig is due: put the one into a list"
NO_CONFIG = "an AppImageConfig is due, not dict: read it with from_request"
DETAILS = "an AppImageConfig is due, not AppImageConfigDetails: call its to_config()"


NO_CONFIGS: list[tuple[Any, str]] = [(A, NO_LIST), ([A, {}], NO_CONFIG), ([from_response({})], DETAILS)]


@pytest.mark.parametrize(("configs", "message"), NO_CONFIGS)
def test_what_is_no_list_of_configs_is_not_written(tmp_path: Path, configs: Any, message: str) -> None:
    """What is in the file stays there."""
    path = written(tmp_path / "kept.json", "kept")
    with pytest.raises(TypeError) as caught:
        dump(configs, path)
    assert str(caught.value) == message
    assert path.read_bytes() == b"kept"


def test_configs_of_one_name_are_not_written(tmp_path: Path) -> None:
    """Each but the first is a fault."""
    path = tmp_path / "never.json"
    with pytest.raises(InvalidAppImageConfigError) as caught:
        dump([A, B, A, kernel("x"), A], path)
    assert list(map(str, caught.value.violations)) == [
        "[2].AppImageConfigName: 'a' is the name of [0] as well; declare each config once",
        "[4].AppImageConfigName: 'a' is the name of [0] as well; declare each config once",
    ]
    assert {violation.constraint for violation in caught.value.violations} == {"unique"}
    assert not path.exists()


def test_what_is_too_large_to_be_read_is_not_written() -> None:
    """The bound counts bytes, and not characters."""
    with unchecked(), pytest.raises(InvalidAppImageConfigError, match="has more than 10,485,760 bytes; split it"):
        dumps([kernel("é" * (LARGEST_FILE // 4))])


def test_there_are_two_formats() -> None:
    """No other is taken for one of them."""
    for use in (loads, dumps):
        with pytest.raises(ValueError, match=r"^'toml' is none of json, yaml$"):
            cast("Any", use)("", file_format="toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["line 1: (request): is empty; write a request, or a list of requests"]),
        ("\n \t\r\n", ["line 1: (request): is empty; write a request, or a list of requests"]),
        ("\n5", ["line 2: (request): must be a request, or a list of requests, not an integer"]),
        ("null", ["line 1: (request): must be a request, or a list of requests, not null"]),
        ('[\n"a",\n\n[]]', [
            "line 2: [0]: must be a request, not a string",
            "line 4: [1]: must be a request, not a list",
        ]),
        ('\ufeff{"AppImageConfigName": "a"}', [
            "line 1: (request): begins with a byte-order mark; save it as UTF-8 without one"
        ]),
        ('{\n"a": "\0"}', ["line 2: (request): holds a NUL character; save it as UTF-8"]),
        ("[" * 100_000, ["(request): is nested too deeply"]),
        ("x" * (LARGEST_FILE + 1), ["(request): has more than 10,485,760 bytes; split it into several files"]),
        ("é" * (LARGEST_FILE // 2 + 1), ["(request): has more than 10,485,760 bytes; split it into several files"]),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_a_text_without_requests_is_refused(text: str, expected: list[str]) -> None:
    """With what it is instead."""
    assert faults(text) == expected


# What people publish in request files that the service refuses, and how what it is told by begins.
PUBLISHED_MISTAKES = {
    "a placeholder": (
        '{"AppImageConfigName": "<your-config>"}',
        "line 1: AppImageConfigName: must be letters and digits, with hyphens only between them, such as 'your-config'",
    ),
    "a name made of an image's tag": (
        '{"AppImageConfigName": "image_1.2"}',
        "line 1: AppImageConfigName: must be letters and digits, with hyphens only between them, such as 'image-1-2'",
    ),
    "ids as text": (
        '{"AppImageConfigName": "a",\n"JupyterLabAppImageConfig": {"FileSystemConfig": {\n"DefaultUid": "0"}}}',
        f"line 3: {FILES}.DefaultUid: must be an integer, not a string; write the number without quotes",
    ),
    "a path without its slash": (
        '{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"FileSystemConfig": {"MountPath": "home"}}}',
        f"line 1: {FILES}.MountPath: must be an absolute path, beginning with a slash",
    ),
    "an entrypoint as text": (
        '{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "sh"}}}',
        f"line 1: {CONTAINER}.ContainerEntrypoint: must be a list, not a string; write a list that has it as its one",
    ),
    "tags as a map": (
        '{"AppImageConfigName": "a", "Tags": {"team": "ml"}}',
        'line 1: Tags: must be a list of maps with Key and Value, not a map; write [{"Key": "team", "Value": "ml"}]',
    ),
    "the image": (
        '{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ImageUri": "1.dkr.ecr/image"}}',
        "line 1: JupyterLabAppImageConfig.ImageUri: is no member here; the image is named in CreateImageVersion",
    ),
    "no closing brace": (
        '{"AppImageConfigName": "a",\n"KernelGatewayImageConfig": {\n"KernelSpecs": [{"Name": "python3"}]\n}\n',
        "line 4: (request): is no JSON at column 2: it ends here, and a closing brace or bracket is missing",
    ),
    "no opening brace": (
        '"AppImageConfigName": "a"}',
        "line 1: (request): is no JSON at column 1: the opening brace or bracket is missing",
    ),
}


@pytest.mark.parametrize("mistake", PUBLISHED_MISTAKES)
def test_the_mistakes_that_people_publish_are_told_with_how_to_mend_them(mistake: str) -> None:
    """In the format of the AWS CLI, each in one line."""
    text, beginning = PUBLISHED_MISTAKES[mistake]
    (fault,) = faults(text)
    assert fault.startswith(beginning)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\n"AppImageConfigName": "a"\n}', "line 2: 1: the opening brace or bracket is missing"),
        ("AppImageConfigName: a", "line 1: 1: the opening brace or bracket is missing"),
        ('{"a": "b",\n\n}', "line 1: 10: nothing follows this comma; remove it"),
        ("[{},\n]", "line 1: 4: nothing follows this comma; remove it"),
        ('{\n"a": [{}\n', "line 2: 9: it ends here, and a closing brace or bracket is missing"),
        ('{"a": "b"', "line 1: 10: it ends here, and a closing brace or bracket is missing"),
        ('{"a":', "line 1: 6: it ends here, and a closing brace or bracket is missing"),
        ('{\n"a": "b}', "line 2: 6: the double quote that ends this text is missing"),
        ('{"a": "b\n}', "line 1: 9: text has to end on its line; write a line break in it as \\n"),
        ("{'a': 1}", f"line 1: 2: {QUOTES}"),
        ("{\"a\": 'b'}", f"line 1: 7: {QUOTES}"),
        ("['b']", f"line 1: 2: {QUOTES}"),
        ("{}\n {}", "line 2: 2: the request has ended before this; write several requests as a list, [{...}, {...}]"),
        ("// a\n{}", "line 1: 1: JSON has no comments; remove it, or write YAML"),
        ('{\n# a\n"b": 1}', "line 2: 1: JSON has no comments; remove it, or write YAML"),
        ('{"b": 1, // a\n"c": 1}', "line 1: 10: JSON has no comments; remove it, or write YAML"),
        ('{"b": 1 /* a */}', "line 1: 9: JSON has no comments; remove it, or write YAML"),
        ('{"a" 1}', "line 1: 6: a colon is missing"),
        ('{"a": ,}', "line 1: 7: a value is missing; write text in double quotes"),
        ('{"a": b}', "line 1: 7: a value is missing; write text in double quotes"),
        ("{a: 1}", "line 1: 2: the name of a member is missing; write it in double quotes"),
        ('{"a": 1\n"b": 2}', "line 2: 1: a comma, or a closing brace or bracket, is missing"),
        ("[{}}", "line 1: 4: a comma, or a closing brace or bracket, is missing"),
        ('{"a": "C:\\dir"}', "line 1: 10: write a backslash in text twice"),
        ('{"a": "\\u12"}', "line 1: 9: write a backslash in text twice"),
    ],
)
def test_what_is_no_json_is_refused_with_what_is_wrong(text: str, expected: str) -> None:
    """The line and the column are those of the mistake, also where it is noticed later."""
    line, column, message = expected.split(": ", 2)
    assert faults(text) == [f"{line}: (request): is no JSON at column {column}: {message}"]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Illegal trailing comma before end of object", "nothing follows this comma; remove it"),
        ("Unheard of", "it cannot be understood from here on"),
    ],
)
def test_another_python_may_find_other_problems(monkeypatch: pytest.MonkeyPatch, problem: str, expected: str) -> None:
    """Python 3.13 knows trailing commas."""

    def refuse(text: str, **_: object) -> None:
        raise json.JSONDecodeError(problem, text, 7)

    monkeypatch.setattr(json, "loads", refuse)
    assert faults('{"a": 1, }') == [f"line 1: (request): is no JSON at column 8: {expected}"]


FAULTY_REQUEST = r"""{
  "KernelGatewayImageConfig": {
    "KernelSpec": [],
    "FileSystemConfig": {
      "MountPath": "root", "DefaultUid": NaN,
      "DefaultGid": -Infinity
    }
  },
  "JupyterLabAppImageConfig": {
    "ContainerConfig": {
      "ContainerArguments": [
        "--ok", "{[\"\\",
        " "
      ],
      "ContainerEnvironmentVariables": {
        "A.B[C": 1,
        "N": "x"
      }
    },
    "ContainerConfig.X": 1
  },
  "Tags": [
    {"Key": "a", "Value": "b"},
    {
      "Key": "a"
    }
  ]
}"""
VARIABLES = "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables"
RELATIVE = "must be an absolute path, beginning with a slash (pattern \\/.*)"
BLANK = "must be one line that is not blank (pattern (?!\\s*$).+)"
FAULTS = [
    "1: AppImageConfigName: is required and missing",
    "2: KernelGatewayImageConfig.KernelSpecs: is required and missing",
    "3: KernelGatewayImageConfig.KernelSpec: is no member here; did you mean KernelSpecs?",
    f"5: KernelGatewayImageConfig.FileSystemConfig.MountPath: {RELATIVE}",
    "5: KernelGatewayImageConfig.FileSystemConfig.DefaultUid: must be an integer, not a number",
    "6: KernelGatewayImageConfig.FileSystemConfig.DefaultGid: must be an integer, not a number",
    f"13: JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[2]: {BLANK}",
    f"16: {VARIABLES}['A.B[C']: must be a string, not an integer; write it in quotes",
    "20: JupyterLabAppImageConfig.ContainerConfig.X: is no member here; did you mean ContainerConfig?",
    "24: Tags[1].Value: is required and missing",
    "25: Tags[1].Key: is the key of Tags[0] as well",
]


def test_every_fault_of_a_request_has_its_line() -> None:
    """What is missing has the line of the structure that lacks it."""
    assert faults(FAULTY_REQUEST) == [f"line {fault}" for fault in FAULTS]


def test_faults_in_a_list_have_the_index_of_the_request(tmp_path: Path) -> None:
    """Also in a file whose lines end as Windows ends them."""
    content = f'[{{"AppImageConfigName": "a"}},\n{FAULTY_REQUEST}]'.replace("\n", "\r\n")
    numbered = [fault.split(": ", 1) for fault in FAULTS]
    assert faults_of_files(written(tmp_path / "several.json", content)) == [
        f"several.json:{int(line) + 1}: [1].{fault}" for line, fault in numbered
    ]


def test_every_fault_of_a_yaml_has_its_line() -> None:
    """What an alias or << repeats has the line of the anchor, where it is put right."""
    text = """\
# Two requests
- AppImageConfigName: a
  Tags:
  - {Key: on, Value: 1.0}
  JupyterLabAppImageConfig:
    FileSystemConfig: &files
      DefaultUid: 70000
      DefaultGid: ~
    ContainerConfig:
      ContainerEnvironmentVariables:
        'A': yes
        B: 2024-01-01
        C: 2024-13-45
- KernelGatewayImageConfig:
    FileSystemConfig:
      MountPath: root
      <<: *files
      DefaultGid: -1
"""
    lab = "[0].JupyterLabAppImageConfig"
    gateway = "[1].KernelGatewayImageConfig"
    assert faults(text, "yaml") == [
        "line 4: [0].Tags[0].Key: must be a string, not a boolean; write it in quotes",
        "line 4: [0].Tags[0].Value: must be a string, not a number; write it in quotes",
        f"line 7: {lab}.FileSystemConfig.DefaultUid: is 70000, limit 65535",
        f"line 7: {gateway}.FileSystemConfig.DefaultUid: is 70000, limit 65535",
        f"line 8: {lab}.FileSystemConfig.DefaultGid: must be an integer, not null",
        f"line 11: [0].{VARIABLES}['A']: must be a string, not a boolean; write it in quotes",
        f"line 12: [0].{VARIABLES}['B']: must be a string, not a date; write it in quotes",
        f"line 13: [0].{VARIABLES}['C']: must be a string, not a date; write it in quotes",
        f"line 14: {gateway}.KernelSpecs: is required and missing",
        "line 14: [1].AppImageConfigName: is required and missing",
        f"line 16: {gateway}.FileSystemConfig.MountPath: {RELATIVE}",
        f"line 18: {gateway}.FileSystemConfig.DefaultGid: is -1, minimum 0",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["line 1: (request): is empty; write a request, or a list of requests"]),
        ("# a\n", ["line 1: (request): is empty; write a request, or a list of requests"]),
        ("--- ~", ["line 1: (request): must be a request, or a list of requests, not null"]),
        ("\nAppImageConfigName", ["line 2: (request): must be a request, or a list of requests, not a string"]),
        ("- =\n- <<", ["line 1: [0]: must be a request, not a string", "line 2: [1]: must be a request, not a string"]),
        ("- !Ref a\n- !!python/object:os.system b\n- !!set {a}\n- !!str [a]\n- !!binary YQ==", [
            f"line {line}: [{line - 1}]: {UNKNOWN_TAG}" for line in (1, 2, 3, 4, 5)
        ]),
        ("- 0100\n- 1:30\n- 0x1F\n- 1_0\n- !!int a", [
            f"line {line}: [{line - 1}]: {ANOTHER_NUMBER}" for line in (1, 2, 3, 4, 5)
        ]),
        ("- 0\n- +1\n- -1", [f"line {line}: [{line - 1}]: must be a request, not an integer" for line in (1, 2, 3)]),
        ("- {5: a}\n- {yes: a}\n- ? [a]\n  : b\n- {!!int b: c}", [
            f"line {line}: [{index}]: has a member whose name is no text; put the name in quotes"
            for index, line in enumerate((1, 2, 3, 5))
        ]),
        ("<<: 5", ["line 1: (request): has << with something other than a map or a list of maps"]),
        ("- a\n- <<: [{},\n  [], !a {}]", [
            f"line 3: [1]: {UNKNOWN_TAG}",
            "line 3: [1]: has << with something other than a map or a list of maps",
        ]),
        ("a: &a [*a]", ["(request): is nested too deeply, or an alias stands within what it stands for"]),
        ("&a {<<: *a}", ["(request): is nested too deeply, or an alias stands within what it stands for"]),
        ("- " * 200_000, ["(request): is nested too deeply, or an alias stands within what it stands for"]),
        ("[" * 200_000, ["(request): is nested too deeply, or an alias stands within what it stands for"]),
        ("a: b\nc: \x01", [
            "line 2: (request): holds a character that YAML does not allow; write it as an escape, in double quotes"
        ]),
        ("a: \ud800", [
            "line 1: (request): holds a character that YAML does not allow; write it as an escape, in double quotes"
        ]),
        ('a:\n  "\\UFFFFFFFF"', ["line 2: (request): is no YAML: a number in an escape or a version is too large"]),
        (f"%YAML 1.{'1' * 5000}\n---\na", [
            "line 1: (request): is no YAML: a number in an escape or a version is too large"
        ]),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_what_yaml_can_do_and_no_request_can_is_refused(text: str, expected: list[str]) -> None:
    """With all of it, and its lines."""
    assert faults(text, "yaml") == expected


MISFIT = "this does not go with what stands before it; check the indentation and the quotes"
NO_BEGINNING = "no text begins with this character; put it in quotes, and indent with spaces, not with tabs"
NO_COLON = "no colon may stand here; check the indentation, and put text with it in quotes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", f"line 1: 5: {NO_COLON}"),
        ("a: 1\n  b: 2", f"line 2: 4: {NO_COLON}"),
        ("a: b\nc\nd: e", "line 3: 1: a colon is missing, in what begins on line 2"),
        ("a: - b", "line 1: 4: no list may begin here; check the indentation"),
        ("- a\nb: c", f"line 2: 1: {MISFIT}, in what begins on line 1"),
        ("a: 'b' c", f"line 1: 8: {MISFIT}"),
        ("a: [b", "line 1: 6: a comma, or a closing brace or bracket, is missing"),
        ("a: {b: 1]", "line 1: 9: a comma, or a closing brace or bracket, is missing"),
        ('a:\n  "b\nc', "line 3: 2: a quote is not closed, in what begins on line 2"),
        ('a: "\\d"', "line 1: 6: write a backslash in double quotes twice"),
        ('a: "\\xyz"', "line 1: 7: write a backslash in double quotes twice"),
        ("a: @b", f"line 1: 4: {NO_BEGINNING}"),
        ("a:\n\tb: c", f"line 2: 1: {NO_BEGINNING}"),
        ("a: *b", "line 1: 4: this alias has no anchor; put text that begins with * in quotes"),
        ("a: !b!c d", "line 1: 4: this tag is not known; put text that begins with ! in quotes"),
        ("a: &b 1\nc: &b 2", "line 2: 4: there is an anchor of this name already"),
        ("a: b\n---\nc: d", "line 2: 1: a second document begins; write several requests as a list"),
        ("%YAML 2.0\n---\na: b", "line 1: 1: it cannot be understood from here on"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_refused_with_what_is_wrong(text: str, expected: str) -> None:
    """In words of its own: those of PyYAML quote the text."""
    line, column, message = expected.split(": ", 2)
    assert faults(text, "yaml") == [f"{line}: (request): is no YAML at column {column}: {message}"]


def test_aliases_stand_for_a_bounded_number_of_values() -> None:
    """A few lines could stand for more than any memory holds."""
    lines = ["a0: &a0 {}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 100))]
    assert faults("\n".join(lines), "yaml") == [
        "(request): has aliases that repeat more than 200,000 values; write them out"
    ]


TWICE_IN_A_MAP = """{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig":
{"ContainerEnvironmentVariables": {
"A": "1",
"B": "2",
"A": "3",
"A": "4"}}}}"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"AppImageConfigName": "a", "AppImageConfigName": "a"}', [
            "1: AppImageConfigName: stands twice; the first is on line 1"
        ]),
        ('[{"AppImageConfigName": "a"},\n{"AppImageConfigName": "b",\n"AppImageConfigName": "c"}]', [
            "3: [1].AppImageConfigName: stands twice; the first is on line 2"
        ]),
        (TWICE_IN_A_MAP, [f"{line}: {VARIABLES}['A']: stands twice; the first is on line 3" for line in (5, 6)]),
        ('{"AppImageConfigName": "a", "Tags": [{"Key": "a",\n"Value": "b", "Value": "c"}]}', [
            "2: Tags[0].Value: stands twice; the first is on line 2"
        ]),
        ('{"AppImageConfigName": "a",\n"x": [[{"y": {"z": 1}, "y": 1}]]}', [
            "2: x[0][0].y: stands twice; the first is on line 2",
            f"2: x: is no member here; its members are {MEMBERS}",
        ]),
        ('{"AppImageConfigName": "a",\n"%s": {\n"y": 1, "z": {"y": 1, "y": 2}}}' % ("x" * 150), [
            f"2: {'x' * 150}: is no member here; its members are {MEMBERS}",
            f"3: {'x' * 100}....y: stands twice; the first is on line 3",
        ]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_member_that_stands_twice_is_refused(text: str, expected: list[str], file_format: Format) -> None:
    """At any depth, in JSON and in the same as YAML. The path of what is nested deeply is shortened."""
    assert faults(text, file_format) == [f"line {fault}" for fault in expected]


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    """In the order of the files, and of the lines in each; what cannot be read does not hide the others."""
    name = "a" * 64
    files = [
        written(tmp_path / "faulty.json", f'[{{"AppImageConfigName": "a",\n"AppImageConfigName": "{name}"}},\n{{}}]'),
        tmp_path / "missing.yaml",
        written(tmp_path / "syntax.yml", "a: [b"),
        tmp_path,
        written(tmp_path / "right.json", '{"AppImageConfigName": "a"}'),
        written(tmp_path / "faulty.yaml", "Tags: []\n"),
    ]
    advice = "name a file that exists and that may be read"
    assert faults_of_files(*files) == [
        "faulty.json:2: [0].AppImageConfigName: stands twice; the first is on line 1",
        "faulty.json:2: [0].AppImageConfigName: length 64, limit 63",
        "faulty.json:3: [1].AppImageConfigName: is required and missing",
        f"missing.yaml: (request): cannot be read: No such file or directory; {advice}",
        "syntax.yml:1: (request): is no YAML at column 6: a comma, or a closing brace or bracket, is missing",
        f"{tmp_path}: (request): cannot be read: Is a directory; {advice}",
        "faulty.yaml:1: AppImageConfigName: is required and missing",
    ]
    assert [violation.constraint for violation in check(*files).violations] == [
        "unique", "max", "required", "readable", "syntax", "readable", "required",
    ]  # fmt: skip


def test_the_error_shows_each_fault_with_its_file_and_line(tmp_path: Path) -> None:
    """In one message, and in the fields of each."""
    path = written(tmp_path / "image.json", '{"AppImageConfigName": "a",\n"Role": 1}')
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(path)
    message = f"is no member here; its members are {MEMBERS}"
    assert str(caught.value) == f"1 fault, nothing was sent:\n  {path}:2: Role: {message}"
    (violation,) = caught.value.violations
    assert (violation.file, violation.line, violation.path, violation.constraint) == (
        str(path), 2, "Role", "unknown",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["a\0.json", "\ud800.json"])
def test_a_path_that_no_file_can_have_is_refused_as_a_file_is(path: str) -> None:
    """As any file that cannot be read."""
    message = (
        "cannot be read: the path holds a character that no path may hold; name a file that exists and that may be read"
    )
    (violation,) = check(path).violations
    assert (violation.constraint, violation.message, violation.file) == ("readable", message, path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbf{}", "1: (request): begins with a byte-order mark; save it as UTF-8 without one"),
        ('{\n"a": "é"}'.encode("latin-1"), "2: (request): is not UTF-8; save it as UTF-8"),
        ('{\n"a": "é"}'.encode("utf-16"), "1: (request): is not UTF-8; save it as UTF-8"),
        ("{\n}".encode("utf-32"), "1: (request): is not UTF-8; save it as UTF-8"),
        ("{\n}".encode("utf-16-le"), "1: (request): holds a NUL character; save it as UTF-8"),
        ("{\n}".encode("utf-16-be"), "1: (request): holds a NUL character; save it as UTF-8"),
        (b'{\n\n"a": "\xed\xa0\x80"}', "3: (request): is not UTF-8; save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_what_is_not_utf_8_is_refused(tmp_path: Path, content: bytes, expected: str, name: str) -> None:
    """With the line of the first wrong byte."""
    assert faults_of_files(written(tmp_path / name, content)) == [f"{name}:{expected}"]
    assert check(tmp_path / name).violations[0].constraint == "syntax"


def test_the_bound_of_a_file_is_in_bytes(tmp_path: Path) -> None:
    """The largest file is read, and one of a byte more is not, whatever the byte is."""
    path = tmp_path / "large.json"
    content = b'{"AppImageConfigName": "a"}'.ljust(LARGEST_FILE)
    assert load(written(path, content)) == [A]
    for byte in (b" ", b"\xff"):
        assert faults_of_files(written(path, content + byte)) == [
            "large.json: (request): has more than 10,485,760 bytes; split it into several files"
        ]
    assert check(path).violations[0].constraint == "max"


def test_two_requests_have_two_names(tmp_path: Path) -> None:
    """In all files of a call; the later one is the fault."""
    first = written(tmp_path / "first.json", '{\n"AppImageConfigName": "a"}')
    second = written(tmp_path / "second.yaml", "- AppImageConfigName: b\n- {}\n-\n  AppImageConfigName: a\n")
    assert faults_of_files(first, second, first) == [
        "second.yaml:2: [1].AppImageConfigName: is required and missing",
        "second.yaml:4: [2].AppImageConfigName: 'a' is the name of the request in first.json:2 as well",
        "first.json:2: AppImageConfigName: 'a' is the name of the request in first.json:2 as well",
    ]
    assert [violation.constraint for violation in check(first, second, first).violations][1:] == ["unique"] * 2
    assert check(first, second, first).configs == (A, B)


def test_two_requests_of_a_text_have_two_names() -> None:
    """Also where a request has other faults, so that all are told at once."""
    text = '[{"AppImageConfigName": "a", "Tags": 5},\n{"AppImageConfigName": "a"},\n{"AppImageConfigName": "a"}]'
    assert faults(text) == [
        "line 1: [0].Tags: must be a list of maps with Key and Value, not an integer",
        "line 2: [1].AppImageConfigName: 'a' is the name of the request in line 1 as well",
        "line 3: [2].AppImageConfigName: 'a' is the name of the request in line 1 as well",
    ]
    assert (
        len(faults('[{"AppImageConfigName": "a_b"}, {"AppImageConfigName": "a_b"}, {}, {}, {"AppImageConfigName": 1}]'))
        == 5
    )


def test_an_integer_of_very_many_digits_is_refused() -> None:
    """Also one that no limit holds for."""
    limits = {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": 0}}}
    text = json.dumps(limits).replace("0", "9" * 5000)
    message = "line 1: JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: must be an integer, not a number"
    with unchecked():
        assert faults(text) == faults(text, "yaml") == [message]


def test_limits_are_lifted_within_unchecked(tmp_path: Path) -> None:
    """As in from_request; what a file is about stays checked."""
    path = tmp_path / "long.json"
    with unchecked():
        config = AppImageConfig(app_image_config_name="x" * 80)
        dump([config], path)
        assert load(path) == [config]
        assert faults('{"AppImageConfigName": 5}') == [
            "line 1: AppImageConfigName: must be a string, not an integer; write it in quotes"
        ]
    assert faults_of_files(path)[0].startswith("long.json:2: AppImageConfigName: length 80, limit 63")


def test_check_finds_advice_and_faults_and_raises_nothing(tmp_path: Path) -> None:
    """On the requests without a fault there is advice, each piece with its file and line."""
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


def test_a_request_with_a_member_that_stands_twice_is_none_without_a_fault(tmp_path: Path) -> None:
    """Although from_request would read it; the others are there."""
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
def test_no_fault_shows_what_is_in_the_file(file_format: Format, text: str) -> None:
    """Neither the error nor anything that it holds or comes from."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        loads(text, file_format=file_format)
    error = caught.value
    shown = [*traceback.format_exception(error), repr(error), *map(repr, error.violations)]
    assert CANARY not in "".join(shown)
    assert error.__cause__ is error.__context__ is None


def test_a_file_that_is_not_utf_8_is_not_shown(tmp_path: Path) -> None:
    """The decoder's own error holds all of it."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        load(written(tmp_path / "a.json", CANARY.encode() + b"\xff"))
    assert CANARY not in repr(caught.value.violations)
    assert caught.value.__cause__ is caught.value.__context__ is None


def refuses_or_reads(content: str, file_format: Format) -> None:
    """Read *content*: what is read can be written, and what is not is refused."""
    try:
        configs = loads(content, file_format=file_format)
    except InvalidAppImageConfigError:
        return
    assert loads(dumps(configs, file_format=file_format), file_format=file_format) == configs


syntax = st.text(st.sampled_from("{}[]\"':,-?&*!|>%@`#~<=.\\ \n\tabx01\ud800\ufeff"), max_size=40)


@pytest.mark.parametrize("file_format", FORMATS)
@given(text=st.text() | syntax)
def test_no_text_is_too_much(text: str, file_format: Format) -> None:
    """It is read or refused, and nothing else happens."""
    refuses_or_reads(text, file_format)


@pytest.mark.parametrize("file_format", FORMATS)
@given(configs=lists_of_configs, change=syntax | st.just("null") | st.just("<<: "), data=st.data())
def test_no_change_of_a_right_text_is_too_much(
    configs: list[AppImageConfig], change: str, data: st.DataObject, file_format: Format
) -> None:
    """Some of it is cut out, and something else put in."""
    text = dumps(configs, file_format=file_format)
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 20)))
    refuses_or_reads(text[:begin] + change + text[end:], file_format)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@given(content=st.binary())
def test_no_bytes_are_too_much(content: bytes, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Check raises nothing."""
    checked = check(written(tmp_path_factory.getbasetemp() / name, content))
    assert checked.violations or content.split() == [b"[]"]


WITHOUT_YAML: list[Callable[[Path], object]] = [
    lambda path: load(written(path, "AppImageConfigName: a")),
    lambda path: check(written(path, "AppImageConfigName: a")),
    lambda _: loads("AppImageConfigName: a", file_format="yaml"),
    lambda path: dump([A], path),
    lambda _: dumps([A], file_format="yaml"),
]


@pytest.mark.parametrize("use", WITHOUT_YAML)
def test_without_pyyaml_yaml_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, use: Callable[[Path], Iterable[object]]
) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError, match=r"^YAML needs PyYAML: pip install 'appimageconfig\[yaml\]'$"):
        use(tmp_path / "a.yaml")


def test_json_needs_no_pyyaml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is not even imported."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    dump([A], tmp_path / "a.json")
    assert load(tmp_path / "a.json") == [A]
    program = "import sys, appimageconfig.files as files; files.loads('[]'); print('yaml' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"
