# Pipeline regression, compiled by o11n for Airflow. Change its source, not this file.
# test_level = "smoke"
# branch = "main"
# only = []
# machines = "k8s"
# reuse = true
#
# It needs these pools; Airflow never starts a task whose pool is not there:
#   airflow pools set o11n.lock.rack-rk3588 1 'lock rack-rk3588'
#   airflow pools set o11n.lock.quiet-node 1 'lock quiet-node'
#   airflow pools set o11n.parallel.regression.accuracy 2 'at most 2 at once in stage accuracy'
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

PIPELINE, JOB_NAME, BUILD_ID = "regression", "nightly", "4711"
DAG_ID = "regression"
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


class Quorum(BaseOperator):
    """Judges a dispatch: enough of its copies must have passed."""

    ui_color = "#dfe7f5"
    waits_for, cut = (), None

    def __init__(self, *, stage, copies, need, on_error="finish", cache=None, **kwargs):
        super().__init__(**OURS, **kwargs)
        self.waits_for, self.need, self.on_error, self.cache = copies, need, on_error, cache
        self.can_warn = True
        stage.tasks.append(self)

    def execute(self, context):
        found = states(context, self.waits_for)
        copies = [(found.get(task_id), told(context, task_id)) for task_id in self.waits_for]
        passed = sorted((copy for state, copy in copies if state == "success"), key=lambda copy: copy.get("at", 0))
        words, cuts = {copy.get("outcome") for _, copy in copies}, {copy.get("cut") for _, copy in copies}
        failed = sum(state not in ("success", "skipped") and copy.get("cut") is None for state, copy in copies)
        if words <= {"cached"}:
            outcome = "cached"
        elif len(passed) >= self.need:
            warned = any(copy.get("outcome") == "unstable" for copy in passed[: self.need])
            outcome = "unstable" if warned else "succeeded"
        elif failed > len(copies) - self.need:
            outcome = "failed"
        elif "deadline" in cuts:
            started = any(copy.get("outcome") == "timed_out" for _, copy in copies)
            outcome, self.cut = "timed_out" if started else "cancelled", "deadline"
        elif "abort" in cuts:
            outcome, self.cut = "cancelled", "abort"
        else:
            outcome = "skipped"
        context["ti"].xcom_push(key="outcome", value={"outcome": outcome, "cut": self.cut})
        shown = f"{outcome}: {len(passed)} of {len(copies)} passed, {self.need} needed"
        if outcome in ("skipped", "cancelled"):
            raise AirflowSkipException(shown)
        if outcome in ("failed", "timed_out"):
            raise AirflowFailException(shown)
        if self.cache and outcome == "succeeded":
            self.cache.remember()
        self.log.info("%s", shown)

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

