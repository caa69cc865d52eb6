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
