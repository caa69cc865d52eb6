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
import re
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
PIPELINE, JOB_NAME, BUILD_ID = "files", "files", ""
DAG_ID = "files"
RUN_VARIABLES = []
POD_STARTUP = 86400
POD_OPTIONS = {}
FILES = "/mnt/ci"
OURS = {
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False
class SoFar:
class Stage:
class Gate(BaseOperator):
class Verdict(BaseOperator):
class Files:
class Attempt:
class Shell(Attempt, BashOperator):
class Pod(Attempt, KubernetesPodOperator):
…

POD_1 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "containers": [
            {
                "name": "main",
                "image": "debian",
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "ci"}}],
    },
}


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
        Shell(
            stage=stage_1,
            task_id="lib",
            script="make",
            files=Files("RUN/build/lib", save=["out/**"], keep=["r*.xml"]),
        )
        Pod(
            stage=stage_1,
            task_id="image",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
o11n_run() { bash -euo pipefail /tmp/o11n-run; }
O11N_OUTCOME=''
o11n_stop() {
  O11N_OUTCOME=cancelled
  kill -TERM "$o11n_pid" 2>/dev/null || :
  (sleep 10; kill -KILL "$o11n_pid") >/dev/null 2>&1 &
}
trap o11n_stop TERM
o11n_run & o11n_pid=$!
while :; do
  o11n_code=0
  wait "$o11n_pid" || o11n_code=$?
  kill -0 "$o11n_pid" 2>/dev/null || break
done
trap '' TERM
if [ -z "$O11N_OUTCOME" ]; then
  case $o11n_code in
    0) O11N_OUTCOME=succeeded ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/files/$O11N_RUN/build/image/save"
for o11n_file in a' 'b/*.bin; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/files/$O11N_RUN/build/image/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", "make"],
            pod_template_dict=POD_1,
            base_container_name="main",
        )
    with Stage(group_id="test", after=stage_1) as stage_2:
        Shell(
            stage=stage_2,
            task_id="unit",
            script="make test",
            files=Files("RUN/test/unit", load=["RUN/build/lib", "RUN/build/image"]),
            needs={"build.lib": False, "build.image": False},
        )
        Pod(
            stage=stage_2,
            task_id="pod",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/files/$O11N_RUN/build/lib/save" ] || cp -a "/o11n/files/files/$O11N_RUN/build/lib/save"/. .
o11n_run() { bash -euo pipefail /tmp/o11n-run; }
O11N_OUTCOME=''
o11n_stop() {
  O11N_OUTCOME=cancelled
  kill -TERM "$o11n_pid" 2>/dev/null || :
  (sleep 10; kill -KILL "$o11n_pid") >/dev/null 2>&1 &
}
trap o11n_stop TERM
o11n_run & o11n_pid=$!
while :; do
  o11n_code=0
  wait "$o11n_pid" || o11n_code=$?
  kill -0 "$o11n_pid" 2>/dev/null || break
done
trap '' TERM
if [ -z "$O11N_OUTCOME" ]; then
  case $o11n_code in
    0) O11N_OUTCOME=succeeded ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/files/$O11N_RUN/test/pod/keep"
for o11n_file in logs; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/files/$O11N_RUN/test/pod/keep"; done
exit "$o11n_code"
""", "sh", "run", "make test"],
            pod_template_dict=POD_1,
            base_container_name="main",
            needs={"build.lib": False},
        )
    Verdict(task_id="verdict", after=stage_2)
