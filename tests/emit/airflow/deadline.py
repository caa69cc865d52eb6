# Pipeline deadline, compiled by o11n for Airflow. Change its source, not this file.
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
PIPELINE, JOB_NAME, BUILD_ID = "deadline", "deadline", ""
DAG_ID = "deadline"
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
    with Stage(group_id="build", run_deadline=7200) as stage_1:
        Shell(stage=stage_1, task_id="a", script="a")
    with Stage(group_id="test", after=stage_1, deadline=90) as stage_2:
        Shell(stage=stage_2, task_id="b", script="b")
    Verdict(task_id="verdict", after=stage_2)
