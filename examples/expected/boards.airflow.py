# Pipeline boards, compiled by o11n for Airflow. Change its source, not this file.
# store = "https://store.example.com/firmware"
#
# It needs these pools; Airflow never starts a task whose pool is not there:
#   airflow pools set o11n.lock.rack-rk3588 1 'lock rack-rk3588'
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
import shutil
import signal
import subprocess
import tempfile
import threading

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator
import re

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
try:  # Airflow 3
    from airflow.sdk import Variable
except ImportError:  # Airflow 2
    from airflow.models import Variable

PIPELINE, JOB_NAME, BUILD_ID = "boards", "nightly", "4711"
DAG_ID = "boards"
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
                "image": "registry.example.com/ci/build:24.04",
                "resources": {
                    "requests": {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "100Gi"},
                    "limits": {"memory": "64Gi", "ephemeral-storage": "100Gi"},
                },
                "volumeMounts": [{"name": "claim-1", "mountPath": "/cache"}, {"name": "workspace", "mountPath": "/workspace"}],
                "workingDir": "/workspace",
            },
        ],
        "volumes": [
            {"name": "claim-1", "persistentVolumeClaim": {"claimName": "build-cache"}},
            {"name": "workspace", "emptyDir": {}},
        ],
    },
}

TEXT_2 = "curl -sSf -o firmware.img \"$IMAGE\"\ntools/flash.sh firmware.img\ntests/camera.sh --part \"$O11N_SHARD/$O11N_SHARDS\""


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
    with Stage(group_id="compile") as stage_1:
        Pod(
            stage=stage_1,
            task_id="firmware",
            program=["bash", "-euo", "pipefail", "-c", "make -j firmware\ncurl -sSf -H \"Authorization: Bearer $TOKEN\" -T build/firmware.img \"$IMAGE\""],
            pod_template_dict=POD_1,
            base_container_name="build",
            env={"CCACHE_DIR": "/cache/ccache", "CCACHE_MAXSIZE": "50G", "IMAGE": "https://store.example.com/firmware/rk3588.img"},
            secrets=[Secret("env", "TOKEN", "o11n-secrets", "store-token")],
            execution_timeout=timedelta(seconds=2400),
        )
    with Stage(group_id="on-boards", name="on boards", after=stage_1) as stage_2:
        Shell(
            stage=stage_2,
            task_id="u5192u70df",
            name="冒烟",
            script="""curl -sSf -o firmware.img "$IMAGE"
tools/flash.sh firmware.img
tests/smoke.sh""",
            after=["tools/power_off.sh"],
            env={"BOARD": "rk3588", "IMAGE": "https://store.example.com/firmware/rk3588.img"},
            queue="board && rk3588",
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=60),
            retry_factor=2.0,
            retry_on=["lost", "timed_out"],
            pool="o11n.lock.rack-rk3588",
            on_error="continue",
        )
        Shell(
            stage=stage_2,
            task_id="camera-1of2",
            script=TEXT_2,
            after=["tools/power_off.sh"],
            env={"BOARD": "rk3588", "IMAGE": "https://store.example.com/firmware/rk3588.img"},
            queue="board && rk3588",
            shard=(1, 2),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=60),
            retry_factor=2.0,
            retry_on=["lost", "timed_out"],
            pool="o11n.lock.rack-rk3588",
            priority_weight=0,
            on_error="continue",
        )
        Shell(
            stage=stage_2,
            task_id="camera-2of2",
            script=TEXT_2,
            after=["tools/power_off.sh"],
            env={"BOARD": "rk3588", "IMAGE": "https://store.example.com/firmware/rk3588.img"},
            queue="board && rk3588",
            shard=(2, 2),
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=60),
            retry_factor=2.0,
            retry_on=["lost", "timed_out"],
            pool="o11n.lock.rack-rk3588",
            priority_weight=-1,
            on_error="continue",
        )
        Shell(
            stage=stage_2,
            task_id="thermal",
            script="""curl -sSf -o firmware.img "$IMAGE"
tools/flash.sh firmware.img
tests/thermal.sh --minutes 10""",
            after=["tools/power_off.sh"],
            env={"BOARD": "rk3588", "IMAGE": "https://store.example.com/firmware/rk3588.img"},
            queue="board && rk3588",
            exit_codes={80: "unstable"},
            execution_timeout=timedelta(seconds=1200),
            retries=2,
            retry_delay=timedelta(seconds=60),
            retry_factor=2.0,
            retry_on=["lost", "timed_out"],
            pool="o11n.lock.rack-rk3588",
            priority_weight=-2,
            on_error="ignore",
        )
    with Stage(group_id="report", after=stage_2, when=lambda so_far: True) as stage_3:
        Shell(
            stage=stage_3,
            task_id="slack",
            script="# The text as a JSON string, whatever is in it: byte by byte, so that no quote or line end breaks out.\njson() {\n  printf '\"'\n  printf '%b' \"$(printf '%s' \"$1\" | od -An -v -tu1 | LC_ALL=C awk '{\n    for (i = 1; i <= NF; i++) printf(($i < 32 || $i == 34 || $i == 92) ? \"\\\\\\\\u%04x\" : \"\\\\0%03o\", $i)\n  }')\"\n  printf '\"'\n}\n\n# The HMAC-SHA256 of standard input under a key, in base64.\nhmac() {\n  openssl dgst -sha256 -hmac \"$1\" -binary | openssl base64 -A\n}\n\n# Sends JSON. The address is a secret, so curl reads it from standard input: a command line is seen by all.\npost() {\n  answer=$(printf 'url = \"%s%s\"\\n' \"$WEBHOOK\" \"$1\" | curl --config - --fail --silent --show-error \\\n    --max-time 20 --retry 3 --retry-connrefused --header 'Content-Type: application/json; charset=utf-8' --data-binary \"$2\")\n}\n\n# Fails unless the answer to the message looks so: these services answer 200 to what they refuse, too.\naccepted() {\n  printf '%s' \"$answer\" | tr -d ' \\n' | grep -q \"$1\" || { printf 'refused: %s\\n' \"$answer\" >&2; exit 1; }\n}\ntitle='Firmware on boards'\ntext=''\nverdict=${O11N_VERDICT:-ended}\ncase $verdict in\n  succeeded) mark='\u2705' ;;\n  unstable) mark='\u26a0\ufe0f' ;;\n  failed) mark='\u274c' ;;\n  *) mark='\U0001f3c1' ;;\nesac\nheadline=\"$mark $title: $verdict\"\ndetails=$(\n  printf -- '- pipeline: %s\\n' \"${O11N_PIPELINE:-}\"\n  printf -- '- run: %s\\n' \"${JOB_NAME:-} #${BUILD_ID:-}\"\n  if [ -n \"${BUILD_URL:-}\" ]; then printf -- '- log: %s\\n' \"$BUILD_URL\"; fi\n  if [ -n \"$text\" ]; then printf '\\n%s\\n' \"$text\"; fi\n)\ncontent=$(printf '*%s*\\n%s' \"$headline\" \"$details\" | sed 's/&/\\&amp;/g; s/</\\&lt;/g; s/>/\\&gt;/g')\npost '' \"{\\\"text\\\":$(json \"$content\")}\"\naccepted '^ok$'",
            shell=["sh", "-eu"],
            env={"IMAGE": "https://store.example.com/firmware/rk3588.img"},
            secrets={"WEBHOOK": "SLACK_WEBHOOK"},
            execution_timeout=timedelta(seconds=120),
            on_error="ignore",
        )
    Verdict(task_id="verdict", after=stage_3)
