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