POD_2 = {
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

TEXT_3 = r"""(
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf perception-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """

TEXT_4 = r"""(
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf planner-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """

TEXT_5 = "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags --depth=1 -- \"$url\" main\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive --depth=1\n  fi\n  git log -1 --oneline\n)\ntar -xf planner-x86.tar\nmapfile -t cases < \"$O11N_CASES\"\ncd tests/function/junction\npython3 -m pytest --junitxml=\"$WORKSPACE/report.xml\" \"${cases[@]}\""

TEXT_6 = "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags --depth=1 -- \"$url\" main\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive --depth=1\n  fi\n  git log -1 --oneline\n)\ntar -xf planner-x86.tar\nmapfile -t cases < \"$O11N_CASES\"\ncd tests/function/parking\npython3 -m pytest --junitxml=\"$WORKSPACE/report.xml\" \"${cases[@]}\""

TEXT_7 = "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags --depth=1 -- \"$url\" main\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive --depth=1\n  fi\n  git log -1 --oneline\n)\ntar -xf perception-cuda.tar\nmapfile -t cases < \"$O11N_CASES\"\ncd tests/function/night_rain\npython3 -m pytest --junitxml=\"$WORKSPACE/report.xml\" \"${cases[@]}\""

TEXT_8 = "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags --depth=1 -- \"$url\" main\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive --depth=1\n  fi\n  git log -1 --oneline\n)\ntar -xf perception-cuda.tar\nmapfile -t cases < \"$O11N_CASES\"\ncd tests/function/tracking\npython3 -m pytest --junitxml=\"$WORKSPACE/report.xml\" \"${cases[@]}\""

POD_9 = {
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

POD_10 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "quiet", "kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "quiet", "operator": "Exists"}],
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

POD_11 = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {},
    "spec": {
        "restartPolicy": "Never",
        "nodeSelector": {"pool": "gpu", "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB", "kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "containers": [
            {
                "name": "build",
                "image": "registry.example.com/ci/cuda:12.6",
                "resources": {
                    "requests": {"cpu": "96", "memory": "768Gi", "ephemeral-storage": "100Gi"},
                    "limits": {"memory": "768Gi", "ephemeral-storage": "100Gi", "nvidia.com/gpu": "8"},
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
    max_active_tasks=16,
    tags=["o11n"],
    default_args={"retries": 0, "weight_rule": "absolute"},
) as dag:
    with Stage(
        group_id="compile",
        run_deadline=50400,
        aborting=["compile.common-x86", "compile.common-rk3588", "compile.perception-x86", "compile.perception-cuda", "compile.perception-rk3588", "compile.planner-x86", "compile.planner-rk3588", "compile.localization-x86", "compile.localization-rk3588", "compile.hdmap-x86", "compile.simulator-x86", "compile.simulator-cuda"],
        cached={"compile.common-x86": Cache("bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9", ttl=604800), "compile.common-rk3588": Cache("770d9afb6b8cc769eea4e0ee0af0fdcbe8e2062ffd50744b42f8cf9ddae45802", ttl=604800), "compile.perception-x86": Cache("01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4", ttl=604800), "compile.perception-cuda": Cache("7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1", ttl=604800), "compile.perception-rk3588": Cache("53407eb91e5425cc41fb7be1878f36382d62c416fa2b9e46bc94a27ec0b491b1", ttl=604800), "compile.planner-x86": Cache("60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be", ttl=604800), "compile.planner-rk3588": Cache("792e3d1f12655bb8817600562f9dca192601530d4b09f7f75fae3e365770a7fb", ttl=604800), "compile.localization-x86": Cache("6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6", ttl=604800), "compile.localization-rk3588": Cache("725b00d2820ed942e7bcc4b5caac4a2c1692b81b8aa573245c2ea45282c2ad4c", ttl=604800), "compile.hdmap-x86": Cache("a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e", ttl=604800), "compile.simulator-x86": Cache("68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f", ttl=604800), "compile.simulator-cuda": Cache("34b97110adb7f76dc1781f9b3979668ea7db744bebeb07ae25d5ee78ce3b71f9", ttl=604800)},
    ) as stage_1:
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9/save"
for o11n_file in common-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S common -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf common-x86.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/770d9afb6b8cc769eea4e0ee0af0fdcbe8e2062ffd50744b42f8cf9ddae45802/save"
for o11n_file in common-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/770d9afb6b8cc769eea4e0ee0af0fdcbe8e2062ffd50744b42f8cf9ddae45802/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S common -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf common-rk3588.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("770d9afb6b8cc769eea4e0ee0af0fdcbe8e2062ffd50744b42f8cf9ddae45802", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save"
for o11n_file in perception-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/perception -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf perception-x86.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"
for o11n_file in perception-cuda.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/perception -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -DUSE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=80 -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf perception-cuda.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/53407eb91e5425cc41fb7be1878f36382d62c416fa2b9e46bc94a27ec0b491b1/save"
for o11n_file in perception-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/53407eb91e5425cc41fb7be1878f36382d62c416fa2b9e46bc94a27ec0b491b1/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/perception -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf perception-rk3588.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("53407eb91e5425cc41fb7be1878f36382d62c416fa2b9e46bc94a27ec0b491b1", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"
for o11n_file in planner-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/planner -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf planner-x86.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/792e3d1f12655bb8817600562f9dca192601530d4b09f7f75fae3e365770a7fb/save"
for o11n_file in planner-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/792e3d1f12655bb8817600562f9dca192601530d4b09f7f75fae3e365770a7fb/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/planner -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf planner-rk3588.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("792e3d1f12655bb8817600562f9dca192601530d4b09f7f75fae3e365770a7fb", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6/save"
for o11n_file in localization-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/localization -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf localization-x86.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/725b00d2820ed942e7bcc4b5caac4a2c1692b81b8aa573245c2ea45282c2ad4c/save"
for o11n_file in localization-rk3588.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/725b00d2820ed942e7bcc4b5caac4a2c1692b81b8aa573245c2ea45282c2ad4c/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/localization -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-rk3588.cmake -DUSE_NPU=ON -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf localization-rk3588.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("725b00d2820ed942e7bcc4b5caac4a2c1692b81b8aa573245c2ea45282c2ad4c", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e/save"
for o11n_file in hdmap-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S modules/hdmap -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf hdmap-x86.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f/save"
for o11n_file in simulator-x86.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S tools/simulator -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf simulator-x86.tar build"""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f", ttl=604800),
        )
        Pod(
            stage=stage_1,
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
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
case $O11N_OUTCOME in succeeded | unstable)
mkdir -p "/o11n/files/regression/cache/34b97110adb7f76dc1781f9b3979668ea7db744bebeb07ae25d5ee78ce3b71f9/save"
for o11n_file in simulator-cuda.tar; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/cache/34b97110adb7f76dc1781f9b3979668ea7db744bebeb07ae25d5ee78ce3b71f9/save"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
cmake -S tools/simulator -DCMAKE_BUILD_TYPE=RelWithDebInfo -GNinja -DUSE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=80 -B build
cmake --build build  --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
tar -cf simulator-cuda.tar build"""],
            pod_template_dict=POD_2,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=2400),
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_factor=2.0,
            retry_on=["lost"],
            on_error="abort",
            cache=Cache("34b97110adb7f76dc1781f9b3979668ea7db744bebeb07ae25d5ee78ce3b71f9", ttl=604800),
        )
    with Stage(group_id="unit", after=stage_1) as stage_2:
        Pod(
            stage=stage_2,
            task_id="common",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9/save" ] || cp -a "/o11n/files/regression/cache/bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/common/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/common/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf common-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.common-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="perception-1of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save" ] || cp -a "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/perception-1of3/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/perception-1of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_3],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(1, 3),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="perception-2of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save" ] || cp -a "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/perception-2of3/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/perception-2of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_3],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(2, 3),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="perception-3of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save" ] || cp -a "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/perception-3of3/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/perception-3of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_3],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(3, 3),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="planner-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/planner-1of2/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/planner-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_4],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(1, 2),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="planner-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/planner-2of2/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/planner-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_4],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(2, 2),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="localization",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6/save" ] || cp -a "/o11n/files/regression/cache/6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/localization/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/localization/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf localization-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.localization-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="hdmap",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e/save" ] || cp -a "/o11n/files/regression/cache/a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/hdmap/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/hdmap/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf hdmap-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.hdmap-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_2,
            task_id="simulator",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f/save" ] || cp -a "/o11n/files/regression/cache/68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f/save"/. .
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
mkdir -p "/o11n/files/regression/$O11N_RUN/unit/simulator/keep"
for o11n_file in build/report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/unit/simulator/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf simulator-x86.tar
ctest --test-dir build --output-on-failure --output-junit report.xml \
  --tests-information "$O11N_SHARD,,$O11N_SHARDS" """],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.simulator-x86": False},
            on_error="continue",
        )
    with Stage(group_id="function", after=stage_2) as stage_3:
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-1of4",
            name="路口-1of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-1of4/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-1of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5, "cases", """test_yield.py
test_traffic_light.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_1,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(1, 4),
            cases="""test_yield.py
test_traffic_light.py
""",
            execution_timeout=timedelta(seconds=2700),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-2of4",
            name="路口-2of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-2of4/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-2of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5, "cases", """test_unprotected_left.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_1,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(2, 4),
            cases="""test_unprotected_left.py
""",
            execution_timeout=timedelta(seconds=2700),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-3of4",
            name="路口-3of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-3of4/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-3of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5, "cases", """test_roundabout.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_1,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(3, 4),
            cases="""test_roundabout.py
""",
            execution_timeout=timedelta(seconds=2700),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u8defu53e3-4of4",
            name="路口-4of4",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-4of4/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u8defu53e3-4of4/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_5, "cases", """test_pedestrian.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_1,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(4, 4),
            cases="""test_pedestrian.py
""",
            execution_timeout=timedelta(seconds=2700),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u6ccau8f66-1of2",
            name="泊车-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u6ccau8f66-1of2/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u6ccau8f66-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_6, "cases", """test_parallel.py
test_narrow.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_1,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(1, 2),
            cases="""test_parallel.py
test_narrow.py
""",
            execution_timeout=timedelta(seconds=1800),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u6ccau8f66-2of2",
            name="泊车-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u6ccau8f66-2of2/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u6ccau8f66-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_6, "cases", """test_perpendicular.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_1,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(2, 2),
            cases="""test_perpendicular.py
""",
            execution_timeout=timedelta(seconds=1800),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.planner-x86": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u96e8u591c-1of3",
            name="雨夜-1of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save" ] || cp -a "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u96e8u591c-1of3/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u96e8u591c-1of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """test_glare.py
