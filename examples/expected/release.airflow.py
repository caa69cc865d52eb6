# Pipeline release, compiled by o11n for Airflow. Change its source, not this file.
# version = "2.14.0"
# channel = "beta"
# rehearsal = false
# machines = "k8s"
# reuse = true
#
# It needs these pools; Airflow never starts a task whose pool is not there:
#   airflow pools set o11n.lock.rack-rk3588 1 'lock rack-rk3588'
#   airflow pools set o11n.parallel.release.pack 2 'at most 2 at once in stage pack'
#   airflow pools set o11n.lock.signing-token 1 'lock signing-token'
from __future__ import annotations

import inspect
import time
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, BaseOperator, TaskGroup
except ImportError:  # Airflow 2
    from airflow.models import DAG, BaseOperator
    from airflow.utils.task_group import TaskGroup
try:
    from airflow.sdk.exceptions import (
        AirflowException, AirflowFailException, AirflowSkipException, AirflowTaskTimeout,
    )
except ImportError:
    from airflow.exceptions import (
        AirflowException, AirflowFailException, AirflowSkipException, AirflowTaskTimeout,
    )
import threading
import re

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
try:  # Airflow 3
    from airflow.sdk import Variable
except ImportError:  # Airflow 2
    from airflow.models import Variable

PIPELINE, JOB_NAME, BUILD_ID = "release", "nightly", "4711"
DAG_ID = "release"
RUN_VARIABLES = []
# How often a running task looks whether it has to end, in seconds.
POLL = 10
POD_STARTUP = 86400
POD_OPTIONS = {}


def states(context, task_ids):
    """The states of tasks of this run, by task id."""
    ti, ids, found = context["ti"], list(task_ids), {}
    if hasattr(ti, "get_task_states"):  # Airflow 3, where the ids are part of an address
        for at in range(0, len(ids), 200):
            part = ti.get_task_states(dag_id=ti.dag_id, task_ids=ids[at : at + 200], run_ids=[ti.run_id])
            found.update(part.get(ti.run_id, {}))
    else:
        from airflow.models import TaskInstance
        from airflow.utils.session import create_session

        with create_session() as session:
            rows = session.query(TaskInstance.task_id, TaskInstance.state)
            rows = rows.filter(TaskInstance.dag_id == ti.dag_id, TaskInstance.run_id == ti.run_id)
            found.update(rows.filter(TaskInstance.task_id.in_(ids)).all())
    return {task_id: str(getattr(state, "value", state)) for task_id, state in found.items()}


def told(context, task_id, key="outcome"):
    """What a task of this run has told, if it could."""
    return context["ti"].xcom_pull(task_ids=task_id, key=key) or {}


# How the tasks run that only look and decide.
OURS = {
    "trigger_rule": "all_done",
    "retries": 2,
    "retry_delay": timedelta(seconds=5),
    "priority_weight": 100_000,
}


# Whether this Airflow multiplies waits by a factor of one's own; older ones only double them.
BACKOFF_IS_FACTOR = inspect.signature(BaseOperator.__init__).parameters["retry_exponential_backoff"].default is not False


class SoFar:
    """What is known of the stages before: the names that a `when` may use."""

    def __init__(self, flow):
        self.stopped, self.failing, self.stages = flow["stopped"], flow["failing"], flow["stages"]

    def failed(self, stage):
        return self.stages.get(stage) == "failed"

    def succeeded(self, stage):
        return self.stages.get(stage) in ("succeeded", "unstable")


class Stage:
    """A stage: its gate opens it, its tasks run side by side, and what comes next waits for all of them."""

    def __init__(self, group_id, name=None, aborting=(), **gate):
        self.name, self.tasks, self.aborting = name or group_id, [], aborting
        self.group = TaskGroup(group_id=group_id)
        with self.group:
            self.gate = Gate(task_id="start", stage=self.name, **gate)

    def __enter__(self):
        self.group.__enter__()
        return self

    def __exit__(self, *args):
        self.group.__exit__(*args)
        known = {task.task_id: task for task in self.tasks}
        for task in self.tasks:
            task.set_upstream([known[task_id] for task_id in task.waits_for] or self.gate)

    def ends(self):
        """What must have ended before anything else begins."""
        return self.tasks or [self.gate]

    def facts(self):
        """What its judge has to know."""
        tasks = [(task.task_id, task.on_error, task.can_warn) for task in self.tasks]
        return {"name": self.name, "gate": self.gate.task_id, "tasks": tasks}


def judge(context, stage):
    """What is known after a stage: what its gate knew, and what has become of its tasks."""
    flow = told(context, stage["gate"], "flow")
    if not flow:
        raise AirflowFailException(f"the gate of stage {stage['name']} did not say what to do")
    outcome = "succeeded" if flow["runs"] else "skipped"
    found = states(context, [task_id for task_id, *_ in stage["tasks"]]) if flow["runs"] else {}
    for task_id, on_error, can_warn in stage["tasks"] if flow["runs"] else ():
        state = found.get(task_id)
        if state == "success":
            if can_warn and outcome == "succeeded" and told(context, task_id).get("outcome") == "unstable":
                outcome = "unstable"
        elif flow["until"] and on_error and told(context, task_id).get("cut") == "deadline":
            outcome, flow["stopped"], flow["failing"] = "failed", True, True
        elif state != "skipped" and on_error in ("abort", "finish", "continue"):
            outcome, flow["failing"] = "failed", True
            flow["stopped"] = flow["stopped"] or on_error != "continue"
    flow["unstable"] = flow["unstable"] or outcome == "unstable"
    flow["stages"][stage["name"]] = outcome
    return flow


class Gate(BaseOperator):
    """Judges the stage before and decides whether its own one runs; a skipped gate skips its stage."""

    ui_color = "#dfe7f5"

    def __init__(self, *, stage, after=None, when=None, deadline=None, run_deadline=None, cached=None, empty=False, **kwargs):
        super().__init__(**OURS, **kwargs)
        self.stage, self.when, self.deadline, self.run_deadline = stage, when, deadline, run_deadline
        self.cached, self.empty, self.before = cached or {}, empty, after and after.facts()
        if after:
            self.set_upstream(after.ends())

    def execute(self, context):
        now = time.time()
        if self.before:
            flow = judge(context, self.before)
        else:
            flow = {"stopped": False, "failing": False, "unstable": False, "stages": {}, "run_until": None}
            if self.run_deadline:
                flow["run_until"] = context["dag_run"].start_date.timestamp() + self.run_deadline
        if flow["run_until"] and flow["run_until"] <= now:
            flow["stopped"], flow["failing"], flow["run_until"] = True, True, None
        flow["runs"] = not self.empty and (self.when(SoFar(flow)) if self.when else not flow["stopped"])
        ends = [flow["run_until"], self.deadline and now + self.deadline]
        flow["until"] = min((end for end in ends if end), default=None)
        if self.cached and flow["runs"]:
            flow["cached"] = [task_id for task_id, cache in self.cached.items() if cache.has(now)]
        context["ti"].xcom_push(key="flow", value=flow)
        self.log.info("before stage %s: %s", self.stage, flow)
        if not flow["runs"]:
            raise AirflowSkipException(f"stage {self.stage} does not run")


