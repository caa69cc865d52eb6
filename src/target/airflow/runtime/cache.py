class Cache:
    """A success that is remembered, as an Airflow Variable, by the fingerprint of what ran."""

    def __init__(self, fingerprint, ttl=None):
        self.key, self.ttl = f"o11n.cache.{DAG_ID}.{fingerprint}", ttl

    def has(self, now):
        since = Variable.get(self.key, None)
        return since is not None and (self.ttl is None or now < float(since) + self.ttl)

    def remember(self):
        Variable.set(self.key, str(time.time()))
