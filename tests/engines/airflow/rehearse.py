"""Runs DAGs on Airflow's own scheduler step by step, on a clock of ours, and writes what became of them.

`rehearse.py JOB`: the file JOB says what to run. AIRFLOW_HOME is empty at the start.

Airflow's are the parsing, the database, the scheduler's decisions (states, trigger rules, pools, weights, retries, lost workers), and
how a task instance runs and ends. Ours are the executor, which gives each task a thread instead of a process, of which one at a time
has its turn; the bodies; and the time, which jumps to the next thing that happens. So an hour costs nothing, and nothing is chance.
"""

import gc
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from datetime import datetime, timezone
from types import SimpleNamespace

import home

home.prepare(SCHEDULER__USE_JOB_SCHEDULE=False, CORE__PARALLELISM=5000, SCHEDULER__SCHEDULER_ZOMBIE_TASK_THRESHOLD=10**6,
             SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT=10**6)

import time_machine
from airflow.executors.base_executor import BaseExecutor
from airflow.jobs.job import Job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models import TaskInstance
from airflow.utils.session import create_session

IS_3 = home.JOB["version"] == 3
ENDLESS = float("inf")
# Well before the database's own clock, so that nothing is ever too early for it.
START = float(int(time.time()) - 100 * 86_400)
# A round of the scheduler comes so long after another, in seconds.
PAUSE = 0.2


class Clock:
    def __init__(self):
        self.now = START
        self.travel = time_machine.travel(datetime.fromtimestamp(START, timezone.utc), tick=False)
        self.hands = self.travel.start()

    def move(self, to):
        if to > self.now:
            self.now = to
            self.hands.move_to(datetime.fromtimestamp(to, timezone.utc))


CLOCK = Clock()


class Actor(threading.Thread):
    """Something that runs beside others. It has its turn until it waits or ends."""

    numbers = itertools.count()

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.number, self.turn, self.over = work, next(self.numbers), threading.Semaphore(0), False
        # When it wants to go on; asked again and again, for it may depend on others.
        self.wants = lambda: CLOCK.now
        self.own, self.body, self.watch = own(), None, None

    def is_alarm(self):
        """Whether all that it waits for by now is that something's time is over, and not what shall happen."""
        if self.body:
            return not self.body.killed and (bool(self.body.waits_for()) or self.body.ends == ENDLESS and not self.body.is_awaited())
        return bool(self.watch) and self.wants() == self.watch.task.flow["until"]

    def run(self):
        self.turn.acquire()
        try:
            self.work()
        except BaseException:
            traceback.print_exc()
        self.over = True
        PLAY.back.release()

    def wait(self, wants):
        self.wants = wants
        PLAY.back.release()
        self.turn.acquire()


ABSENT = object()


def own(*new):
    """What is a task's own, and of which a process has one place: its supervisor in Airflow 3, its session in Airflow 2."""
    if IS_3:
        import airflow.sdk.execution_time.task_runner as module

        name = "SUPERVISOR_COMMS"
    else:
        import airflow.utils.task_instance_session as module

        name = "__current_task_instance_session"
    for value in new:
        if value is not ABSENT:
            setattr(module, name, value)
        elif hasattr(module, name):
            delattr(module, name)
    return getattr(module, name, ABSENT)


