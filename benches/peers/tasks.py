"""python tasks.py 1000"""

import sys

from hera.workflows import Env, Resources, RetryStrategy, Script, Steps, Workflow
from hera.workflows.models import Backoff


def task(number):
    return Script(
        name=f"task-{number}",
        active_deadline_seconds=600,
        retry_strategy=RetryStrategy(limit="2", retry_policy="Always", backoff=Backoff(duration="30s", factor=2)),
        node_selector={"o11n.dev/label": "small"},
        image="registry.example.com/ci/base:1",
        command=["bash", "-euo", "pipefail"],
        env=[Env(name="INDEX", value=str(number)), Env(name="MODE", value="fast")],
        resources=Resources(cpu_limit=2, memory_limit="4Gi", cpu_request=2, memory_request="4Gi"),
        source=f'echo "task {number}"\nmake -C part-{number} all\nmake -C part-{number} test\n',
    )


with Workflow(generate_name="bench-", entrypoint="main") as workflow:
    tasks = [task(number) for number in range(1, int(sys.argv[1]) + 1)]
    with Steps(name="main") as steps:
        with steps.parallel():
            for each in tasks:
                each(name=each.name)
print(workflow.to_yaml())