class Verdict(BaseOperator):
    """Judges the run: Airflow by itself looks at the last tasks only."""

    ui_color = "#dfe7f5"

    def __init__(self, *, after, **kwargs):
        super().__init__(**OURS, **kwargs)
        self.before = after.facts()
        self.set_upstream(after.ends())

    def execute(self, context):
        flow = judge(context, self.before)
        outcome = "failed" if flow["failing"] else "unstable" if flow["unstable"] else "succeeded"
        context["ti"].xcom_push(key="outcome", value={"outcome": outcome, "stages": flow["stages"]})
        for stage, became in flow["stages"].items():
            self.log.info("stage %s: %s", stage, became)
        if outcome == "failed":
            raise AirflowFailException("the pipeline failed")
        self.log.info("the pipeline: %s", outcome)


class Watch(threading.Thread):
    """Ends a running task by an abort of its stage, the decision of its dispatch, or a deadline."""

    def __init__(self, task, context):
        super().__init__(daemon=True)
        self.task, self.context, self.over = task, context, threading.Event()

    def __enter__(self):
        self.start()

    def __exit__(self, *args):
        self.over.set()
        if self.task.cut:
            self.join()

    def run(self):
        until = self.task.flow["until"]
        while not self.over.wait(min(POLL, max(0.0, until - time.time())) if until else POLL):
            try:
                cut = self.task.must_end(self.context)
            except Exception:
                self.task.log.exception("cannot see whether to end; will look again")
                continue
            if cut and not self.over.is_set():
                self.task.log.info("ended by: %s", cut)
                self.task.cut = cut
                self.task.stop()
                return


class Cache:
    """A success that is remembered, as an Airflow Variable, by the fingerprint of what ran."""

    def __init__(self, fingerprint, ttl=None):
        self.key, self.ttl = f"o11n.cache.{DAG_ID}.{fingerprint}", ttl

    def has(self, now):
        since = Variable.get(self.key, None)
        return since is not None and (self.ttl is None or now < float(since) + self.ttl)

    def remember(self):
        Variable.set(self.key, str(time.time()))


class Attempt:
    """A task whose end is told by an exit code: what the code means, and whether it is tried again, is decided here."""

    template_fields = ()
    template_ext = ()
    cut = None

    def __init__(
        self, *, stage, name=None, on_error="finish", exit_codes=None, retry_on=("failed", "timed_out", "lost"),
        needs=None, behind=(), replica_of=None, cache=None, shard=(1, 1), cases=None, files=None, retry_factor=None,
        **kwargs,
    ):
        inside = [task_id for task_id in needs or {} if task_id.startswith(stage.group.group_id + ".")]
        self.waits_for = list(dict.fromkeys([*inside, *behind]))
        if retry_factor:
            kwargs["retry_exponential_backoff"] = retry_factor if BACKOFF_IS_FACTOR else True
        # Who waits for others of its stage looks by itself whether they have passed.
        trigger_rule = "all_done" if self.waits_for else "all_success"
        super().__init__(trigger_rule=trigger_rule, do_xcom_push=False, **kwargs)
        self.stage, self.gate, self.on_error, self.needs = stage.name, stage.gate.task_id, on_error, needs or {}
        self.substage = name or self.label
        self.exit_codes, self.retry_on = exit_codes or {}, retry_on
        self.aborted_by, self.replica_of, self.cache = stage.aborting, replica_of, cache
        self.shard, self.cases, self.files = shard, cases, files
        self.sees_losses = self.retries > 0 and "lost" not in retry_on
        self.can_warn = "unstable" in self.exit_codes.values()
        stage.tasks.append(self)

    def run_once(self, context):
        self.flow = told(context, self.gate, "flow")
        if self.task_id in self.flow.get("cached", ()):
            return self.tell(context, "cached")
        self.hold_back(context)
        can_be_cut = self.aborted_by or self.replica_of or self.flow["until"]
        code, outcome = None, None
        try:
            with Watch(self, context) if can_be_cut else nullcontext():
                code = self.attempt(context)
        except AirflowTaskTimeout:
            self.stop()
            outcome = "timed_out"
        outcome = outcome or self.meaning(code)
        if self.cut:
            outcome, code = ("timed_out" if self.cut == "deadline" else "cancelled"), None
        self.finish(context, outcome)
        self.settle(context, outcome, code)

    def hold_back(self, context):
        """Ends the task here if there is no attempt to be made."""
        if not self.flow.get("runs"):
            self.skip(context, "skipped", "the stage does not run")
        ti = context["ti"]
        if self.sees_losses and 1 < ti.try_number and ti.max_tries == self.retries:
            if Variable.get(self.again(context), None) != str(ti.try_number - 1):
                self.settle(context, "lost", None)
        if self.needs:
            found = states(context, self.needs)
            for task_id, forgives in self.needs.items():
                state = found.get(task_id)
                forgiven = forgives and state == "failed" and told(context, task_id).get("cut") != "deadline"
                if state != "success" and not forgiven:
                    self.skip(context, "skipped", f"{task_id} did not pass")
        self.cut = self.must_end(context)
        if self.cut == "deadline" and context["ti"].try_number > 1:
            self.settle(context, "timed_out", None)
        elif self.cut:
            self.skip(context, "cancelled", self.cut)

    def must_end(self, context):
        """Why the task must end by now, if it must."""
        if self.flow["until"] and time.time() >= self.flow["until"]:
            return "deadline"
        if self.aborted_by and "failed" in states(context, self.aborted_by).values():
            return "abort"
        if self.replica_of:
            copies, need = self.replica_of
            found = list(states(context, copies).values())
            if found.count("success") >= need or found.count("failed") > len(copies) - need:
                return "dispatch"
        return None

    def meaning(self, code):
        return "succeeded" if code == 0 else "lost" if code is None else self.exit_codes.get(code, "failed")

    def tell(self, context, outcome, code=None):
        value = {"outcome": outcome, "code": code, "cut": self.cut, "at": time.time()}
        context["ti"].xcom_push(key="outcome", value=value)

    def skip(self, context, outcome, why):
        self.tell(context, outcome)
        raise AirflowSkipException(f"{outcome}: {why}")

    def settle(self, context, outcome, code):
        """Ends the task as its attempt ended."""
        ti, shown = context["ti"], outcome if code is None else f"{outcome} (exit code {code})"
        self.tell(context, outcome, code)
        again = outcome in self.retry_on or code in self.retry_on
        if again and not self.cut and ti.try_number <= ti.max_tries:
            if self.sees_losses:
                Variable.set(self.again(context), str(ti.try_number))
            raise AirflowException(f"{shown}, to be tried again")
        if outcome == "cancelled":
            raise AirflowSkipException(f"{shown}: {self.cut}")
        if outcome not in ("succeeded", "unstable"):
            raise AirflowFailException(shown)
        if self.cache and outcome == "succeeded" and not self.replica_of:
            self.cache.remember()
        self.log.info("%s", shown)

    def again(self, context):
        """The Variable that says that an attempt wanted another one. Airflow makes one after a lost worker too."""
        return f"o11n.again.{self.dag_id}.{context['ti'].run_id}.{self.task_id}"

    def environment(self, context):
        """What every body finds in its environment."""
        ti, (index, count) = context["ti"], self.shard
        return {
            "O11N_PIPELINE": PIPELINE,
            "O11N_STAGE": self.stage,
            "O11N_SUBSTAGE": self.substage,
            "O11N_ATTEMPT": str(ti.try_number),
            "O11N_SHARD": str(index),
            "O11N_SHARDS": str(count),
            "O11N_VERDICT": "failed" if self.flow["failing"] else "unstable" if self.flow["unstable"] else "succeeded",
            "JOB_NAME": JOB_NAME,
            "BUILD_ID": BUILD_ID or ti.run_id,
            **{name: str(context["params"].get(name, "")) for name in RUN_VARIABLES},
        }


