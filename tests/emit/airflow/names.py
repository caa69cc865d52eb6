# Pipeline 每日, compiled by o11n for Airflow. Change its source, not this file.
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
PIPELINE, JOB_NAME, BUILD_ID = "每日", "每日", ""
DAG_ID = "u6bcfu65e5"
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
    dag_display_name="每日",
    schedule=None,
    start_date=datetime(2020, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=16,
    tags=["o11n"],
    default_args={"retries": 0, "weight_rule": "absolute"},
) as dag:
    with Stage(group_id="verdict-2", name="verdict") as stage_1:
        Shell(stage=stage_1, task_id="start-2", name="start", script="a")
        Shell(stage=stage_1, task_id="a-b", name="a b", script="b")
        Shell(stage=stage_1, task_id="a-b-2", name="a.b", script="c")
    with Stage(group_id="u6d4bu8bd5", name="测试", after=stage_1) as stage_2:
        Shell(stage=stage_2, task_id="a", script="d", needs={"verdict-2.a-b-2": False})
    with Stage(group_id="empty", after=stage_2, empty=True) as stage_3:
        pass
    Verdict(task_id="verdict", after=stage_3)
