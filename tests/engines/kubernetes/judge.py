"""Holds Kubernetes objects against strict schemas: unknown fields and wrong types are refused.

    judge.py CRD_SCHEMA_DIR FILE...

One JSON line an object: {"file", "kind", "name", "error"}, the last only where it is refused. Kubernetes' own kinds are
judged by kubernetes-validate, all others by the schemas that close_crds.py made; a kind that neither knows is refused.
"""

import json
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml

KUBERNETES = "1.34"
validators = {}


def custom(schemas, group, version, kind):
    path = pathlib.Path(schemas, f"{group}_{version}_{kind}.json")
    if path not in validators and path.exists():
        validators[path] = jsonschema.Draft202012Validator(json.loads(path.read_text()))
    return validators.get(path)


def problem(schemas, thing):
    """What is wrong with an object, or None."""
    if not isinstance(thing, dict) or not isinstance(thing.get("kind"), str) or not isinstance(thing.get("apiVersion"), str):
        return "not a Kubernetes object"
    group, _, version = thing["apiVersion"].rpartition("/")
    validator = custom(schemas, group, version, thing["kind"])
    try:
        if validator:
            validator.validate(thing)
        else:
            kubernetes_validate.validate(thing, KUBERNETES, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        return f"{'.'.join(map(str, error.path)) or 'the object'}: {error.message[:400]}"
    except kubernetes_validate.SchemaNotFoundError as error:
        return error.message
    return None


def judge(schemas, file):
    try:
        documents = list(yaml.load_all(pathlib.Path(file).read_bytes(), Loader=yaml.CSafeLoader))
    except (OSError, yaml.YAMLError) as error:
        yield {"file": file, "kind": "", "name": "", "error": str(error)}
        return
    for thing in documents:
        if thing is None:
            continue
        fields = thing if isinstance(thing, dict) else {}
        metadata = fields.get("metadata") if isinstance(fields.get("metadata"), dict) else {}
        line = {"file": file, "kind": str(fields.get("kind", "")), "name": str(metadata.get("name", metadata.get("generateName", "")))}
        error = problem(schemas, thing)
        yield {**line, "error": error} if error else line


def main(schemas, *files):
    refused = False
    for file in files:
        for line in judge(schemas, file):
            refused = refused or "error" in line
            print(json.dumps(line, ensure_ascii=False))
    sys.exit(1 if refused else 0)


main(*sys.argv[1:])