test_low_light.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_2,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(1, 3),
            cases="""test_glare.py
test_low_light.py
""",
            execution_timeout=timedelta(seconds=3600),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u96e8u591c-2of3",
            name="雨夜-2of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save" ] || cp -a "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u96e8u591c-2of3/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u96e8u591c-2of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """test_wiper.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_2,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(2, 3),
            cases="""test_wiper.py
""",
            execution_timeout=timedelta(seconds=3600),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="u96e8u591c-3of3",
            name="雨夜-3of3",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save" ] || cp -a "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/u96e8u591c-3of3/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/u96e8u591c-3of3/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_7, "cases", """test_reflection.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_2,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(3, 3),
            cases="""test_reflection.py
""",
            execution_timeout=timedelta(seconds=3600),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="tracking-1of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save" ] || cp -a "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/tracking-1of2/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/tracking-1of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_8, "cases", """test_occlusion.py
test_long_tail.py::test_cyclist's_shadow
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_2,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(1, 2),
            cases="""test_occlusion.py
test_long_tail.py::test_cyclist's_shadow
""",
            execution_timeout=timedelta(seconds=1800),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="tracking-2of2",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save" ] || cp -a "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/tracking-2of2/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/tracking-2of2/keep"; done
exit "$o11n_code"
""", "sh", "run", TEXT_8, "cases", """test_identity.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_2,
            base_container_name="build",
            termination_grace_period=330,
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            shard=(2, 2),
            cases="""test_identity.py
""",
            execution_timeout=timedelta(seconds=1800),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-cuda": False},
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="board-boot",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/770d9afb6b8cc769eea4e0ee0af0fdcbe8e2062ffd50744b42f8cf9ddae45802/save" ] || cp -a "/o11n/files/regression/cache/770d9afb6b8cc769eea4e0ee0af0fdcbe8e2062ffd50744b42f8cf9ddae45802/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/board-boot/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/board-boot/keep"; done
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags --depth=1 -- \"$url\" main\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive --depth=1\n  fi\n  git log -1 --oneline\n)\ntar -xf common-rk3588.tar\nmapfile -t cases < \"$O11N_CASES\"\ncd tests/board/boot\npython3 -m pytest --junitxml=\"$WORKSPACE/report.xml\" \"${cases[@]}\"", "cases", """test_boot.py
test_watchdog.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_9,
            base_container_name="build",
            termination_grace_period=330,
            env={"BOARD": "rk3588"},
            cases="""test_boot.py
