# Pipeline order, compiled by o11n for Airflow. Change its source, not this file.
#
# It needs these pools; Airflow never starts a task whose pool is not there:
#   airflow pools set o11n.parallel.order.limited 2 'at most 2 at once in stage limited'
#   airflow pools set o11n.lock.board 1 'lock board'
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
PIPELINE, JOB_NAME, BUILD_ID = "order", "order", ""
DAG_ID = "order"
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
    with Stage(group_id="limited") as stage_1:
        Shell(stage=stage_1, task_id="a", script="a", pool="o11n.parallel.order.limited")
        Shell(stage=stage_1, task_id="b", script="b", pool="o11n.parallel.order.limited", priority_weight=20000)
        Shell(stage=stage_1, task_id="c", script="c", pool="o11n.parallel.order.limited", priority_weight=-1)
        Shell(
            stage=stage_1,
            task_id="d",
            script="d",
            needs={"limited.a": False},
            behind=["limited.c"],
            pool="o11n.parallel.order.limited",
            priority_weight=-2,
        )
    with Stage(group_id="locked", after=stage_1) as stage_2:
        Shell(stage=stage_2, task_id="e", script="e", pool="o11n.lock.board")
        Shell(
            stage=stage_2,
            task_id="f",
            script="f",
            needs={"limited.a": False},
            pool="o11n.lock.board",
            priority_weight=-10000,
        )
    Verdict(task_id="verdict", after=stage_2)
