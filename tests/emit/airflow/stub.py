# Pipeline stub, compiled by o11n for Airflow. Change its source, not this file.
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
PIPELINE, JOB_NAME, BUILD_ID = "stub", "stub", ""
DAG_ID = "stub"
RUN_VARIABLES = ["O11N_FAKES", "O11N_REAL_RUN"]
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
    params={"O11N_FAKES": "", "O11N_REAL_RUN": ""},
) as dag:
    with Stage(group_id="build") as stage_1:
        Shell(
            stage=stage_1,
            task_id="lib",
            script="""if [ "${O11N_REAL_RUN-}" != 1 ]; then
  # A stub, made by `o11n compile --stub`: an exit code, or a list of them attempt by attempt.
  set -f
  for o11n_fake in ${O11N_FAKES-}; do export "${o11n_fake?}"; done
  o11n_codes=0
  o11n_codes=${FAKE_BUILD_RETCODE:-$o11n_codes}
  o11n_codes=${FAKE_BUILD_LIB_RETCODE:-$o11n_codes}
  IFS=', '
  o11n_attempt=1 o11n_code=0
  for o11n_code in $o11n_codes; do
    [ "$o11n_attempt" -lt "${O11N_ATTEMPT:-1}" ] || break
    o11n_attempt=$((o11n_attempt + 1))
  done
  echo "stub of ${O11N_STAGE-}/${O11N_SUBSTAGE-}, attempt ${O11N_ATTEMPT-1}: exit $o11n_code"
  case $o11n_code in
    [0-9] | [1-9][0-9] | 1[0-9][0-9] | 2[0-4][0-9] | 25[0-5]) exit "$o11n_code" ;;
  esac
  echo "this is no exit code" >&2
  exit 125
fi
make""",
        )
    Verdict(task_id="verdict", after=stage_1)
