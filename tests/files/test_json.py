from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from request_files import VARIABLES, violations_of, written

from appimageconfig import AppImageConfig
from appimageconfig.files import LARGEST_FILE, check, dump, load

if TYPE_CHECKING:
    from pathlib import Path

A = AppImageConfig(app_image_config_name="a")
FILES, CONTAINER = "JupyterLabAppImageConfig.FileSystemConfig", "JupyterLabAppImageConfig.ContainerConfig"
NAME = "AppImageConfigName: must consist of letters, digits and hyphens, without a hyphen at either end"
QUOTES = "write member names and strings in double quotes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["line 1: is empty; write a request or a list of requests"]),
        ("\n \t\r\n", ["line 1: is empty; write a request or a list of requests"]),
        ("\n5", ["line 2: must be a request, or a list of requests, not an integer"]),
        ("null", ["line 1: must be a request, or a list of requests, not null"]),
        ('[\n"a",\n\n[]]', [
            "line 2: [0]: must be a request, not a string",
            "line 4: [1]: must be a request, not a list",
        ]),
        ('\ufeff{"AppImageConfigName": "a"}', [
            "line 1: begins with a byte-order mark; save it as UTF-8 without one"
        ]),
        ('{\n"a": "\0"}', ["line 2: contains a NUL character; save it as UTF-8"]),
        ("x" * (LARGEST_FILE + 1), ["has more than 10,485,760 bytes; split it into several files"]),
        ("é" * (LARGEST_FILE // 2 + 1), ["has more than 10,485,760 bytes; split it into several files"]),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_a_document_that_is_not_a_request_is_refused(text: str, expected: list[str]) -> None:
    assert violations_of(text) == expected


# Mistakes in request files that people have published, and how the message about each begins.
PUBLISHED_MISTAKES = {
    "a placeholder": (
        '{"AppImageConfigName": "<your-config>"}',
        f"line 1: {NAME}, such as 'your-config'",
    ),
    "a name from an image's tag": (
        '{"AppImageConfigName": "image_1.2"}',
        f"line 1: {NAME}, such as 'image-1-2'",
    ),
    "ids as strings": (
        '{"AppImageConfigName": "a",\n"JupyterLabAppImageConfig": {"FileSystemConfig": {\n"DefaultUid": "0"}}}',
        f"line 3: {FILES}.DefaultUid: must be an integer, not a string; write the number without quotes",
    ),
    "a path without its slash": (
        '{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"FileSystemConfig": {"MountPath": "home"}}}',
        f"line 1: {FILES}.MountPath: must be an absolute path, which begins with a slash",
    ),
    "an entrypoint as a string": (
        '{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "sh"}}}',
        f"line 1: {CONTAINER}.ContainerEntrypoint: must be a list, not a string; write a list with the string",
    ),
    "tags as a map": (
        '{"AppImageConfigName": "a", "Tags": {"team": "ml"}}',
        'line 1: Tags: must be a list of maps with Key and Value, not a map; write [{"Key": "team", "Value": "ml"}]',
    ),
    "the image": (
        '{"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ImageUri": "1.dkr.ecr/image"}}',
        "line 1: JupyterLabAppImageConfig.ImageUri: unknown member 'ImageUri'; CreateImageVersion takes the image",
    ),
    "no closing brace": (
        '{"AppImageConfigName": "a",\n"KernelGatewayImageConfig": {\n"KernelSpecs": [{"Name": "python3"}]\n}\n',
        "line 4: invalid JSON at column 2: the document ends here, and a closing brace or bracket is missing",
    ),
    "no opening brace": (
        '"AppImageConfigName": "a"}',
        "line 1: invalid JSON at column 1: the opening brace or bracket is missing",
    ),
}


@pytest.mark.parametrize("mistake", PUBLISHED_MISTAKES)
def test_common_mistakes_are_reported_with_their_correction(mistake: str) -> None:
    text, beginning = PUBLISHED_MISTAKES[mistake]
    (violation,) = violations_of(text)
    assert violation.startswith(beginning)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\n"AppImageConfigName": "a"\n}', "line 2: 1: the opening brace or bracket is missing"),
        ("AppImageConfigName: a", "line 1: 1: the opening brace or bracket is missing"),
        ('{"a": "b",\n\n}', "line 1: 10: remove this comma; nothing follows it"),
        ("[{},\n]", "line 1: 4: remove this comma; nothing follows it"),
        ('{\n"a": [{}\n', "line 2: 9: the document ends here, and a closing brace or bracket is missing"),
        ('{"a": "b"', "line 1: 10: the document ends here, and a closing brace or bracket is missing"),
        ('{"a":', "line 1: 6: the document ends here, and a closing brace or bracket is missing"),
        ('{\n"a": "b}', "line 2: 6: the closing double quote of this string is missing"),
        ('{"a": "b\n}', "line 1: 9: a string must end on its line; write a line break in it as \\n"),
        ("{'a': 1}", f"line 1: 2: {QUOTES}"),
        ("{\"a\": 'b'}", f"line 1: 7: {QUOTES}"),
        ("['b']", f"line 1: 2: {QUOTES}"),
        ("{}\n {}", "line 2: 2: the document ends before this; write several requests as a list, [{...}, {...}]"),
        ("// a\n{}", "line 1: 1: JSON has no comments; remove this one, or write YAML"),
        ('{\n# a\n"b": 1}', "line 2: 1: JSON has no comments; remove this one, or write YAML"),
        ('{"b": 1, // a\n"c": 1}', "line 1: 10: JSON has no comments; remove this one, or write YAML"),
        ('{"b": 1 /* a */}', "line 1: 9: JSON has no comments; remove this one, or write YAML"),
        ('{"a" 1}', "line 1: 6: a colon is missing"),
        ('{"a": ,}', "line 1: 7: a value is missing; write strings in double quotes"),
        ('{"a": b}', "line 1: 7: a value is missing; write strings in double quotes"),
        ("{a: 1}", "line 1: 2: a member name is missing; write it in double quotes"),
        ('{"a": 1\n"b": 2}', "line 2: 1: a comma or a closing brace or bracket is missing"),
        ("[{}}", "line 1: 4: a comma or a closing brace or bracket is missing"),
        ('{"a": "C:\\dir"}', "line 1: 10: write a backslash in a string twice"),
        ('{"a": "\\u12"}', "line 1: 9: write a backslash in a string twice"),
    ],
)
def test_syntax_errors_have_the_place_of_the_mistake(text: str, expected: str) -> None:
    """The parser often notices a mistake only later."""
    line, column, message = expected.split(": ", 2)
    assert violations_of(text) == [f"{line}: invalid JSON at column {column}: {message}"]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Illegal trailing comma before end of object", "remove this comma; nothing follows it"),
        ("Unheard of", "the syntax is invalid from here on"),
    ],
)
def test_problems_of_other_versions_of_python_are_translated(
    monkeypatch: pytest.MonkeyPatch, problem: str, expected: str
) -> None:
    """Python 3.13 reports trailing commas itself, and later versions may report anything."""

    def refuse(text: str, **_: object) -> None:
        raise json.JSONDecodeError(problem, text, 7)

    monkeypatch.setattr(json, "loads", refuse)
    assert violations_of('{"a": 1, }') == [f"line 1: invalid JSON at column 8: {expected}"]