class Play:
    """One run of a DAG."""

    def __init__(self, dag):
        self.dag, self.actors, self.back, self.changes, self.dirty = dag, [], threading.Semaphore(0), 0, True
        told = home.PLAYS / f"{dag.dag_id}.json"
        self.case = json.loads(told.read_text()) if told.exists() else None
        self.begun, self.seen, self.lines, self.pause_ends = CLOCK.now, set(), [], CLOCK.now

    def note(self, event, *more):
        self.seen.add(event)
        self.lines.append("\t".join([event, *more, f"{CLOCK.now - self.begun:.6f}"]))

    def act(self, work):
        actor = Actor(work)
        self.actors.append(actor)
        actor.start()
        return actor

    def resume(self, actor):
        before = own()
        own(actor.own)
        actor.turn.release()
        self.back.acquire()
        actor.own = own()
        own(before)
        if actor.over:
            self.actors.remove(actor)

    def settle(self):
        """Everything that happens now."""
        while True:
            due = [actor for actor in self.actors if actor.wants() <= CLOCK.now]
            if due:
                self.resume(min(due, key=lambda actor: (actor.wants(), actor.number)))
            elif self.dirty and self.pause_ends <= CLOCK.now:
                before, self.pause_ends = home.skipped(self.dag.dag_id), CLOCK.now + PAUSE
                schedule()
                # What it has skipped may be all that others wait for.
                self.dirty = home.skipped(self.dag.dag_id) != before
            else:
                return

    def run(self):
        home.trigger(self.dag.dag_id)
        until = CLOCK.now + 10 * 3_600
        while True:
            self.settle()
            state = home.state(self.dag.dag_id)
            if state in ("success", "failed") or CLOCK.now > until:
                return state
            # In a round that is due anyway, all that is due is seen.
            rounds = [self.pause_ends] if self.dirty else retries(self.dag)
            at = min([*(actor.wants() for actor in self.actors), *rounds], default=ENDLESS)
            hopeful = min([*(actor.wants() for actor in self.actors if not actor.is_alarm()), *rounds], default=ENDLESS)
            # Only the clock would end those that wait for what does not come.
            if at < hopeful and self.give_up_waiting() or at == ENDLESS and (self.give_up_waiting() or self.give_up_hanging()):
                continue
            if at == ENDLESS:
                return state
            CLOCK.move(at)
            self.dirty = self.dirty or at in rounds

    def give_up_waiting(self):
        """Lets the first body end that waits for what does not come."""
        bodies = [actor.body for actor in self.actors if actor.body and actor.body.waits_for()]
        if not bodies:
            return False
        first = min(bodies, key=lambda body: body.ends)
        self.note(f"? {first.name} waited in vain for {sorted(first.waits_for())}")
        first.after = set()
        return True

    def give_up_hanging(self):
        """Lets the first body end that nobody ends."""
        body = next((actor.body for actor in self.actors if actor.body), None)
        if body is None:
            return False
        self.note(f"? {body.name} waited in vain for its end")
        body.ends = CLOCK.now
        return True


PLAY = None


class Body:
    """What a task runs, in place of its script."""

    def __init__(self, task_id, number):
        key = PLAY.case["tasks"][task_id]
        attempts = PLAY.case["attempts"][key]
        self.attempt, self.name = attempts[min(number, len(attempts)) - 1], f"{key}@{number}"
        self.ends = ENDLESS if self.attempt["end"] == "never" else CLOCK.now + self.attempt["takes"]
        self.after, self.killed = set(self.attempt["after"]), False
        self.timeout = getattr(threading.current_thread(), "timeout", ENDLESS)

    def waits_for(self):
        return self.after - PLAY.seen

    def is_awaited(self):
        """Whether another's end has to come after its own."""
        return any(f"E {self.name}" in actor.body.after for actor in PLAY.actors if actor.body)

    def wants(self):
        if self.killed:
            return CLOCK.now
        return min(ENDLESS if self.waits_for() else self.ends, self.timeout)

    def play(self, in_pod=False):
        actor, is_lost = threading.current_thread(), self.attempt["end"] not in ("exit", "never")
        actor.body = self
        PLAY.note(f"S {self.name}")
        actor.wait(self.wants)
        actor.body = None
        if self.killed or self.waits_for() or CLOCK.now < self.ends:
            PLAY.note(f"E {self.name}")
            if self.killed:
                return 143
            raise AirflowTaskTimeout("its time is over")
        PLAY.note(f"E {self.name}", "lost" if is_lost else str(self.attempt["code"]))
        if is_lost and in_pod:
            return self.attempt["end"]
        if is_lost:
            lose(actor.key)
            actor.wait(lambda: ENDLESS)
        return self.attempt["code"]


class Alarm:
    """Airflow's own, which is a signal, on our clock."""

    def __init__(self, seconds=1, error_message=""):
        self.seconds = seconds

    def __enter__(self):
        threading.current_thread().timeout = CLOCK.now + self.seconds

    def __exit__(self, *args):
        threading.current_thread().timeout = ENDLESS


class Event(threading.Event):
    """What a watching thread waits for. It looks again only if something has happened that it can see."""

    def wait(self, timeout):
        actor, since, changes = threading.current_thread(), CLOCK.now, PLAY.changes
        until = actor.watch.task.flow["until"] or ENDLESS

        def wants():
            if self.is_set():
                return CLOCK.now
            return since + timeout if PLAY.changes > changes or since + timeout >= until else until

        actor.wait(wants)
        return self.is_set()


