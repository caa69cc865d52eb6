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
