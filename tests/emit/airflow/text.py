# Pipeline text, compiled by o11n for Airflow. Change its source, not this file.
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
PIPELINE, JOB_NAME, BUILD_ID = "text", "text", ""
DAG_ID = "text"
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
        Shell(
            stage=stage_1,
            task_id="jinja",
            script="docker ps --format '{{.Names}}'\necho \"${#list[@]}\"",
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="quotes",
            script="echo '''three''' \"\"\"and\"\"\" more\nend\\",
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="raw",
            script=r"""printf 'a\n'
echo done""",
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="lines",
            script="printf 'a\r\nb'\n",
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="named",
            script="deploy.sh",
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="words",
            command=["echo", "{{ ds }}", "$HOME", "it's"],
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="u6784u5efa",
            name="构建 \U0001f389",
            script="make",
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
        Shell(
            stage=stage_1,
            task_id="python",
            script="print('{}')",
            shell=["python3"],
            env={"GREETING": "{{ ds }} {# ${#x[@]} 你好 \"quoted\""},
        )
    Verdict(task_id="verdict", after=stage_1)
