"""Turns custom resource definitions into JSON schemas that refuse unknown fields.

    close_crds.py OUT_DIR CRD_FILE...

An API server drops a field that a definition does not list, without a word: so each object with listed properties
is closed, except where the definition says that unknown fields are kept. One file a kind and version:
GROUP_VERSION_KIND.json.
"""

import json
import pathlib
import sys

import yaml


def closed(schema):
    schema = dict(schema)
    if "properties" in schema:
        schema["properties"] = {name: closed(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        schema["additionalProperties"] = closed(schema["additionalProperties"])
    if isinstance(schema.get("items"), dict):
        schema["items"] = closed(schema["items"])
    schema.pop("description", None)
    return schema


def main(out, *files):
    for file in files:
        spec = yaml.load(pathlib.Path(file).read_text(), Loader=yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            name = f"{spec['group']}_{version['name']}_{spec['names']['kind']}.json"
            schema = closed(version["schema"]["openAPIV3Schema"])
            pathlib.Path(out, name).write_text(json.dumps(schema))


main(*sys.argv[1:])