def start_watch(watch):
    watch.actor = PLAY.act(watch.run)
    watch.actor.watch = watch


def join_watch(watch):
    threading.current_thread().wait(lambda: CLOCK.now if watch.actor.over else ENDLESS)


def direct(dag):
    """Puts our bodies and our threads into a DAG's file; of a DAG whose bodies we do not play, only Kubernetes is ours."""
    task = next((task for task in dag.tasks if hasattr(task, "run_once")), None)
    if task is None:
        return
    parts = type(task).run_once.__globals__
    if "Pod" in parts:
        pod = parts["KubernetesPodOperator"]
        pod.execute_sync, pod.cleanup, pod.on_kill = play_pod if PLAY.case else run_pod, end_pod, kill
    if not PLAY.case:
        return
    parts["threading"] = SimpleNamespace(Thread=threading.Thread, Event=Event, Timer=threading.Timer)
    if "Watch" in parts:
        parts["Watch"].start, parts["Watch"].join = start_watch, join_watch
    if "Shell" in parts:
        parts["Shell"].run_command, parts["Shell"].stop = play_command, kill


def kill(task):
    task.body.killed = True


def play_command(task, file, script, command=None):
    task.body = Body(task.task_id, int(task.variables["O11N_ATTEMPT"]))
    return task.body.play()


def play_pod(task, context):
    task.body = Body(task.task_id, int(task.env_vars["O11N_ATTEMPT"]))
    pod_ended(task, task.body.play(in_pod=True))


def run_pod(task, context):
    """Runs a pod's words as Kubernetes and its container would, without the container."""
    with tempfile.TemporaryDirectory() as folder:
        env = {}
        for name, value in task.env_vars.items():
            env[name] = expanded(value, env)
        words = [expanded(word, env) for word in task.cmds + task.arguments]
        words = [word.replace("/tmp/o11n-", f"{folder}/o11n-") for word in words]
        pod_ended(task, subprocess.run(words, cwd=folder, env={**os.environ, **env}).returncode)


def expanded(text, env):
    """What Kubernetes makes of a word or a value: `$(NAME)` is a variable's value, `$$` is `$`."""
    return re.sub(r"\$(?:\$|\(([^)]*)\))", lambda it: "$" if it[1] is None else env.get(it[1], it[0]), text)


def pod_ended(task, end):
    """A pod has ended, by an exit code or because of its node, and Kubernetes tells of it."""
    terminated = SimpleNamespace(terminated=SimpleNamespace(exit_code=end))
    containers = [SimpleNamespace(name=task.base_container_name, state=terminated)]
    gone = [SimpleNamespace(type="DisruptionTarget")] if end == "evicted" else None
    pod = SimpleNamespace(status=SimpleNamespace(conditions=gone, container_statuses=containers))
    task.cleanup(pod, None if end == "deleted" else pod)


def end_pod(task, pod, remote_pod, *args, **kwargs):
    raise AirflowException("the pod failed")


class Executor(BaseExecutor):
    """Gives each task a thread."""

    is_local = True

    def execute_async(self, key, command, queue=None, executor_config=None):
        self.begin(key)

    def _process_workloads(self, workloads):
        for workload in workloads:
            key = workload.ti.key
            self.queued_tasks.pop(key, None)
            self.running.add(key)
            self.begin(key)

    def begin(self, key):
        def work():
            run_task(key)
            self.success(key)
            PLAY.dirty = True
            # What a task can be ended by: a failure, or the end of a copy.
            if getattr(PLAY.dag.get_task(key.task_id), "replica_of", None) or home.task_state(key) == "failed":
                PLAY.changes += 1

        PLAY.act(work).key = key

    def send_callback(self, request):
        """What Airflow 2 has done to lost tasks by the processor of DAGs."""
        if not IS_3:
            from airflow.dag_processing.processor import DagFileProcessor

            with create_session() as session:
                DagFileProcessor._execute_task_callbacks(BAG, request, False, session=session)


def found(session, key):
    asked = session.query(TaskInstance).filter(TaskInstance.dag_id == key.dag_id, TaskInstance.run_id == key.run_id)
    return asked.filter(TaskInstance.task_id == key.task_id).one()