test_watchdog.py
""",
            execution_timeout=timedelta(seconds=600),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.common-rk3588": False},
            pool="o11n.lock.rack-rk3588",
            priority_weight=-10,
            on_error="continue",
        )
        Pod(
            stage=stage_3,
            task_id="board-npu",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/53407eb91e5425cc41fb7be1878f36382d62c416fa2b9e46bc94a27ec0b491b1/save" ] || cp -a "/o11n/files/regression/cache/53407eb91e5425cc41fb7be1878f36382d62c416fa2b9e46bc94a27ec0b491b1/save"/. .
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
timeout 300 bash -euo pipefail /tmp/o11n-after-1 || :
mkdir -p "/o11n/files/regression/$O11N_RUN/function/board-npu/keep"
for o11n_file in log report.xml; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/function/board-npu/keep"; done
exit "$o11n_code"
""", "sh", "run", "(\n  submodules=true\n  url=https://git.example.com/research/drive.git\n  url=${url:-${GIT_URL:?give checkout a url, or set GIT_URL}}\n  again() {\n    wait=2\n    until \"$@\"; do\n      [ \"$wait\" -le 16 ] || return 1\n      echo \"git: that failed, once more in $wait s\" >&2\n      sleep \"$wait\"\n      wait=$((wait * 2))\n    done\n  }\n  git init --quiet .\n  again git fetch --quiet --no-tags --depth=1 -- \"$url\" main\n  git checkout --quiet --force FETCH_HEAD\n  if [ \"$submodules\" = true ]; then\n    again git submodule --quiet update --init --recursive --depth=1\n  fi\n  git log -1 --oneline\n)\ntar -xf perception-rk3588.tar\nmapfile -t cases < \"$O11N_CASES\"\ncd tests/board/npu\npython3 -m pytest --junitxml=\"$WORKSPACE/report.xml\" \"${cases[@]}\"", "cases", """test_operators.py
test_fallback.py
""", "after-1", "tools/collect_logs.sh log"],
            pod_template_dict=POD_9,
            base_container_name="build",
            termination_grace_period=330,
            env={"BOARD": "rk3588"},
            cases="""test_operators.py
test_fallback.py
""",
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=30),
            retry_factor=2.0,
            max_retry_delay=timedelta(seconds=300),
            retry_on=["lost", "timed_out", 137],
            needs={"compile.perception-rk3588": False},
            pool="o11n.lock.rack-rk3588",
            priority_weight=-11,
            on_error="continue",
        )
    with Stage(group_id="speed", after=stage_3) as stage_4:
        Pod(
            stage=stage_4,
            task_id="latency-common",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9/save" ] || cp -a "/o11n/files/regression/cache/bb8bf17e0921fd95fd241467865335443a6c92d17f10924c82262633fa9f80e9/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/speed/latency-common/keep"
for o11n_file in speed.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/speed/latency-common/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf common-x86.tar
tools/bench.py --program build/bench --repeat 5 --output speed.json
tools/compare.py --with last-week --worse-exits 80 speed.json"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            exit_codes={75: "lost", 80: "unstable"},
            execution_timeout=timedelta(seconds=900),
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=["lost"],
            needs={"compile.common-x86": False},
            pool="o11n.lock.quiet-node",
            priority_weight=10001,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="latency-perception",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save" ] || cp -a "/o11n/files/regression/cache/01ba02dbef587b7e34f0ea9eeba41be3b2dc319efafe839ba3cfc2eafc34cdf4/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/speed/latency-perception/keep"
for o11n_file in speed.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/speed/latency-perception/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf perception-x86.tar
tools/bench.py --program build/bench --repeat 5 --output speed.json
tools/compare.py --with last-week --worse-exits 80 speed.json"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            exit_codes={75: "lost", 80: "unstable"},
            execution_timeout=timedelta(seconds=900),
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=["lost"],
            needs={"compile.perception-x86": False},
            pool="o11n.lock.quiet-node",
            priority_weight=10000,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="latency-planner",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save" ] || cp -a "/o11n/files/regression/cache/60539eda721ece55a5db287c117e69db31f7d426b2349dce8e2ac48253cf71be/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/speed/latency-planner/keep"
for o11n_file in speed.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/speed/latency-planner/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf planner-x86.tar
tools/bench.py --program build/bench --repeat 5 --output speed.json
tools/compare.py --with last-week --worse-exits 80 speed.json"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            exit_codes={75: "lost", 80: "unstable"},
            execution_timeout=timedelta(seconds=900),
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=["lost"],
            needs={"compile.planner-x86": False},
            pool="o11n.lock.quiet-node",
            priority_weight=9999,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="latency-localization",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6/save" ] || cp -a "/o11n/files/regression/cache/6c6b7f1f441cf74acc2350542dc62220e86ce29f840657637f9260a9813862d6/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/speed/latency-localization/keep"
for o11n_file in speed.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/speed/latency-localization/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf localization-x86.tar
tools/bench.py --program build/bench --repeat 5 --output speed.json
tools/compare.py --with last-week --worse-exits 80 speed.json"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            exit_codes={75: "lost", 80: "unstable"},
            execution_timeout=timedelta(seconds=900),
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=["lost"],
            needs={"compile.localization-x86": False},
            pool="o11n.lock.quiet-node",
            priority_weight=9998,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="latency-hdmap",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e/save" ] || cp -a "/o11n/files/regression/cache/a615553cd2c12509b9ff48187a265fdb02aa561db448d5c147b13eae64eb243e/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/speed/latency-hdmap/keep"
for o11n_file in speed.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/speed/latency-hdmap/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf hdmap-x86.tar
tools/bench.py --program build/bench --repeat 5 --output speed.json
tools/compare.py --with last-week --worse-exits 80 speed.json"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            exit_codes={75: "lost", 80: "unstable"},
            execution_timeout=timedelta(seconds=900),
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=["lost"],
            needs={"compile.hdmap-x86": False},
            pool="o11n.lock.quiet-node",
            priority_weight=9997,
            on_error="continue",
        )
        Pod(
            stage=stage_4,
            task_id="latency-simulator",
            program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f/save" ] || cp -a "/o11n/files/regression/cache/68a26050140927f26f5018a24bee5138dfda374d2c07c46660c3782842f3411f/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/speed/latency-simulator/keep"
for o11n_file in speed.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/speed/latency-simulator/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf simulator-x86.tar
tools/bench.py --program build/bench --repeat 5 --output speed.json
tools/compare.py --with last-week --worse-exits 80 speed.json"""],
            pod_template_dict=POD_10,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G"},
            exit_codes={75: "lost", 80: "unstable"},
            execution_timeout=timedelta(seconds=900),
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on=["lost"],
            needs={"compile.simulator-x86": False},
            pool="o11n.lock.quiet-node",
            priority_weight=9996,
            on_error="continue",
        )
    with Stage(group_id="accuracy", after=stage_4) as stage_5:
        stage_5_detection = ["accuracy.detection.1", "accuracy.detection.2", "accuracy.detection.3"]
        for copy in ["detection.1", "detection.2", "detection.3"]:
            Pod(
                stage=stage_5,
                task_id=copy,
                name="detection",
                program=["sh", "-c", """while [ "$#" -gt 0 ]; do printf %s "$2" >> "/tmp/o11n-$1"; shift 2; done
[ ! -d "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save" ] || cp -a "/o11n/files/regression/cache/7a0ec9543a24dc6dac0210e311b5f262cef42ad4493a67327887db53e48f4fa1/save"/. .
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
    80) O11N_OUTCOME=unstable ;;
    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