class Pod(Attempt, KubernetesPodOperator):
    """A body in a pod. Nothing in it is a template, neither to Airflow nor to Kubernetes."""

    exit_code = None

    def __init__(self, *, program, env=None, **kwargs):
        super().__init__(on_finish_action="delete_pod", startup_timeout_seconds=POD_STARTUP, **POD_OPTIONS, **kwargs)
        self.program, self.env = program, env or {}

    def execute(self, context):
        self.run_once(context)

    def attempt(self, context):
        own = {**self.environment(context), "WORKSPACE": "/workspace", "O11N_RUN": re.sub(r"[^\w.-]", "_", context["ti"].run_id)}
        own["O11N_CASES"] = "/tmp/o11n-cases" if self.cases else "/dev/null"
        self.env_vars = {name: self.unexpanded(value) for name, value in {**self.env, **own}.items()}
        self.cmds = [self.unexpanded(word) for word in self.program[:1]]
        self.arguments = [self.unexpanded(word) for word in self.program[1:]]
        try:
            self.execute_sync(context)
        except AirflowSkipException:
            raise
        except Exception:
            if not self.cut:
                self.log.exception("the pod is lost")
            self.exit_code = None
        return self.exit_code

    @staticmethod
    def unexpanded(text):
        """Kubernetes replaces `$(NAME)`, and `$$` by `$`."""
        return text.replace("$", "$$")

    def cleanup(self, pod, remote_pod, *args, **kwargs):
        self.exit_code = self.code_of(remote_pod)
        try:
            super().cleanup(pod, remote_pod, *args, **kwargs)
        except AirflowException as failed:
            # That it failed is known by its code.
            self.log.info("%s", failed)

    def code_of(self, pod):
        """The body's exit code; none of a pod that the cluster has ended."""
        status = getattr(pod, "status", None)
        if not status or any(found.type == "DisruptionTarget" for found in status.conditions or ()):
            return None
        for container in status.container_statuses or ():
            if container.name == self.base_container_name and container.state and container.state.terminated:
                return container.state.terminated.exit_code
        return None

    def finish(self, context, outcome):
        """What comes after the body has run in the pod."""

    def stop(self):
        self.on_kill()

POD_1 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "cpu", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/base:24.04",
                "resources": {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"memory": "4Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}],
    },
}

POD_2 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "cpu", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/build:24.04",
                "resources": {
                    "requests": {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "100Gi"},
                    "limits": {"memory": "64Gi", "ephemeral-storage": "100Gi"},
                },
                "volumeMounts": [
                    {"name": "claim-1", "mountPath": "/cache"},
                    {"name": "workspace", "mountPath": "/workspace"},
                    {"name": "files", "mountPath": "/o11n/files"},
                ],
                "workingDir": "/workspace",
            },
        ],
        "volumes": [
            {"name": "claim-1", "persistentVolumeClaim": {"claimName": "build-cache"}},
            {"name": "workspace", "emptyDir": {}},
            {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}},
        ],
    },
}

POD_3 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "gpu", "nvidia.com/gpu.product": "NVIDIA-A30", "kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/cuda:12.6",
                "resources": {
                    "requests": {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "100Gi"},
                    "limits": {"memory": "64Gi", "ephemeral-storage": "100Gi", "nvidia.com/gpu": "1"},
                },
                "volumeMounts": [
                    {"name": "claim-1", "mountPath": "/cache"},
                    {"name": "claim-2", "mountPath": "/datasets"},
                    {"name": "workspace", "mountPath": "/workspace"},
                    {"name": "files", "mountPath": "/o11n/files"},
                ],
                "workingDir": "/workspace",
            },
        ],
        "volumes": [
            {"name": "claim-1", "persistentVolumeClaim": {"claimName": "build-cache"}},
            {"name": "claim-2", "persistentVolumeClaim": {"claimName": "datasets"}},
            {"name": "workspace", "emptyDir": {}},
            {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}},
        ],
    },
}

POD_4 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "cpu", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/rust:1.90",
                "resources": {
                    "requests": {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "100Gi"},
                    "limits": {"memory": "64Gi", "ephemeral-storage": "100Gi"},
                },
                "volumeMounts": [
                    {"name": "claim-1", "mountPath": "/cache"},
                    {"name": "workspace", "mountPath": "/workspace"},
                    {"name": "files", "mountPath": "/o11n/files"},
                ],
                "workingDir": "/workspace",
            },
        ],
        "volumes": [
            {"name": "claim-1", "persistentVolumeClaim": {"claimName": "build-cache"}},
            {"name": "workspace", "emptyDir": {}},
            {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}},
        ],
    },
}

