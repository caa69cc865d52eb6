"""Prints what YAML files say as JSON, one line a file, read by PyYAML and by libyaml, which must agree.

    read.py FILE...
"""

import json
import pathlib
import sys

import yaml


def plain(value):
    """The value, refused where JSON has none like it: a date, or a key that is no string."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"the key {key!r} is no string")
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"{value!r} is no JSON value")


def read(file):
    text = pathlib.Path(file).read_bytes()
    try:
        values = [plain(yaml.load(text, Loader=loader)) for loader in (yaml.SafeLoader, yaml.CSafeLoader)]
    except (ValueError, yaml.YAMLError) as error:
        return {"error": str(error)}
    return values[0] if values[0] == values[1] else {"error": f"read in two ways: {values}"}


for file in sys.argv[1:]:
    print(json.dumps(read(file)))
