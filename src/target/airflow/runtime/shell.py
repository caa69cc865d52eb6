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
