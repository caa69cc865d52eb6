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
