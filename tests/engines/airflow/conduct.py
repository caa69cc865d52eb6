"""Runs DAGs on Airflow's own scheduler, with its LocalExecutor, and writes what became of them.

`conduct.py FOLDER`: FOLDER/job.json says what to run, FOLDER/dags holds the DAGs, FOLDER/report.json is written. Everything
else that Airflow needs lies in AIRFLOW_HOME, which is empty at the start.
"""

import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import time

FOLDER = pathlib.Path(sys.argv[1])
HOME = pathlib.Path(os.environ["AIRFLOW_HOME"])
JOB = json.loads((FOLDER / "job.json").read_text())


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def settings():
    port = free_port()
    return port, {
        "CORE__DAGS_FOLDER": FOLDER / "dags",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": JOB["workers"],
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__MAX_ACTIVE_RUNS_PER_DAG": 1,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__DAGBAG_IMPORT_TIMEOUT": 120,
        "CORE__KILLED_TASK_CLEANUP_TIME": 5,
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__WORKERS": 1,
        "API_AUTH__JWT_SECRET": "x" * 64,
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME}/airflow.db?timeout=60",
        "LOGGING__LOGGING_LEVEL": "WARNING",
        "USAGE_DATA_COLLECTION__ENABLED": False,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": 1,
        "SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE": 60,
        "SCHEDULER__STANDALONE_DAG_PROCESSOR": True,
        # Airflow 2 would let tasks schedule too, and SQLite cannot keep them apart.
        "SCHEDULER__SCHEDULE_AFTER_TASK_EXECUTION": False,
        "LOGGING__WORKER_LOG_SERVER_PORT": free_port(),
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 60,
        "SCHEDULER__SCHEDULER_ZOMBIE_TASK_THRESHOLD": 30,
        "SCHEDULER__ZOMBIE_DETECTION_INTERVAL": 5,
    }


PORT, SETTINGS = settings()
for name, value in SETTINGS.items():
    os.environ["AIRFLOW__" + name] = str(value)
# Airflow 2 takes SQLite for one process at a time; ours is in memory, and waits.
os.environ["_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK"] = "1"
os.environ["no_proxy"] = "*"


def airflow(*words):
    return [sys.executable, "-m", "airflow", *words]


def start(*words):
    with open(HOME / f"{words[0]}.log", "w") as log:
        return subprocess.Popen(airflow(*words), stdout=log, stderr=subprocess.STDOUT)


def run(*words):
    with open(HOME / f"{words[0]}-{words[1]}.log", "w") as log:
        subprocess.run(airflow(*words), stdout=log, stderr=subprocess.STDOUT, check=True)


def prepare():
    run("db", "migrate")
    database().execute("pragma journal_mode=wal").close()
    run("dags", "reserialize")
    from airflow.models.pool import Pool
    from airflow.models.variable import Variable

    for name, slots in JOB["pools"].items():
        Pool.create_or_update_pool(name, slots=slots, description="", include_deferred=False)
    for name, value in JOB["variables"].items():
        Variable.set(name, value)


def database():
    return sqlite3.connect(HOME / "airflow.db", timeout=60)


def trigger(dag):
    from airflow.api.common.trigger_dag import trigger_dag

    more = {}
    try:
        from airflow.utils.types import DagRunTriggeredByType

        more["triggered_by"] = DagRunTriggeredByType.TEST
    except ImportError:
        pass
    trigger_dag(dag, run_id="run", **more)


def plain(value):
    """An XCom's value, however this version stores it."""
    while isinstance(value, (str, bytes)):
        value = json.loads(value)
    return value


def report(dag, state):
    with database() as known:
        tasks = known.execute(
            "select task_id, state, try_number from task_instance where dag_id = ? and run_id = 'run'", [dag]
        ).fetchall()
        told = known.execute("select task_id, key, value from xcom where dag_id = ? and run_id = 'run'", [dag]).fetchall()
    return {
        "state": state,
        "tasks": {task: {"state": state, "tries": tries} for task, state, tries in tasks},
        "told": {task: plain(value) for task, key, value in told if key == "outcome"},
    }


def wait_for_server():
    for _ in range(600):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"the API server does not answer; see {HOME}")


def adopt():
    """Makes this process the parent of whatever loses its own, so that nothing outlives it."""
    import ctypes

    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def end_all():
    """Ends whatever was started here, and what that has started."""
    import psutil

    while children := psutil.Process().children(recursive=True):
        for child in children:
            try:
                child.kill()
                child.wait(5)
            except psutil.Error:
                continue


def conduct():
    """Runs all, a few at once; a run that takes too long is reported as it stands."""
    waiting, running, reports = list(JOB["dags"]), {}, {}
    while waiting or running:
        while waiting and len(running) < JOB["at_once"]:
            dag = waiting.pop(0)
            try:
                trigger(dag["id"])
            except Exception as error:
                reports[dag["id"]] = {"state": f"not started: {error}", "tasks": {}, "told": {}}
                continue
            running[dag["id"]] = time.time() + dag["limit"]
        with database() as known:
            states = dict(known.execute("select dag_id, state from dag_run").fetchall())
        for dag, until in list(running.items()):
            if states[dag] in ("success", "failed") or time.time() > until:
                reports[dag] = report(dag, states[dag])
                del running[dag]
        for process in PROCESSES:
            if process.poll() is not None:
                raise SystemExit(f"{process.args} has ended; see {HOME}")
        time.sleep(0.3)
    return reports


PROCESSES = []
times = {"start": time.time()}
adopt()
try:
    prepare()
    times["prepared"] = time.time()
    if JOB["version"] == 3:
        PROCESSES.append(start("api-server", "--apps", "execution"))
        wait_for_server()
    PROCESSES.append(start("scheduler"))
    reports = conduct()
    times["ended"] = time.time()
    (FOLDER / "report.json").write_text(json.dumps({"runs": reports, "times": times}))
finally:
    end_all()
