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