TEXT_5 = r"""(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf perception-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """

TEXT_6 = r"""(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf planner-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """

TEXT_7 = "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntar -xf planner-x86.tar\nmapfile -t cases < \"$O11N_CASES\"\npython3 -m pytest --junitxml=report.xml --durations=10 \"${cases[@]}\""

TEXT_8 = """tests/function/junction/test_yield.py
tests/function/junction/test_traffic_light.py
"""

TEXT_9 = """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save" ] || cp -a "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
"""

POD_10 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "lab", "board": "rk3588", "kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "lab", "operator": "Exists"}],
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/board:24.04",
                "resources": {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"memory": "4Gi", "example.com/rk3588": 1}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

TEXT_11 = """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf perception-cuda.tar
export GTEST_TOTAL_SHARDS="$O11N_SHARDS" GTEST_SHARD_INDEX=$((O11N_SHARD - 1))
'build/kernels_test' --gtest_output=xml:report.xml """

POD_12 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "cpu", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/base:24.04",
                "resources": {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"memory": "4Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_13 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "lab", "board": "rk3588", "kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "lab", "operator": "Exists"}],
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/board:24.04",
                "resources": {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"memory": "4Gi", "example.com/rk3588": 1}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}],
    },
}


with DAG(
    dag_id=DAG_ID,
    schedule=None,
    start_date=datetime(2020, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=21,
    tags=["o11n"],
    default_args={"retries": 0, "weight_rule": "absolute"},
) as dag:
    with Stage(group_id="check", run_deadline=86400, aborting=["check.changelog", "check.licences"]) as stage_1:
        Pod(
            stage=stage_1,
            task_id="changelog",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
o11n_run() { bash -euo pipefail /tmp/o11n-before && tools/check_changelog.py --version 2.14.0; }
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
""", "sh", "before", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=900),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
        )
        Pod(
            stage=stage_1,
            task_id="licences",
            program=["bash", "-euo", "pipefail", "-c", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tools/licences.sh --deny unknown"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=900),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
        )
    with Stage(
        group_id="compile",
        after=stage_1,
        aborting=["compile.common-x86", "compile.common-rk3588", "compile.perception-x86", "compile.perception-cuda", "compile.perception-rk3588", "compile.planner-x86", "compile.planner-rk3588", "compile.localization-x86", "compile.localization-rk3588", "compile.hdmap-x86", "compile.simulator-x86", "compile.simulator-cuda", "compile.updater", "compile.protocols"],
        cached={"compile.common-x86": Cache("ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd", ttl=604800), "compile.common-rk3588": Cache("061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4", ttl=604800), "compile.perception-x86": Cache("22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c", ttl=604800), "compile.perception-cuda": Cache("cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4", ttl=604800), "compile.perception-rk3588": Cache("0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad", ttl=604800), "compile.planner-x86": Cache("ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a", ttl=604800), "compile.planner-rk3588": Cache("3949e9fa79fb8c028f548bd97ed9563a154542ef0a48aee8a7b1eb3a1cccebb3", ttl=604800), "compile.localization-x86": Cache("4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd", ttl=604800), "compile.localization-rk3588": Cache("7736c63b88b913a226844959e657ce3a2d96bcc0b1db1441f3f6579dbc312f5a", ttl=604800), "compile.hdmap-x86": Cache("fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066", ttl=604800), "compile.simulator-x86": Cache("f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614", ttl=604800), "compile.simulator-cuda": Cache("ec40e63f1865e6a216bb71f6595f248b619dcea59e67bdca2650492e45b60e05", ttl=604800), "compile.updater": Cache("04a0dd857e35809e62382db7ca12c3c11c8652cf593506c81b19d15496b2015e", ttl=2592000)},
    ) as stage_2:
        Pod(
            stage=stage_2,
            task_id="common-x86",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd/save"
for o11n_file in common-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S common -DCMAKE_BUILD_TYPE=Release -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf common-x86.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="common-rk3588",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4/save"
for o11n_file in common-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S common -DCMAKE_BUILD_TYPE=Release -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf common-rk3588.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="perception-x86",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save"
for o11n_file in perception-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/perception -DCMAKE_BUILD_TYPE=Release -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf perception-x86.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="perception-cuda",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save"
for o11n_file in perception-cuda.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/perception -DCMAKE_BUILD_TYPE=Release -GNinja -DUSE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=80 -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf perception-cuda.tar build"""],
            pod_template_dict=POD_3,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="perception-rk3588",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad/save"
for o11n_file in perception-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/perception -DCMAKE_BUILD_TYPE=Release -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf perception-rk3588.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="planner-x86",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"
for o11n_file in planner-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/planner -DCMAKE_BUILD_TYPE=Release -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf planner-x86.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="planner-rk3588",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/3949e9fa79fb8c028f548bd97ed9563a154542ef0a48aee8a7b1eb3a1cccebb3/save"
for o11n_file in planner-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/3949e9fa79fb8c028f548bd97ed9563a154542ef0a48aee8a7b1eb3a1cccebb3/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/planner -DCMAKE_BUILD_TYPE=Release -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf planner-rk3588.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("3949e9fa79fb8c028f548bd97ed9563a154542ef0a48aee8a7b1eb3a1cccebb3", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="localization-x86",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd/save"
for o11n_file in localization-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/localization -DCMAKE_BUILD_TYPE=Release -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf localization-x86.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="localization-rk3588",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/7736c63b88b913a226844959e657ce3a2d96bcc0b1db1441f3f6579dbc312f5a/save"
for o11n_file in localization-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/7736c63b88b913a226844959e657ce3a2d96bcc0b1db1441f3f6579dbc312f5a/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/localization -DCMAKE_BUILD_TYPE=Release -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf localization-rk3588.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("7736c63b88b913a226844959e657ce3a2d96bcc0b1db1441f3f6579dbc312f5a", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="hdmap-x86",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066/save"
for o11n_file in hdmap-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S modules/hdmap -DCMAKE_BUILD_TYPE=Release -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf hdmap-x86.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="simulator-x86",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614/save"
for o11n_file in simulator-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S tools/simulator -DCMAKE_BUILD_TYPE=Release -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf simulator-x86.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="simulator-cuda",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/ec40e63f1865e6a216bb71f6595f248b619dcea59e67bdca2650492e45b60e05/save"
for o11n_file in simulator-cuda.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/ec40e63f1865e6a216bb71f6595f248b619dcea59e67bdca2650492e45b60e05/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
cmake -S tools/simulator -DCMAKE_BUILD_TYPE=Release -GNinja -DUSE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=80 -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf simulator-cuda.tar build"""],
            pod_template_dict=POD_3,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("ec40e63f1865e6a216bb71f6595f248b619dcea59e67bdca2650492e45b60e05", ttl=604800),
        )
        Pod(
            stage=stage_2,
            task_id="updater",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/cache/04a0dd857e35809e62382db7ca12c3c11c8652cf593506c81b19d15496b2015e/save"
for o11n_file in updater; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/cache/04a0dd857e35809e62382db7ca12c3c11c8652cf593506c81b19d15496b2015e/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ncd tools/updater\nCARGO_NET_RETRY=10 cargo build --locked --release\ncp target/release/updater \"$WORKSPACE/updater\""],
            pod_template_dict=POD_4,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
            cache=Cache("04a0dd857e35809e62382db7ca12c3c11c8652cf593506c81b19d15496b2015e", ttl=2592000),
        )
        Pod(
            stage=stage_2,
            task_id="protocols",
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/$O11N_RUN/compile/protocols/save"
for o11n_file in protocols.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/compile/protocols/save"; done
;; esac
mkdir -p "/o11n/files/release/$O11N_RUN/compile/protocols/keep"
for o11n_file in bazel-testlogs; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/compile/protocols/keep"; done
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
bazel test --keep_going --verbose_failures --noshow_progress --config=release -- //protocols/...
bazel build --config=release //protocols:archive
cp bazel-bin/protocols/archive.tar protocols.tar"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=5400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            priority_weight=20001,
            on_error="abort",
        )
    with Stage(group_id="test", after=stage_2) as stage_3:
        Pod(
            stage=stage_3,
            task_id="unit-common",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd/save" ] || cp -a "/o11n/files/release/cache/ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-common/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-common/keep"; done
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf common-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.common-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-perception-1of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save" ] || cp -a "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-perception-1of3/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-perception-1of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(1, 3),
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-perception-2of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save" ] || cp -a "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-perception-2of3/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-perception-2of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(2, 3),
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-perception-3of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save" ] || cp -a "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-perception-3of3/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-perception-3of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(3, 3),
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-planner-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-planner-1of2/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-planner-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_6],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(1, 2),
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-planner-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-planner-2of2/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-planner-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_6],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(2, 2),
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-localization",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd/save" ] || cp -a "/o11n/files/release/cache/4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-localization/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-localization/keep"; done
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf localization-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.localization-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-hdmap",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066/save" ] || cp -a "/o11n/files/release/cache/fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-hdmap/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-hdmap/keep"; done
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf hdmap-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.hdmap-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unit-simulator",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614/save" ] || cp -a "/o11n/files/release/cache/f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/unit-simulator/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/unit-simulator/keep"; done
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
tar -xf simulator-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.simulator-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-1of4",
            name="路口-1of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/u8defu53e3-1of4/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/u8defu53e3-1of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", TEXT_8],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(1, 4),
            cases=TEXT_8,
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-2of4",
            name="路口-2of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/u8defu53e3-2of4/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/u8defu53e3-2of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/junction/test_unprotected_left.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(2, 4),
            cases="""tests/function/junction/test_unprotected_left.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-3of4",
            name="路口-3of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/u8defu53e3-3of4/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/u8defu53e3-3of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/junction/test_roundabout.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(3, 4),
            cases="""tests/function/junction/test_roundabout.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-4of4",
            name="路口-4of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/u8defu53e3-4of4/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/u8defu53e3-4of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/junction/test_pedestrian.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(4, 4),
            cases="""tests/function/junction/test_pedestrian.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u6ccau8f66-1of2",
            name="泊车-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/u6ccau8f66-1of2/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/u6ccau8f66-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/parking/test_parallel.py
tests/function/parking/test_narrow.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(1, 2),
            cases="""tests/function/parking/test_parallel.py
tests/function/parking/test_narrow.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u6ccau8f66-2of2",
            name="泊车-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/u6ccau8f66-2of2/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/u6ccau8f66-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/parking/test_perpendicular.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(2, 2),
            cases="""tests/function/parking/test_perpendicular.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="soak-1of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/soak-1of6/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/soak-1of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/soak/day_1.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(1, 6),
            cases="""tests/function/soak/day_1.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="soak-2of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/soak-2of6/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/soak-2of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/soak/day_2.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(2, 6),
            cases="""tests/function/soak/day_2.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="soak-3of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/soak-3of6/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/soak-3of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/soak/day_3.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(3, 6),
            cases="""tests/function/soak/day_3.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="soak-4of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/soak-4of6/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/soak-4of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/soak/day_4.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(4, 6),
            cases="""tests/function/soak/day_4.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="soak-5of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/soak-5of6/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/soak-5of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/soak/day_5.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(5, 6),
            cases="""tests/function/soak/day_5.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="soak-6of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/test/soak-6of6/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/test/soak-6of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """tests/function/soak/day_6.py
"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(6, 6),
            cases="""tests/function/soak/day_6.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=7200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            priority_weight=20001,
            on_error="continue",
        )
    with Stage(group_id="devices", after=stage_3) as stage_4:
        Pod(
            stage=stage_4,
            task_id="u96e8u591c",
            name="雨夜",
            program=["sh", "-c", TEXT_9, "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntar -xf perception-cuda.tar\ntools/run_cases.sh tests/function/night_rain \"$O11N_CASES\"", "cases", """test_glare.py
test_wiper.py
test_reflection.py
test_low_light.py
"""],
            pod_template_dict=POD_3,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            cases="""test_glare.py
test_wiper.py
test_reflection.py
test_low_light.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=3600),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"test.unit-perception-1of3": False, "test.unit-perception-2of3": False, "test.unit-perception-3of3": False, "compile.perception-cuda": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="tracking",
            program=["sh", "-c", TEXT_9, "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntar -xf perception-cuda.tar\ntools/run_cases.sh tests/function/tracking \"$O11N_CASES\"", "cases", """test_occlusion.py
test_identity.py
test_long_tail.py::test_cyclist's_shadow
"""],
            pod_template_dict=POD_3,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            cases="""test_occlusion.py
test_identity.py
test_long_tail.py::test_cyclist's_shadow
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1800),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"test.unit-perception-1of3": False, "test.unit-perception-2of3": False, "test.unit-perception-3of3": False, "compile.perception-cuda": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="board-boot",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4/save" ] || cp -a "/o11n/files/release/cache/061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntar -xf common-rk3588.tar\ntools/run_cases.sh tests/board/boot \"$O11N_CASES\"", "cases", """test_boot.py
test_watchdog.py
"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"BOARD": "rk3588", "VERSION": "2.14.0", "CHANNEL": "beta"},
            cases="""test_boot.py
test_watchdog.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=600),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"test.unit-common": False, "compile.common-rk3588": False},
            pool="o11n.lock.rack-rk3588",
            priority_weight=19999,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="board-npu",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad/save" ] || cp -a "/o11n/files/release/cache/0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntar -xf perception-rk3588.tar\ntools/run_cases.sh tests/board/npu \"$O11N_CASES\"", "cases", """test_operators.py
test_fallback.py
"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"BOARD": "rk3588", "VERSION": "2.14.0", "CHANNEL": "beta"},
            cases="""test_operators.py
test_fallback.py
""",
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"test.unit-perception-1of3": False, "test.unit-perception-2of3": False, "test.unit-perception-3of3": False, "compile.perception-rk3588": False},
            pool="o11n.lock.rack-rk3588",
            priority_weight=19998,
            on_error="continue",
        )
    with Stage(group_id="kernels", after=stage_4) as stage_5:
        Pod(
            stage=stage_5,
            task_id="perception-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save" ] || cp -a "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/kernels/perception-1of2/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/kernels/perception-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_11],
            pod_template_dict=POD_3,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(1, 2),
            exit_codes={75: "lost"},
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            priority_weight=20001,
            on_error="continue",
        )
        Pod(
            stage=stage_5,
            task_id="perception-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save" ] || cp -a "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/release/$O11N_RUN/kernels/perception-2of2/keep"
