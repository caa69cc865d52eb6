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