def run_task(key):
    """What a worker does."""
    task = PLAY.dag.get_task(key.task_id)
    if IS_3:
        from airflow.sdk.api.datamodels._generated import TaskInstance as Described
        from airflow.sdk.execution_time.supervisor import run_task_in_process

        with create_session() as session:
            ti = found(session, key)
            fields = ("id", "task_id", "dag_id", "run_id", "try_number", "map_index", "dag_version_id")
            described = Described(**{name: getattr(ti, name) for name in fields})
        run_task_in_process(ti=described, task=task.prepare_for_execution())
        return
    with create_session() as session:
        job = Job()
        job.job_type = "LocalTaskJob"
        session.add(job)
        session.commit()
        ti = found(session, key)
        ti.task, threading.current_thread().job = task, job.id
        if not ti.check_and_change_state_before_execution(job_id=str(job.id), session=session):
            PLAY.note(f"? {key.task_id} may not run")
            return
        session.commit()
        try:
            ti._run_raw_task(job_id=str(job.id), session=session)
        except Exception as error:
            if ti.state not in ("failed", "up_for_retry"):
                PLAY.note(f"? {key.task_id}: {error!r}")


def lose(key):
    """A worker is gone: it gives no sign of life, and the scheduler sees it."""
    with create_session() as session:
        if IS_3:
            found(session, key).last_heartbeat_at = datetime(2020, 1, 1, tzinfo=timezone.utc)
        else:
            session.get(Job, threading.current_thread().job).state = "failed"
    LOST.append(key)
    PLAY.dirty = True


LOST = []


def schedule():
    """One round of the scheduler."""
    if LOST:
        LOST.clear()
        find = "_find_and_purge_task_instances_without_heartbeats" if IS_3 else "_find_and_purge_zombies"
        getattr(RUNNER, find)()
        PLAY.changes += 1
    with create_session() as session:
        RUNNER._process_executor_events(executor=EXECUTOR, session=session)
    with create_session() as session:
        RUNNER._do_scheduling(session)
        session.expunge_all()
    EXECUTOR.heartbeat()


def retries(dag):
    """When tasks are due again."""
    due = []
    with create_session() as session:
        asked = session.query(TaskInstance).filter(TaskInstance.dag_id == dag.dag_id, TaskInstance.run_id == "run")
        for ti in asked.filter(TaskInstance.state == "up_for_retry"):
            ti.task = dag.get_task(ti.task_id)
            # It must have passed.
            due.append(max(ti.next_retry_datetime().timestamp(), CLOCK.now) + 0.0001)
    return due


def main():
    global PLAY
    reports = {}
    for wanted in home.JOB["runs"]:
        dag = BAG.dags.get(wanted["id"])
        if dag is None:
            reports[wanted["id"]] = {"state": "not read", "tasks": {}, "told": {}}
            continue
        CLOCK.move(CLOCK.now + 60)
        EXECUTOR.running.clear()
        PLAY = Play(dag)
        direct(dag)
        try:
            state = PLAY.run()
        except Exception as error:
            traceback.print_exc()
            state = f"broken off: {error!r}"
        (home.PLAYS / f"{dag.dag_id}.events").write_text("".join(line + "\n" for line in PLAY.lines))
        reports[dag.dag_id] = home.report(dag.dag_id, state)
        home.end(dag.dag_id)
    return reports


# There are threads only, and signals are for processes.
signal.signal = lambda *args: signal.SIG_DFL
if IS_3:
    import airflow.sdk.execution_time.timeout as alarms
    from airflow.sdk.exceptions import AirflowException, AirflowTaskTimeout
else:
    import airflow.models.taskinstance as alarms
    from airflow.exceptions import AirflowException, AirflowTaskTimeout
alarms.timeout = Alarm

times = {"start": home.SINCE, "imported": time.perf_counter()}
EXECUTOR = Executor()
before = time.process_time()
BAG = home.read()
times["prepared"] = time.perf_counter()
# Of the processor, which others may want too.
times["reading"] = time.process_time() - before
home.fill()
# What was read stays.
gc.freeze()
JOB = Job(**({} if IS_3 else {"executor": EXECUTOR}))
JOB.job_type = "SchedulerJob"
with create_session() as made:
    made.add(JOB)
    made.commit()
    made.refresh(JOB)
    made.expunge(JOB)
RUNNER = SchedulerJobRunner(job=JOB, **({"executors": [EXECUTOR]} if IS_3 else {}))
RUNNER._try_to_load_executor = lambda *args, **kwargs: EXECUTOR
EXECUTOR.job_id = JOB.id
home.tell(main(), BAG, times)
sys.stdout.flush()
# Threads of lost tasks wait for ever.
os._exit(0)
