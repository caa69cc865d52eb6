# Pipeline cache, compiled by o11n for Airflow. Change its source, not this file.
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
PIPELINE, JOB_NAME, BUILD_ID = "cache", "cache", ""
DAG_ID = "cache"
RUN_VARIABLES = []
POLL = 10
OURS = {
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False
class SoFar:
class Stage:
class Gate(BaseOperator):
class Verdict(BaseOperator):
class Watch(threading.Thread):
class Cache:
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
    with Stage(
        group_id="build",
        cached={"build.a": Cache("b516dc2f74c2a5c09f92537a05cb4b431a85449c6bdadb63db3b32016eca5ae5", ttl=604800), "build.b.1": Cache("c803ec202430a799a00215c14fe20b066eb4a8600d48efa5f00ab7385f4da7a7"), "build.b.2": Cache("c803ec202430a799a00215c14fe20b066eb4a8600d48efa5f00ab7385f4da7a7")},
    ) as stage_1:
        Shell(
            stage=stage_1,
            task_id="a",
            script="a",
            cache=Cache("b516dc2f74c2a5c09f92537a05cb4b431a85449c6bdadb63db3b32016eca5ae5", ttl=604800),
        )
        stage_1_b = ["build.b.1", "build.b.2"]
        for copy in ["b.1", "b.2"]:
            Shell(stage=stage_1, task_id=copy, name="b", script="b", on_error=None, replica_of=(stage_1_b, 1))
        Quorum(
            stage=stage_1,
            task_id="b",
            copies=stage_1_b,
            need=1,
            cache=Cache("c803ec202430a799a00215c14fe20b066eb4a8600d48efa5f00ab7385f4da7a7"),
        )
    Verdict(task_id="verdict", after=stage_1)
