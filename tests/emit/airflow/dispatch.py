# Pipeline dispatch, compiled by o11n for Airflow. Change its source, not this file.
import inspect
import time
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
try:  # Airflow 3
except ImportError:  # Airflow 2
try:
except ImportError:
import os
import shutil
import signal
import subprocess
import tempfile
import threading
try:  # Airflow 3
except ImportError:  # Airflow 2
PIPELINE, JOB_NAME, BUILD_ID = "dispatch", "dispatch", ""
DAG_ID = "dispatch"
RUN_VARIABLES = []
POLL = 10
OURS = {
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False
class SoFar:
class Stage:
class Gate(BaseOperator):
class Verdict(BaseOperator):
class Watch(threading.Thread):
class Attempt:
class Shell(Attempt, BashOperator):
class Quorum(BaseOperator):
…


with DAG(
    dag_id=DAG_ID,
    schedule=None,
    start_date=datetime(2020, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=16,
    tags=["o11n"],
    default_args={"retries": 0, "weight_rule": "absolute"},
) as dag:
    with Stage(group_id="test") as stage_1:
        stage_1_fuzz = ["test.fuzz.1", "test.fuzz.2", "test.fuzz.3"]
        for copy in ["fuzz.1", "fuzz.2", "fuzz.3"]:
            Shell(stage=stage_1, task_id=copy, name="fuzz", script="fuzz", on_error=None, replica_of=(stage_1_fuzz, 2))
        Quorum(stage=stage_1, task_id="fuzz", copies=stage_1_fuzz, need=2, on_error="continue")
        Shell(stage=stage_1, task_id="after", script="b", needs={"test.fuzz": False})
    Verdict(task_id="verdict", after=stage_1)
