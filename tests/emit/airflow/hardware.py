# Pipeline hardware, compiled by o11n for Airflow. Change its source, not this file.
#
# It needs these pools; Airflow never starts a task whose pool is not there:
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
import re
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
try:  # Airflow 3
except ImportError:  # Airflow 2
PIPELINE, JOB_NAME, BUILD_ID = "hardware", "hardware", ""
DAG_ID = "hardware"
RUN_VARIABLES = []
POD_STARTUP = 86400
POD_OPTIONS = {"namespace": "ci"}
OURS = {
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False
class SoFar:
class Stage:
class Gate(BaseOperator):
class Verdict(BaseOperator):
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
        "nodeSelector": {"zone": "a"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "containers": [
            {
                "name": "main",
                "image": "train:1",
                "resources": {"requests": {"cpu": "4", "memory": "8Gi"}, "limits": {"memory": "8Gi", "nvidia.com/gpu": "1"}},
                "volumeMounts": [{"name": "claim-1", "mountPath": "/data"}, {"name": "workspace", "mountPath": "/workspace"}],
                "workingDir": "/workspace",
            },
        ],
        "volumes": [{"name": "claim-1", "persistentVolumeClaim": {"claimName": "datasets"}}, {"name": "workspace", "emptyDir": {}}],
        "hostNetwork": True,
        "imagePullSecrets": [{"name": "registry"}],
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
    with Stage(group_id="test") as stage_1:
        Pod(
            stage=stage_1,
            task_id="train",
            program=["bash", "-euo", "pipefail", "-c", "train $(nproc) $$"],
            pod_template_dict=POD_1,
            base_container_name="main",
            secrets=[Secret("env", "TOKEN", "o11n-secrets", "token")],
        )
        Pod(
            stage=stage_1,
            task_id="eval",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
o11n_run() { bash -euo pipefail /tmp/o11n-before && python3 eval.py; }
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
exit "$o11n_code"
""", "sh", "before", "cd src", "after-1", "echo $O11N_OUTCOME"],
            pod_template_dict=POD_1,
            base_container_name="main",
            termination_grace_period=330,
        )
        Shell(
            stage=stage_1,
            task_id="drive",
            script="drive",
            after=["reset"],
            secrets={"TOKEN": "token"},
            queue="board && rk3588",
            pool="o11n.lock.board",
            priority_weight=-1,
        )
    Verdict(task_id="verdict", after=stage_1)
