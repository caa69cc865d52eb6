# Pipeline files, compiled by o11n for Airflow. Change its source, not this file.
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
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

PIPELINE, JOB_NAME, BUILD_ID = "files", "files", ""
DAG_ID = "files"
RUN_VARIABLES = []
# The folder that all workers share.
FILES = "/mnt/o11n"


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


class Files:
    """Files that come from other tasks and leave for them, in the folder that all workers share."""

    def __init__(self, folder, save=(), keep=(), load=()):
        self.folder, self.saved, self.kept, self.loaded = folder, save, keep, load

    def path(self, context, folder, kind):
        run = re.sub(r"[^\w.-]", "_", context["ti"].run_id)
        return os.path.join(FILES, DAG_ID, folder.replace("RUN", run, 1), kind)

    def load(self, context, workspace):
        for folder in self.loaded:
            path = self.path(context, folder, "save")
            if os.path.isdir(path):
                shutil.copytree(path, workspace, symlinks=True, dirs_exist_ok=True)

    def save(self, context, workspace, outcome):
        if outcome in ("succeeded", "unstable"):
            self.copy(workspace, self.saved, self.path(context, self.folder, "save"))
        self.copy(workspace, self.kept, self.path(context, self.folder, "keep"))

    def copy(self, workspace, patterns, to):
        for source in (found for pattern in patterns for found in pathlib.Path(workspace).glob(pattern)):
            target = pathlib.Path(to) / source.relative_to(workspace)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy2(source, target)


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


class Shell(Attempt, BashOperator):
    """A body on the machine of an Airflow worker. Nothing in it is a template."""

    def __init__(
        self, *, script=None, command=None, shell=("bash", "-euo", "pipefail"), before=None,
        after=(), env=None, secrets=None, **kwargs,
    ):
        kwargs = {"bash_command": script or "", "env": env or {}, "append_env": True, "skip_on_exit_code": None, **kwargs}
        super().__init__(**kwargs)
        self.script, self.command, self.shell, self.before = script, command, shell, before
        self.after, self.secrets = after, secrets or {}

    def execute(self, context):
        self.run_once(context)

    def attempt(self, context):
        self.home = tempfile.mkdtemp(prefix="o11n-")
        self.workspace = os.path.join(self.home, "workspace")
        os.mkdir(self.workspace)
        self.variables = {**self.get_env(context), **self.environment(context), "WORKSPACE": self.workspace}
        self.variables.update((name, Variable.get(secret)) for name, secret in self.secrets.items())
        self.variables["O11N_CASES"] = self.write("cases", self.cases) if self.cases else "/dev/null"
        if self.files:
            self.files.load(context, self.workspace)
        code = self.run_command("before", self.before) if self.before else 0
        code = code or self.run_command("run", self.script, self.command)
        # What comes now is not timed.
        signal.setitimer(signal.ITIMER_REAL, 0)
        return code

    def run_command(self, file, script, command=None):
        command = command or [*self.shell, self.write(file, script)]
        code = self.subprocess_hook.run_command(command=command, env=self.variables, cwd=self.workspace).exit_code
        return code if code >= 0 else 128 - code

    def write(self, file, text):
        path = os.path.join(self.home, file)
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        return path

    def finish(self, context, outcome):
        self.variables["O11N_OUTCOME"] = outcome
        for script in self.after:
            limit = threading.Timer(300, self.stop)
            limit.start()
            self.run_command("after", script)
            limit.cancel()
        if self.files:
            self.files.save(context, self.workspace, outcome)
        shutil.rmtree(self.home, ignore_errors=True)

    def stop(self, grace=10):
        """Ends the body: kindly, then not."""
        process = self.subprocess_hook.sub_process
        for sign, wait in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
            try:
                os.killpg(process.pid, sign)
                process.wait(wait)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


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
        Shell(stage=stage_1, task_id="lib", script="make", files=Files("RUN/build/lib", save=["out/**"]))
    Verdict(task_id="verdict", after=stage_1)