for o11n_file in report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/kernels/perception-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_11],
            pod_template_dict=POD_3,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            shard=(2, 2),
            exit_codes={75: "lost"},
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            priority_weight=20001,
            on_error="continue",
        )
    with Stage(group_id="pack", after=stage_5, when=lambda so_far: not so_far.failing) as stage_6:
        Pod(
            stage=stage_6,
            task_id="image-x86",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd/save" ] || cp -a "/o11n/files/release/cache/ef8a00cf17420ffa54ca1c1eb9f8f760e1a97bdcec1ebd320e17f37ea13f82fd/save"/. .
[ ! -d "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save" ] || cp -a "/o11n/files/release/cache/22dfc44f6aba95c636be23ca14d174930a77f0ed1665b1855089305f6cf0d75c/save"/. .
[ ! -d "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save" ] || cp -a "/o11n/files/release/cache/ec0bea57e8ec8344095d54c80f133a57704c86b0936f3469d513006b1516248a/save"/. .
[ ! -d "/o11n/files/release/cache/4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd/save" ] || cp -a "/o11n/files/release/cache/4a9f11fd5131081fa8715880b3ab53a866568d32f5745efb864d02041fad4afd/save"/. .
[ ! -d "/o11n/files/release/cache/fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066/save" ] || cp -a "/o11n/files/release/cache/fa582ab4b3de4ddd957239d19768f9c16f65a5c96220feb422ddd015b5a3f066/save"/. .
[ ! -d "/o11n/files/release/cache/f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614/save" ] || cp -a "/o11n/files/release/cache/f92d1b67dccbfc6f4d92235841e912f6a918418bd24d05540646583f7c1c3614/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/$O11N_RUN/pack/image-x86/save"
for o11n_file in image-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/pack/image-x86/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
for name in common perception planner localization hdmap simulator; do
  tar -xf "$name"-x86.tar
done
tools/pack.sh --version "$VERSION" --platform x86 --output image-x86.tar"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1800),
            needs={"compile.updater": False, "compile.common-x86": False, "compile.perception-x86": False, "compile.planner-x86": False, "compile.localization-x86": False, "compile.hdmap-x86": False, "compile.simulator-x86": False},
            pool="o11n.parallel.release.pack",
            priority_weight=20001,
        )
        Pod(
            stage=stage_6,
            task_id="image-cuda",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save" ] || cp -a "/o11n/files/release/cache/cece260ac3693cfa8bdb63ff70302e531535cc390eca588045130f660e5902a4/save"/. .
[ ! -d "/o11n/files/release/cache/ec40e63f1865e6a216bb71f6595f248b619dcea59e67bdca2650492e45b60e05/save" ] || cp -a "/o11n/files/release/cache/ec40e63f1865e6a216bb71f6595f248b619dcea59e67bdca2650492e45b60e05/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/$O11N_RUN/pack/image-cuda/save"
for o11n_file in image-cuda.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/pack/image-cuda/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
for name in perception simulator; do
  tar -xf "$name"-cuda.tar
done
tools/pack.sh --version "$VERSION" --platform cuda --output image-cuda.tar"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1800),
            needs={"compile.updater": False, "compile.perception-cuda": False, "compile.simulator-cuda": False},
            pool="o11n.parallel.release.pack",
            priority_weight=20000,
        )
        Pod(
            stage=stage_6,
            task_id="image-rk3588",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/cache/061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4/save" ] || cp -a "/o11n/files/release/cache/061ae1df167dc645a8c4bab1a0ce57246b3308330eac776686f039f4175975e4/save"/. .
[ ! -d "/o11n/files/release/cache/0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad/save" ] || cp -a "/o11n/files/release/cache/0020599f6a201d8c27a4769bdb7438c95e70a2494446dc952b345e32182ef3ad/save"/. .
[ ! -d "/o11n/files/release/cache/3949e9fa79fb8c028f548bd97ed9563a154542ef0a48aee8a7b1eb3a1cccebb3/save" ] || cp -a "/o11n/files/release/cache/3949e9fa79fb8c028f548bd97ed9563a154542ef0a48aee8a7b1eb3a1cccebb3/save"/. .
[ ! -d "/o11n/files/release/cache/7736c63b88b913a226844959e657ce3a2d96bcc0b1db1441f3f6579dbc312f5a/save" ] || cp -a "/o11n/files/release/cache/7736c63b88b913a226844959e657ce3a2d96bcc0b1db1441f3f6579dbc312f5a/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/$O11N_RUN/pack/image-rk3588/save"
for o11n_file in image-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/pack/image-rk3588/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
for name in common perception planner localization; do
  tar -xf "$name"-rk3588.tar
done
tools/pack.sh --version "$VERSION" --platform rk3588 --output image-rk3588.tar"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1800),
            needs={"compile.updater": False, "compile.common-rk3588": False, "compile.perception-rk3588": False, "compile.planner-rk3588": False, "compile.localization-rk3588": False},
            pool="o11n.parallel.release.pack",
            priority_weight=19999,
        )
    with Stage(group_id="sign", after=stage_6, when=lambda so_far: not so_far.failing) as stage_7:
        Pod(
            stage=stage_7,
            task_id="sign",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/$O11N_RUN/pack/image-x86/save" ] || cp -a "/o11n/files/release/$O11N_RUN/pack/image-x86/save"/. .
[ ! -d "/o11n/files/release/$O11N_RUN/pack/image-cuda/save" ] || cp -a "/o11n/files/release/$O11N_RUN/pack/image-cuda/save"/. .
[ ! -d "/o11n/files/release/$O11N_RUN/pack/image-rk3588/save" ] || cp -a "/o11n/files/release/$O11N_RUN/pack/image-rk3588/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/release/$O11N_RUN/sign/sign/save"
for o11n_file in *.sig; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/release/$O11N_RUN/sign/sign/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://git.example.com/research/drive.git
  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}
  again() {
    wait=2
    until "$@"; do
      [ "$wait" -le 16 ] || return 1
      echo "git: that failed, once more in $wait s" >&2
      sleep "$wait"
      wait=$((wait * 2))
    done
  }
  git init --quiet .
  again git fetch --quiet --no-tags  -- "$url" v2.14.0
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)
for image in image-*.tar; do
  tools/sign.sh "$image"
