"""Plays one attempt of a case: `play.py FOLDER`, started by a task of Airflow in place of its body.

FOLDER holds, for each DAG, `ID.json` (how its attempts end) and `ID.events` (what has happened). An attempt ends when what
the machine has before its end has happened; if that does not come, it ends all the same, after a while.
"""

import json
import os
import signal
import sys
import time

PATIENCE = 40.0


def main():
    folder, dag = sys.argv[1], os.environ["AIRFLOW_CTX_DAG_ID"]
    stem = os.path.join(folder, dag)
    with open(stem + ".json", encoding="utf-8") as file:
        case = json.load(file)
    key, number = case["tasks"][os.environ["AIRFLOW_CTX_TASK_ID"]], int(os.environ["O11N_ATTEMPT"])
    attempts = case["attempts"][key]
    attempt = attempts[min(number, len(attempts)) - 1]

    def note(event):
        with open(stem + ".events", "a", encoding="utf-8") as file:
            file.write(f"{event}\t{time.time()}\n")

    def seen():
        with open(stem + ".events", encoding="utf-8") as file:
            return {line.split("\t")[0] for line in file}

    def cut(*_):
        note(f"E {key}@{number}")
        sys.exit(143)

    signal.signal(signal.SIGTERM, cut)
    note(f"S {key}@{number}")
    if attempt["end"] == "never":
        time.sleep(attempt["takes"])
    waits, size, since = set(attempt["after"]), 0, time.time()
    while True:
        events = seen()
        if waits <= events:
            break
        if len(events) != size:
            size, since = len(events), time.time()
        if time.time() - since > PATIENCE:
            note(f"? {key}@{number} waited in vain for {sorted(waits - events)}")
            break
        time.sleep(0.1)
    time.sleep(0.05)
    if attempt["end"] == "exit":
        note(f"E {key}@{number}\t{attempt['code']}")
        sys.exit(attempt["code"])
    note(f"E {key}@{number}\tlost")
    os.kill(os.getppid(), signal.SIGKILL)


main()
