"""Airflow's home for one run of ours: settings, database, DAGs; and what the database says afterwards."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

# What to run, as our caller has written it.
JOB = json.loads(pathlib.Path(sys.argv[1]).read_text())
PLAYS = pathlib.Path(JOB["plays"])
HOME = pathlib.Path(os.environ["AIRFLOW_HOME"])
SINCE = time.perf_counter()


def prepare(**more):
    """Settings, by the environment, and an empty database."""
    settings = {
        "CORE__DAGS_FOLDER": JOB["dags"],
        "CORE__LOAD_EXAMPLES": False,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__DAGBAG_IMPORT_TIMEOUT": 120,
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME}/airflow.db?timeout=60",
        "LOGGING__LOGGING_LEVEL": "CRITICAL",
        "USAGE_DATA_COLLECTION__ENABLED": False,
        "SCHEDULER__STANDALONE_DAG_PROCESSOR": True,
        # Airflow 2 would let tasks schedule too, and SQLite cannot keep them apart.
        "SCHEDULER__SCHEDULE_AFTER_TASK_EXECUTION": False,
        "API_AUTH__JWT_SECRET": "x" * 64,
        **more,
    }
    for name, value in settings.items():
        os.environ["AIRFLOW__" + name] = str(value)
    # Airflow 2 takes SQLite for one process at a time; ours is in memory, and waits.
    os.environ["_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK"] = "1"
    os.environ["no_proxy"] = "*"
    run("db", "migrate")
    with closing(database()) as known:
        known.execute("pragma journal_mode=wal")


def airflow(*words):
    return [sys.executable, "-m", "airflow", *words]


def run(*words):
    with open(HOME / f"{words[0]}-{words[1]}.log", "w") as log:
        subprocess.run(airflow(*words), stdout=log, stderr=subprocess.STDOUT, check=True)


def database():
    return sqlite3.connect(HOME / "airflow.db", timeout=60)


def read():
    """All DAGs, which the scheduler knows from then on."""
    if JOB["version"] == 2:
        from airflow.models.dagbag import DagBag

        bag = DagBag(JOB["dags"], include_examples=False)
        bag.sync_to_db()
        return bag
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    [bundle] = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(dag_folder=str(bundle.path), bundle_path=bundle.path, bundle_name=bundle.name)
    sync_bag_to_db(bag, bundle.name, bundle.version)
    return bag


def fill():
    """Pools and Variables."""
    from airflow.models.pool import Pool
    from airflow.models.variable import Variable

    for name, slots in JOB["pools"].items():
        Pool.create_or_update_pool(name, slots=slots, description="", include_deferred=False)
    for name, value in JOB["variables"].items():
        Variable.set(name, value)


def trigger(dag):
    from airflow.api.common.trigger_dag import trigger_dag

    more = {}
    try:
        from airflow.utils.types import DagRunTriggeredByType

        more["triggered_by"] = DagRunTriggeredByType.TEST
    except ImportError:
        pass
    trigger_dag(dag, run_id="run", **more)


def state(dag):
    with closing(database()) as known:
        return known.execute("select state from dag_run where dag_id = ? and run_id = 'run'", [dag]).fetchone()[0]


def skipped(dag):
    """How many tasks of a run the scheduler, or they themselves, have skipped."""
    with closing(database()) as known:
        asked = "select count(*) from task_instance where dag_id = ? and state in ('skipped', 'upstream_failed')"
        return known.execute(asked, [dag]).fetchone()[0]


def task_state(key):
    with closing(database()) as known:
        asked = "select state from task_instance where dag_id = ? and run_id = 'run' and task_id = ?"
        return known.execute(asked, [key.dag_id, key.task_id]).fetchone()[0]


def end(dag):
    """Makes sure that nobody looks at a run any more."""
    with closing(database()) as known, known:
        known.execute("update dag_run set state = 'failed' where dag_id = ? and state in ('running', 'queued')", [dag])
        known.execute(
            "update task_instance set state = 'failed' where dag_id = ?"
            " and state in ('running', 'queued', 'scheduled', 'up_for_retry')",
            [dag],
        )


def plain(value):
    """An XCom's value, however this version stores it."""
    while isinstance(value, (str, bytes)):
        value = json.loads(value)
    return value


def report(dag, state):
    """What the database says of a run."""
    with closing(database()) as known:
        tasks = known.execute(
            "select task_id, state, try_number from task_instance where dag_id = ? and run_id = 'run'", [dag]
        ).fetchall()
        told = known.execute("select task_id, key, value from xcom where dag_id = ? and run_id = 'run'", [dag]).fetchall()
    return {
        "state": state,
        "tasks": {task: {"state": state, "tries": tries} for task, state, tries in tasks},
        "told": {task: plain(value) for task, key, value in told if key == "outcome"},
    }


def tell(reports, bag, times):
    """Writes what became of all."""
    errors = {str(file): str(error) for file, error in bag.import_errors.items()}
    sizes = {name: len(dag.tasks) for name, dag in bag.dags.items()}
    told = {"runs": reports, "errors": errors, "sizes": sizes, "times": {**times, "ended": time.perf_counter()}}
    pathlib.Path(JOB["report"]).write_text(json.dumps(told))