mkdir -p "/o11n/files/regression/$O11N_RUN/accuracy/detection/keep"
for o11n_file in metrics.json; do [ ! -e "$o11n_file" ] || cp -a --parents "$o11n_file" "/o11n/files/regression/$O11N_RUN/accuracy/detection/keep"; done
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
  again git fetch --quiet --no-tags --depth=1 -- "$url" main
  git checkout --quiet --force FETCH_HEAD
  if [ "$submodules" = true ]; then
    again git submodule --quiet update --init --recursive --depth=1
  fi
  git log -1 --oneline
)
tar -xf perception-cuda.tar
tools/evaluate.py --case detection --dataset "$DATASET" --metric mAP \
  --at-least 0.612 --seed "$RANDOM" --output metrics.json""", "cases", """detection
"""],
                pod_template_dict=POD_11,
                base_container_name="build",
                env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "DATASET": "/datasets/城区-2026Q3"},
                cases="""detection
""",
                exit_codes={75: "lost", 80: "unstable"},
                execution_timeout=timedelta(seconds=7200),
                retries=1,
                retry_delay=timedelta(seconds=0),
                retry_on=["lost"],
                needs={"compile.perception-cuda": False},
                pool="o11n.parallel.regression.accuracy",
                on_error=None,
                replica_of=(stage_5_detection, 2),
            )
        Quorum(stage=stage_5, task_id="detection", copies=stage_5_detection, need=2, on_error="continue")
    with Stage(group_id="report", after=stage_5, when=lambda so_far: True) as stage_6:
        Pod(
            stage=stage_6,
            task_id="dingtalk",
            program=["sh", "-eu", "-c", "# The text as a JSON string, whatever is in it: byte by byte, so that no quote or line end breaks out.\njson() {\n  printf '\"'\n  printf '%b' \"$(printf '%s' \"$1\" | od -An -v -tu1 | LC_ALL=C awk '{\n    for (i = 1; i <= NF; i++) printf(($i < 32 || $i == 34 || $i == 92) ? \"\\\\\\\\u%04x\" : \"\\\\0%03o\", $i)\n  }')\"\n  printf '\"'\n}\n\n# The HMAC-SHA256 of standard input under a key, in base64.\nhmac() {\n  openssl dgst -sha256 -hmac \"$1\" -binary | openssl base64 -A\n}\n\n# Sends JSON. The address is a secret, so curl reads it from standard input: a command line is seen by all.\npost() {\n  answer=$(printf 'url = \"%s%s\"\\n' \"$WEBHOOK\" \"$1\" | curl --config - --fail --silent --show-error \\\n    --max-time 20 --retry 3 --retry-connrefused --header 'Content-Type: application/json; charset=utf-8' --data-binary \"$2\")\n}\n\n# Fails unless the answer to the message looks so: these services answer 200 to what they refuse, too.\naccepted() {\n  printf '%s' \"$answer\" | tr -d ' \\n' | grep -q \"$1\" || { printf 'refused: %s\\n' \"$answer\" >&2; exit 1; }\n}\ntitle='回归测试 main（smoke）'\ntext='看不懂结果？先读 https://wiki.example.com/ci/regression。'\nverdict=${O11N_VERDICT:-ended}\ncase $verdict in\n  succeeded) mark='\u2705' ;;\n  unstable) mark='\u26a0\ufe0f' ;;\n  failed) mark='\u274c' ;;\n  *) mark='\U0001f3c1' ;;\nesac\nheadline=\"$mark $title: $verdict\"\ndetails=$(\n  printf -- '- pipeline: %s\\n' \"${O11N_PIPELINE:-}\"\n  printf -- '- run: %s\\n' \"${JOB_NAME:-} #${BUILD_ID:-}\"\n  if [ -n \"${BUILD_URL:-}\" ]; then printf -- '- log: %s\\n' \"$BUILD_URL\"; fi\n  if [ -n \"$text\" ]; then printf '\\n%s\\n' \"$text\"; fi\n)\nquery=\nif [ -n \"${SIGN:-}\" ]; then\n  stamp=$(date +%s)000\n  signature=$(printf '%s\\n%s' \"$stamp\" \"$SIGN\" | hmac \"$SIGN\" | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')\n  query=\"&timestamp=$stamp&sign=$signature\"\nfi\nmarkdown=$(printf '### %s\\n\\n%s' \"$headline\" \"$details\")\npost \"$query\" \"{\\\"msgtype\\\":\\\"markdown\\\",\\\"markdown\\\":{\\\"title\\\":$(json \"$headline\"),\\\"text\\\":$(json \"$markdown\")}}\"\naccepted '\"errcode\":0[,}]'"],
            pod_template_dict=POD_12,
            base_container_name="build",
            secrets=[Secret("env", "WEBHOOK", "o11n-secrets", "DINGTALK_WEBHOOK"), Secret("env", "SIGN", "o11n-secrets", "DINGTALK_SIGN")],
            execution_timeout=timedelta(seconds=120),
            on_error="ignore",
        )
    Verdict(task_id="verdict", after=stage_6)
