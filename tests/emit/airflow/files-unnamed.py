# Pipeline files, compiled by o11n for Airflow. Change its source, not this file.
import inspect
import time
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
try:  # Airflow 3
except ImportError:  # Airflow 2
try:
except ImportError:
import os
import pathlib
import re
import shutil
import os
import shutil
import signal
import subprocess
import tempfile
import threading
try:  # Airflow 3
except ImportError:  # Airflow 2
PIPELINE, JOB_NAME, BUILD_ID = "files", "files", ""
DAG_ID = "files"
RUN_VARIABLES = []
FILES = "/mnt/o11n"
OURS = {
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False
class SoFar:
class Stage:
class Gate(BaseOperator):
class Verdict(BaseOperator):
class Files:
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
    with Stage(group_id="build") as stage_1:
        Shell(stage=stage_1, task_id="lib", script="make", files=Files("RUN/build/lib", save=["out/**"]))
    Verdict(task_id="verdict", after=stage_1)
