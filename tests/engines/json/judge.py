"""Holds JSON files against a JSON Schema.

    judge.py SCHEMA FILE...

One JSON line a file: {"file", "kind", "name", "error"}, the last only where it is refused.
"""

import json
import pathlib
import sys

import jsonschema


def main(schema, *files):
    schema = json.loads(pathlib.Path(schema).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    refused = False
    for file in files:
        line = {"file": file, "kind": schema.get("title", ""), "name": ""}
        try:
            validator.validate(json.loads(pathlib.Path(file).read_text()))
        except (jsonschema.ValidationError, ValueError) as error:
            line["error"] = str(error)[:1000]
            refused = True
        print(json.dumps(line))
    sys.exit(1 if refused else 0)


main(*sys.argv[1:])