INVALID_REQUEST = r"""{
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
    "Container.X": 1
  },
  "Tags": [
    {"Key": "a", "Value": "b"},
    {
      "Key": "a"
    }
  ]
}"""


RELATIVE = "must be an absolute path, which begins with a slash (pattern \\/.*)"
BLANK = "must be a single line that is not blank (pattern (?!\\s*$).+)"
VIOLATIONS = [
    "1: AppImageConfigName: required member is missing",
    "2: KernelGatewayImageConfig.KernelSpecs: required member is missing",
    "3: KernelGatewayImageConfig.KernelSpec: unknown member 'KernelSpec'; did you mean 'KernelSpecs'?",
    f"5: KernelGatewayImageConfig.FileSystemConfig.MountPath: {RELATIVE}",
    "5: KernelGatewayImageConfig.FileSystemConfig.DefaultUid: must be an integer, not a number",
    "6: KernelGatewayImageConfig.FileSystemConfig.DefaultGid: must be an integer, not a number",
    f"13: JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[2]: {BLANK}",
    f"16: {VARIABLES}['A.B[C']: the value must be a string, not an integer; write it in quotes",
    "20: JupyterLabAppImageConfig['Container.X']: unknown member 'Container.X'; did you mean 'ContainerConfig'?",
    "24: Tags[1].Value: required member is missing",
    "25: Tags[1].Key: duplicate tag key; the first is at Tags[0]",
]


def test_every_violation_has_its_line() -> None:
    """A missing member has the line of the structure that lacks it."""
    assert violations_of(INVALID_REQUEST) == [f"line {violation}" for violation in VIOLATIONS]


def test_violations_in_a_list_have_the_index_of_the_request(tmp_path: Path) -> None:
    """The lines of this file end as on Windows."""
    content = f'[{{"AppImageConfigName": "a"}},\n{INVALID_REQUEST}]'.replace("\n", "\r\n")
    numbered = [violation.split(": ", 1) for violation in VIOLATIONS]
    path = written(tmp_path / "several.json", content)
    assert list(map(str, check(path).violations)) == [
        f"{path}:{int(line) + 1}: [1].{violation}" for line, violation in numbered
    ]


def test_json_needs_no_pyyaml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    dump([A], tmp_path / "a.json")
    assert load(tmp_path / "a.json") == [A]
    program = "import sys, appimageconfig.files as files; files.loads('[]'); print('yaml' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"
