# Pipeline tvm, compiled by o11n for Airflow. Change its source, not this file.
# ref = "main"
# into = ""
# platforms = ["arm","cortexm","cpu","gpu","hexagon","i386","minimal","cross-isa","riscv","wasm"]
# docs_only = false
# skip_slow_tests = false
# rebuild_images = false
# deploy_docs = false
# image_tag = "20241119-020227-6fc0598c"
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
import re

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret

PIPELINE, JOB_NAME, BUILD_ID = "tvm", "nightly", "4711"
DAG_ID = "tvm"
RUN_VARIABLES = []
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

TEXT_1 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_lint.sh"""

POD_2 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-lint:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}],
    },
}

POD_3 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"kubernetes.io/arch": "arm64", "tvm.apache.org/pool": "graviton3"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-arm:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "16", "memory": "32Gi"}, "limits": {"memory": "32Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_4 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-cortexm:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_5 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-cpu:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_6 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-gpu:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_7 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-hexagon:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_8 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-i386:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_9 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-minimal:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_10 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-riscv:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

POD_11 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "cpu-small", "kubernetes.io/arch": "amd64"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-wasm:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}],
    },
}

TEXT_12 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_python_integration.sh"""

TEXT_13 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_python_frontend_cpu.sh"""

TEXT_14 = r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
if [ "$O11N_SHARD" = 1 ]; then
  ./tests/scripts/task_config_build_gpu.sh build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target
./tests/scripts/task_cpp_unittest.sh
printf '%s\n' opencl-cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target
./tests/scripts/task_opencl_cpp_unittest.sh
./tests/scripts/task_microtvm_cpp_tests.sh build
fi
if [ "$O11N_SHARD" = 2 ]; then ./tests/scripts/task_java_unittest.sh; fi
./tests/scripts/task_python_unittest_gpuonly.sh
./tests/scripts/task_python_integration_gpuonly.sh"""

POD_15 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"tvm.apache.org/pool": "gpu", "nvidia.com/gpu.product": "Tesla-T4", "kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-gpu:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "8", "memory": "64Gi"}, "limits": {"memory": "64Gi", "nvidia.com/gpu": "1"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}

TEXT_16 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_python_topi.sh"""

TEXT_17 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_python_frontend.sh"""

TEXT_18 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_python_unittest.sh
./tests/scripts/task_python_integration.sh"""

TEXT_19 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
if [ "$O11N_SHARD" = 1 ]; then
  ./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_microtvm_cpp_tests.sh build
fi
./tests/scripts/task_python_arm_compute_library.sh
./tests/scripts/task_python_topi.sh"""

TEXT_20 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
if [ "$O11N_SHARD" = 1 ]; then
  ./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_microtvm_cpp_tests.sh build
./tests/scripts/task_demo_microtvm.sh
fi
./tests/scripts/task_python_microtvm.sh"""

TEXT_21 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
if [ "$O11N_SHARD" = 1 ]; then
  ./tests/scripts/task_cpp_unittest.sh
fi
./tests/scripts/task_python_hexagon.sh"""

TEXT_22 = """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
if [ "$O11N_SHARD" = 1 ]; then
  ./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_microtvm_cpp_tests.sh build
fi
./tests/scripts/task_python_unittest.sh
./tests/scripts/task_python_integration_i386only.sh"""

POD_23 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"kubernetes.io/arch": "arm64", "tvm.apache.org/pool": "arm-small"},
        "containers": [
            {
                "name": "main",
                "image": "tlcpack/ci-arm:20241119-020227-6fc0598c",
                "resources": {"requests": {"cpu": "4", "memory": "8Gi"}, "limits": {"memory": "8Gi"}},
                "workingDir": "/workspace",
                "volumeMounts": [{"name": "workspace", "mountPath": "/workspace"}, {"name": "files", "mountPath": "/o11n/files"}],
            },
        ],
        "volumes": [{"name": "workspace", "emptyDir": {}}, {"name": "files", "persistentVolumeClaim": {"claimName": "o11n-files"}}],
    },
}


