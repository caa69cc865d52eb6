try:  # Airflow 3
    from airflow.sdk import Variable
except ImportError:  # Airflow 2
    from airflow.models import Variable
