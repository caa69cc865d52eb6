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