with DAG(
    dag_id=DAG_ID,
    schedule=None,
    start_date=datetime(2020, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=54,
    tags=["o11n"],
    default_args={"retries": 0, "weight_rule": "absolute"},
) as dag:
    with Stage(group_id="lint") as stage_1:
        Pod(
            stage=stage_1,
            task_id="lint-1of2",
            program=["bash", "-euo", "pipefail", "-c", TEXT_1],
            pod_template_dict=POD_2,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1"},
            shard=(1, 2),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
        )
        Pod(
            stage=stage_1,
            task_id="lint-2of2",
            program=["bash", "-euo", "pipefail", "-c", TEXT_1],
            pod_template_dict=POD_2,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1"},
            shard=(2, 2),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
        )
    with Stage(group_id="build", after=stage_1) as stage_2:
        Pod(
            stage=stage_2,
            task_id="arm",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/arm/save"
for o11n_file in build/libtvm.so build/libvta_fsim.so build/libtvm_runtime.so build/config.cmake build/cpptest build/build.ninja build/CMakeFiles/rules.ninja build/crttest build/standalone_crt build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/arm/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_arm.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "arm"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="cortexm",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"
for o11n_file in build/libtvm.so build/libtvm_runtime.so build/config.cmake build/libtvm_allvisible.so build/crttest build/standalone_crt build/build.ninja build/cpptest build/CMakeFiles/rules.ninja build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_cortexm.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "cortexm"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="cpu",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/cpu/save"
for o11n_file in build/libtvm.so build/libvta_fsim.so build/libtvm_runtime.so build/config.cmake build/libvta_tsim.so build/libtvm_allvisible.so build/crttest build/cpptest build/build.ninja build/CMakeFiles/rules.ninja build/standalone_crt build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/cpu/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_cpu.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target
./tests/scripts/task_rust.sh"""],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "cpu"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="gpu",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/gpu/save"
for o11n_file in build/libtvm.so build/libvta_fsim.so build/libtvm_runtime.so build/config.cmake build/libtvm_allvisible.so build/microtvm_template_projects build/crttest build/standalone_crt build/build.ninja; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/gpu/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_gpu.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_6,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "gpu"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="gpu-other",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/gpu-other/save"
for o11n_file in build/libtvm.so build/libtvm_runtime.so build/config.cmake build/crttest build/standalone_crt build/build.ninja; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/gpu-other/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_gpu_other.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_6,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "gpu"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="hexagon",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"
for o11n_file in build/libtvm.so build/libtvm_runtime.so build/config.cmake build/cpptest build/build.ninja build/CMakeFiles/rules.ninja build/hexagon_api_output; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_hexagon.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target
./tests/scripts/task_build_hexagon_api.sh"""],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "hexagon"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="i386",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/i386/save"
for o11n_file in build/libtvm.so build/libvta_fsim.so build/libtvm_runtime.so build/config.cmake build/libvta_tsim.so build/standalone_crt build/build.ninja build/crttest build/cpptest build/CMakeFiles/rules.ninja build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/i386/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_i386.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_8,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "i386"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="minimal",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/minimal/save"
for o11n_file in build/libtvm.so build/libtvm_runtime.so build/config.cmake build/libtvm_allvisible.so build/crttest build/cpptest build/build.ninja build/CMakeFiles/rules.ninja build/standalone_crt build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/minimal/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_minimal.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_9,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "minimal"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="cross-isa",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/cross-isa/save"
for o11n_file in build/libtvm.so build/libtvm_runtime.so build/config.cmake build/libtvm_allvisible.so build/standalone_crt build/build.ninja build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/cross-isa/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_minimal_cross_isa.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
"""],
            pod_template_dict=POD_9,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "cross-isa"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="riscv",
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/build/riscv/save"
for o11n_file in build/libtvm.so build/libtvm_runtime.so build/config.cmake build/libtvm_allvisible.so build/standalone_crt build/build.ninja build/crttest build/cpptest build/CMakeFiles/rules.ninja build/microtvm_template_projects; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/build/riscv/save"; done
;; esac
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_riscv.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_10,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "riscv"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="wasm",
            program=["bash", "-euo", "pipefail", "-c", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_config_build_wasm.sh build
python3 ./tests/scripts/task_build.py --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build
printf '%s\n' standalone_crt crttest cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target
./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_web_wasm.sh"""],
            pod_template_dict=POD_11,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "PLATFORM": "wasm"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            on_error="continue",
        )
    with Stage(group_id="test", after=stage_2) as stage_3:
        Pod(
            stage=stage_3,
            task_id="integration-cpu-1of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-1of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-1of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_12],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cpu", "TEST_STEP_NAME": "integration-cpu"},
            shard=(1, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-cpu-2of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-2of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-2of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_12],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cpu", "TEST_STEP_NAME": "integration-cpu"},
            shard=(2, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-cpu-3of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-3of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-3of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_12],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cpu", "TEST_STEP_NAME": "integration-cpu"},
            shard=(3, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-cpu-4of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-4of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-cpu-4of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_12],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cpu", "TEST_STEP_NAME": "integration-cpu"},
            shard=(4, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-cpu",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-cpu/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-cpu/keep"; done
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_microtvm_cpp_tests.sh build
./tests/scripts/task_python_unittest.sh"""],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cpu", "TEST_STEP_NAME": "unittest-cpu"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-cpu",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-cpu/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-cpu/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_13],
            pod_template_dict=POD_5,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cpu", "TEST_STEP_NAME": "frontend-cpu"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-gpu-1of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-1of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-1of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_14],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "unittest-gpu"},
            shard=(1, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-gpu-2of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-2of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-2of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_14],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "unittest-gpu"},
            shard=(2, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-gpu-3of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-3of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-3of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_14],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "unittest-gpu"},
            shard=(3, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-gpu-other",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu-other/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu-other/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-other/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-gpu-other/keep"; done
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_config_build_gpu_other.sh
printf '%s\n' standalone_crt crttest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target"""],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "unittest-gpu-other"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu-other": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="topi-gpu-1of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/topi-gpu-1of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/topi-gpu-1of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_16],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "topi-gpu"},
            shard=(1, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="topi-gpu-2of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/topi-gpu-2of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/topi-gpu-2of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_16],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "topi-gpu"},
            shard=(2, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="topi-gpu-3of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/topi-gpu-3of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/topi-gpu-3of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_16],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "topi-gpu"},
            shard=(3, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-gpu-1of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-1of6/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-1of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_17],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "frontend-gpu"},
            shard=(1, 6),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-gpu-2of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-2of6/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-2of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_17],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "frontend-gpu"},
            shard=(2, 6),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-gpu-3of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-3of6/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-3of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_17],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "frontend-gpu"},
            shard=(3, 6),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-gpu-4of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-4of6/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-4of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_17],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "frontend-gpu"},
            shard=(4, 6),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-gpu-5of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-5of6/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-5of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_17],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "frontend-gpu"},
            shard=(5, 6),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-gpu-6of6",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-6of6/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-gpu-6of6/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_17],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "frontend-gpu"},
            shard=(6, 6),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-arm-1of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-arm-1of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-arm-1of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_18],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "integration-arm"},
            shard=(1, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-arm-2of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-arm-2of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-arm-2of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_18],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "integration-arm"},
            shard=(2, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-arm-3of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-arm-3of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-arm-3of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_18],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "integration-arm"},
            shard=(3, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="integration-arm-4of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/integration-arm-4of4/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/integration-arm-4of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_18],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "integration-arm"},
            shard=(4, 4),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="topi-arm-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/topi-arm-1of2/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/topi-arm-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_19],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "topi-arm"},
            shard=(1, 2),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="topi-arm-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/topi-arm-2of2/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/topi-arm-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_19],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "topi-arm"},
            shard=(2, 2),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-arm-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-arm-1of2/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-arm-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_13],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "frontend-arm"},
            shard=(1, 2),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="frontend-arm-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/arm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/arm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/frontend-arm-2of2/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/frontend-arm-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_13],
            pod_template_dict=POD_3,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "arm", "TEST_STEP_NAME": "frontend-arm"},
            shard=(2, 2),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.arm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-1of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-1of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-1of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(1, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-2of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-2of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-2of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(2, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-3of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-3of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-3of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(3, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-4of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-4of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-4of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(4, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-5of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-5of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-5of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(5, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-6of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-6of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-6of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(6, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-7of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-7of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-7of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(7, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-8of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-8of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-8of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(8, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-9of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-9of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-9of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(9, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-10of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-10of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-10of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(10, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-11of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-11of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-11of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(11, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-cortexm-12of12",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cortexm/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cortexm/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-12of12/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-cortexm-12of12/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_20],
            pod_template_dict=POD_4,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cortexm", "TEST_STEP_NAME": "test-cortexm"},
            shard=(12, 12),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cortexm": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-1of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-1of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-1of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(1, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-2of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-2of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-2of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(2, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-3of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-3of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-3of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(3, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-4of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-4of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-4of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(4, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-5of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-5of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-5of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(5, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-6of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-6of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-6of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(6, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-7of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-7of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-7of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(7, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-hexagon-8of8",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/hexagon/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/hexagon/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-8of8/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-hexagon-8of8/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_21],
            pod_template_dict=POD_7,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "hexagon", "TEST_STEP_NAME": "test-hexagon"},
            shard=(8, 8),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.hexagon": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="python-i386-1of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/i386/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/i386/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/python-i386-1of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/python-i386-1of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_22],
            pod_template_dict=POD_8,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "i386", "TEST_STEP_NAME": "python-i386"},
            shard=(1, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.i386": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="python-i386-2of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/i386/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/i386/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/python-i386-2of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/python-i386-2of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_22],
            pod_template_dict=POD_8,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "i386", "TEST_STEP_NAME": "python-i386"},
            shard=(2, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.i386": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="python-i386-3of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/i386/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/i386/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/python-i386-3of3/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/python-i386-3of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_22],
            pod_template_dict=POD_8,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "i386", "TEST_STEP_NAME": "python-i386"},
            shard=(3, 3),
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.i386": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="test-riscv",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/riscv/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/riscv/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/test-riscv/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/test-riscv/keep"; done
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_microtvm_cpp_tests.sh build
./tests/scripts/task_riscv_microtvm.sh"""],
            pod_template_dict=POD_10,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "riscv", "TEST_STEP_NAME": "test-riscv"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.riscv": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-minimal",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/minimal/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/minimal/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-minimal/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-minimal/keep"; done
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_python_unittest.sh"""],
            pod_template_dict=POD_9,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "minimal", "TEST_STEP_NAME": "unittest-minimal"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.minimal": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="unittest-cross-isa",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/cross-isa/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/cross-isa/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/unittest-cross-isa/keep"
for o11n_file in build/pytest-results/*.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/unittest-cross-isa/keep"; done
exit "$o11n_code"
""", "sh", "run", r"""(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
export TVM_NUM_SHARDS="$O11N_SHARDS" TVM_SHARD_INDEX=$((O11N_SHARD - 1))
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_config_build_minimal_cross_isa.sh build
printf '%s\n' cpptest | xargs -n 1 python3 ./tests/scripts/task_build.py \
  --sccache-bucket tvm-sccache-prod --sccache-region us-west-2 --build-dir build --cmake-target
./tests/scripts/task_cpp_unittest.sh
./tests/scripts/task_python_unittest.sh"""],
            pod_template_dict=POD_23,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "cross-isa", "TEST_STEP_NAME": "unittest-cross-isa"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.cross-isa": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="docs-gpu",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/tvm/$O11N_RUN/build/gpu/save" ] || cp -a "/o11n/files/tvm/$O11N_RUN/build/gpu/save"/. .
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
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/docs-gpu/save"
for o11n_file in docs.tgz; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/docs-gpu/save"; done
;; esac
mkdir -p "/o11n/files/tvm/$O11N_RUN/test/docs-gpu/keep"
for o11n_file in _docs; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/tvm/$O11N_RUN/test/docs-gpu/keep"; done
exit "$o11n_code"
""", "sh", "run", """(
  submodules=true
  url=https://github.com/apache/tvm
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
  again git fetch --quiet --no-tags  -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive 
  fi
  git log -1 --oneline
)

./tests/scripts/task_show_node_info.sh
./tests/scripts/task_clear_pytest.sh
./tests/scripts/task_python_docs.sh"""],
            pod_template_dict=POD_15,
            base_container_name="main",
            env={"CI_NUM_EXECUTORS": "1", "SKIP_SLOW_TESTS": "0", "PLATFORM": "gpu", "TEST_STEP_NAME": "docs: GPU"},
            execution_timeout=timedelta(seconds=10800),
            retries=1,
            retry_delay=timedelta(seconds=0),
            needs={"build.gpu": False},
            on_error="continue",
        )
    Verdict(task_id="verdict", after=stage_3)
