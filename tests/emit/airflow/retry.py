# Pipeline retry, compiled by o11n for Airflow. Change its source, not this file.
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
try:  # Airflow 3
except ImportError:  # Airflow 2
PIPELINE, JOB_NAME, BUILD_ID = "retry", "retry", ""
DAG_ID = "retry"
RUN_VARIABLES = []
OURS = {
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False
class SoFar:
class Stage:
class Gate(BaseOperator):
class Verdict(BaseOperator):
class Attempt:
class Shell(Attempt, BashOperator):
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
        Shell(stage=stage_1, task_id="constant", script="a", retries=2, retry_delay=timedelta(seconds=10))
        Shell(
            stage=stage_1,
            task_id="grows",
            script="b",
            retries=5,
            retry_delay=timedelta(seconds=1),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=60),
        )
        Shell(
            stage=stage_1,
            task_id="faster",
            script="c",
            retries=5,
            retry_delay=timedelta(seconds=1),
            retry_factor=1.5,
        )
        Shell(
            stage=stage_1,
            task_id="codes",
            script="d",
            exit_codes={80: "unstable", 81: "lost"},
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=[75, "unstable"],
        )
        Shell(stage=stage_1, task_id="timed", script="e", execution_timeout=timedelta(seconds=90))
    Verdict(task_id="verdict", after=stage_1)