done""", "after-1", "tools/token_logout.sh"],
            pod_template_dict=POD_12,
            base_container_name="build",
            termination_grace_period=330,
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "SIGNING_PIN", "o11n-secrets", "SIGNING_PIN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=4,
            retry_delay=timedelta(seconds=15),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=240),
            needs={"pack.image-x86": False, "pack.image-cuda": False, "pack.image-rk3588": False},
            pool="o11n.lock.signing-token",
            priority_weight=20001,
        )
    with Stage(group_id="publish", after=stage_7, when=lambda so_far: not so_far.failing) as stage_8:
        Pod(
            stage=stage_8,
            task_id="push-x86",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/$O11N_RUN/pack/image-x86/save" ] || cp -a "/o11n/files/release/$O11N_RUN/pack/image-x86/save"/. .
[ ! -d "/o11n/files/release/$O11N_RUN/sign/sign/save" ] || cp -a "/o11n/files/release/$O11N_RUN/sign/sign/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntools/push.sh image-x86.tar --to \"drive:$VERSION-x86\" --channel \"$CHANNEL\""],
            pod_template_dict=POD_12,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "REGISTRY_TOKEN", "o11n-secrets", "REGISTRY_TOKEN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=4,
            retry_delay=timedelta(seconds=15),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=240),
            needs={"pack.image-x86": False, "sign.sign": False},
            priority_weight=20001,
        )
        Pod(
            stage=stage_8,
            task_id="push-cuda",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/$O11N_RUN/pack/image-cuda/save" ] || cp -a "/o11n/files/release/$O11N_RUN/pack/image-cuda/save"/. .
[ ! -d "/o11n/files/release/$O11N_RUN/sign/sign/save" ] || cp -a "/o11n/files/release/$O11N_RUN/sign/sign/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntools/push.sh image-cuda.tar --to \"drive:$VERSION-cuda\" --channel \"$CHANNEL\""],
            pod_template_dict=POD_12,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "REGISTRY_TOKEN", "o11n-secrets", "REGISTRY_TOKEN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=4,
            retry_delay=timedelta(seconds=15),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=240),
            needs={"pack.image-cuda": False, "sign.sign": False},
            priority_weight=20001,
        )
        Pod(
            stage=stage_8,
            task_id="push-rk3588",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/release/$O11N_RUN/pack/image-rk3588/save" ] || cp -a "/o11n/files/release/$O11N_RUN/pack/image-rk3588/save"/. .
[ ! -d "/o11n/files/release/$O11N_RUN/sign/sign/save" ] || cp -a "/o11n/files/release/$O11N_RUN/sign/sign/save"/. .
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
    75) O11N_OUTCOME=lost ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntools/push.sh image-rk3588.tar --to \"drive:$VERSION-rk3588\" --channel \"$CHANNEL\""],
            pod_template_dict=POD_12,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "REGISTRY_TOKEN", "o11n-secrets", "REGISTRY_TOKEN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=4,
            retry_delay=timedelta(seconds=15),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=240),
            needs={"pack.image-rk3588": False, "sign.sign": False},
            priority_weight=20001,
        )
        Pod(
            stage=stage_8,
            task_id="announce",
            program=["bash", "-euo", "pipefail", "-c", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntools/announce.py --version \"$VERSION\" --channel \"$CHANNEL\""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "REGISTRY_TOKEN", "o11n-secrets", "REGISTRY_TOKEN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=4,
            retry_delay=timedelta(seconds=15),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=240),
            needs={"publish.push-x86": False, "publish.push-cuda": False, "publish.push-rk3588": False},
            priority_weight=20001,
        )
    with Stage(group_id="smoke", after=stage_8, when=lambda so_far: not so_far.failing) as stage_9:
        Pod(
            stage=stage_9,
            task_id="update",
            program=["bash", "-euo", "pipefail", "-c", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntools/update_board.sh --to \"$VERSION\""],
            pod_template_dict=POD_13,
            base_container_name="build",
            env={"BOARD": "rk3588", "VERSION": "2.14.0", "CHANNEL": "beta"},
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            pool="o11n.lock.rack-rk3588",
            priority_weight=20001,
            on_error="continue",
        )
    with Stage(group_id="withdraw", after=stage_9, when=lambda so_far: so_far.failed("publish") or so_far.failed("smoke")) as stage_10:
        Pod(
            stage=stage_10,
            task_id="withdraw",
            program=["bash", "-euo", "pipefail", "-c", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags  -- \"$url\" v2.14.0\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive \n  fi\n  git log -1 --oneline\n)\ntools/withdraw.sh --version \"$VERSION\""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "REGISTRY_TOKEN", "o11n-secrets", "REGISTRY_TOKEN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=1200),
            retries=4,
            retry_delay=timedelta(seconds=15),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=240),
            priority_weight=20001,
        )
    with Stage(group_id="report", after=stage_10, when=lambda so_far: True) as stage_11:
        Pod(
            stage=stage_11,
            task_id="feishu",
            program=["sh", "-eu", "-c", "# The text as a JSON string, whatever is in it: byte by byte, so that no quote or line end breaks out.\njson() {\n  printf '\"'\n  printf '%b' \"$(printf '%s' \"$1\" | od -An -v -tu1 | LC_ALL=C awk '{\n    for (i = 1; i <= NF; i++) printf(($i < 32 || $i == 34 || $i == 92) ? \"\\\\\\\\u%04x\" : \"\\\\0%03o\", $i)\n  }')\"\n  printf '\"'\n}\n\n# The HMAC-SHA256 of standard input under a key, in base64.\nhmac() {\n  openssl dgst -sha256 -hmac \"$1\" -binary | openssl base64 -A\n}\n\n# Sends JSON. The address is a secret, so curl reads it from standard input: a command line is seen by all.\npost() {\n  answer=$(printf 'url = \"%s%s\"\\n' \"$WEBHOOK\" \"$1\" | curl --config - --fail --silent --show-error \\\n    --max-time 20 --retry 3 --retry-connrefused --header 'Content-Type: application/json; charset=utf-8' --data-binary \"$2\")\n}\n\n# Fails unless the answer to the message looks so: these services answer 200 to what they refuse, too.\naccepted() {\n  printf '%s' \"$answer\" | tr -d ' \\n' | grep -q \"$1\" || { printf 'refused: %s\\n' \"$answer\" >&2; exit 1; }\n}\ntitle='发布 2.14.0（beta）'\ntext=''\nverdict=${O11N_VERDICT:-ended}\ncase $verdict in\n  succeeded) mark='\u2705' ;;\n  unstable) mark='\u26a0\ufe0f' ;;\n  failed) mark='\u274c' ;;\n  *) mark='\U0001f3c1' ;;\nesac\nheadline=\"$mark $title: $verdict\"\ndetails=$(\n  printf -- '- pipeline: %s\\n' \"${O11N_PIPELINE:-}\"\n  printf -- '- run: %s\\n' \"${JOB_NAME:-} #${BUILD_ID:-}\"\n  if [ -n \"${BUILD_URL:-}\" ]; then printf -- '- log: %s\\n' \"$BUILD_URL\"; fi\n  if [ -n \"$text\" ]; then printf '\\n%s\\n' \"$text\"; fi\n)\nsignature=\nif [ -n \"${SIGN:-}\" ]; then\n  stamp=$(date +%s)\n  key=$(printf '%s\\n%s' \"$stamp\" \"$SIGN\")\n  signature=\"\\\"timestamp\\\":\\\"$stamp\\\",\\\"sign\\\":\\\"$(printf '' | hmac \"$key\")\\\",\"\nfi\ncontent=$(printf '%s\\n%s' \"$headline\" \"$details\")\npost '' \"{$signature\\\"msg_type\\\":\\\"text\\\",\\\"content\\\":{\\\"text\\\":$(json \"$content\")}}\"\naccepted '\"code\":0[,}]'"],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "WEBHOOK", "o11n-secrets", "FEISHU_WEBHOOK"), Secret("env", "SIGN", "o11n-secrets", "FEISHU_SIGN")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=120),
            priority_weight=20001,
            on_error="ignore",
        )
        Pod(
            stage=stage_11,
            task_id="wecom",
            program=["sh", "-eu", "-c", "# The text as a JSON string, whatever is in it: byte by byte, so that no quote or line end breaks out.\njson() {\n  printf '\"'\n  printf '%b' \"$(printf '%s' \"$1\" | od -An -v -tu1 | LC_ALL=C awk '{\n    for (i = 1; i <= NF; i++) printf(($i < 32 || $i == 34 || $i == 92) ? \"\\\\\\\\u%04x\" : \"\\\\0%03o\", $i)\n  }')\"\n  printf '\"'\n}\n\n# The HMAC-SHA256 of standard input under a key, in base64.\nhmac() {\n  openssl dgst -sha256 -hmac \"$1\" -binary | openssl base64 -A\n}\n\n# Sends JSON. The address is a secret, so curl reads it from standard input: a command line is seen by all.\npost() {\n  answer=$(printf 'url = \"%s%s\"\\n' \"$WEBHOOK\" \"$1\" | curl --config - --fail --silent --show-error \\\n    --max-time 20 --retry 3 --retry-connrefused --header 'Content-Type: application/json; charset=utf-8' --data-binary \"$2\")\n}\n\n# Fails unless the answer to the message looks so: these services answer 200 to what they refuse, too.\naccepted() {\n  printf '%s' \"$answer\" | tr -d ' \\n' | grep -q \"$1\" || { printf 'refused: %s\\n' \"$answer\" >&2; exit 1; }\n}\ntitle='发布 2.14.0'\ntext='更新日志：/changes/2.14.0'\nverdict=${O11N_VERDICT:-ended}\ncase $verdict in\n  succeeded) mark='\u2705' ;;\n  unstable) mark='\u26a0\ufe0f' ;;\n  failed) mark='\u274c' ;;\n  *) mark='\U0001f3c1' ;;\nesac\nheadline=\"$mark $title: $verdict\"\ndetails=$(\n  printf -- '- pipeline: %s\\n' \"${O11N_PIPELINE:-}\"\n  printf -- '- run: %s\\n' \"${JOB_NAME:-} #${BUILD_ID:-}\"\n  if [ -n \"${BUILD_URL:-}\" ]; then printf -- '- log: %s\\n' \"$BUILD_URL\"; fi\n  if [ -n \"$text\" ]; then printf '\\n%s\\n' \"$text\"; fi\n)\nmarkdown=$(printf '### %s\\n%s' \"$headline\" \"$details\")\npost '' \"{\\\"msgtype\\\":\\\"markdown\\\",\\\"markdown\\\":{\\\"content\\\":$(json \"$markdown\")}}\"\naccepted '\"errcode\":0[,}]'"],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"VERSION": "2.14.0", "CHANNEL": "beta"},
            secrets=[Secret("env", "WEBHOOK", "o11n-secrets", "WECOM_WEBHOOK")],
            exit_codes={75: "lost"},
            execution_timeout=timedelta(seconds=120),
            priority_weight=20001,
            on_error="ignore",
        )
    Verdict(task_id="verdict", after=stage_11)
