"""Runs DAGs on Airflow's own scheduler, with its LocalExecutor, and writes what became of them.

`conduct.py JOB`: the file JOB says what to run. AIRFLOW_HOME is empty at the start.
"""

import json
import socket
import subprocess
import time
from contextlib import closing

import home


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


PORT = free_port()
home.prepare(
    CORE__EXECUTOR="LocalExecutor",
    CORE__PARALLELISM=home.JOB["workers"],
    CORE__EXECUTION_API_SERVER_URL=f"http://127.0.0.1:{PORT}/execution/",
    CORE__KILLED_TASK_CLEANUP_TIME=5,
    API__HOST="127.0.0.1",
    API__PORT=PORT,
    API__WORKERS=1,
    LOGGING__LOGGING_LEVEL="WARNING",
    LOGGING__WORKER_LOG_SERVER_PORT=free_port(),
    SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME=0.2,
    SCHEDULER__SCHEDULER_HEARTBEAT_SEC=1,
    SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE=60,
    SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT=60,
    SCHEDULER__SCHEDULER_ZOMBIE_TASK_THRESHOLD=30,
    SCHEDULER__ZOMBIE_DETECTION_INTERVAL=5,
    # In Airflow 2 it is who reads the files that tries lost tasks again.
    SCHEDULER__STANDALONE_DAG_PROCESSOR=False,
    SCHEDULER__MIN_FILE_PROCESS_INTERVAL=3600,
)


def start(*words):
    with open(home.HOME / f"{words[0]}.log", "w") as log:
        return subprocess.Popen(home.airflow(*words), stdout=log, stderr=subprocess.STDOUT)


def wait_for_server():
    for _ in range(600):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"the API server does not answer; see {home.HOME}")


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
    waiting, running, reports = list(home.JOB["runs"]), {}, {}
    while waiting or running:
        while waiting and len(running) < home.JOB["at_once"]:
            dag = waiting.pop(0)
            try:
                home.trigger(dag["id"])
            except Exception as error:
                reports[dag["id"]] = {"state": f"not started: {error}", "tasks": {}, "told": {}}
                continue
            running[dag["id"]] = time.time() + home.JOB["limit"]
        with closing(home.database()) as known:
            states = dict(known.execute("select dag_id, state from dag_run").fetchall())
        for dag, until in list(running.items()):
            if states[dag] in ("success", "failed") or time.time() > until:
                reports[dag] = home.report(dag, states[dag])
                del running[dag]
        for process in PROCESSES:
            if process.poll() is not None:
                raise SystemExit(f"{process.args} has ended; see {home.HOME}")
        time.sleep(0.3)
    return reports


PROCESSES = []
adopt()
try:
    bag = home.read()
    times = {"start": home.SINCE, "prepared": time.perf_counter()}
    home.fill()
    if home.JOB["version"] == 3:
        PROCESSES.append(start("api-server", "--apps", "execution"))
        wait_for_server()
    PROCESSES.append(start("scheduler"))
    reports = conduct()
    home.tell(reports, bag, times)
finally:
    end_all()
