//! A Kubernetes control plane, with Argo's controller or without, all on the loopback interface, and a node: one without containers,
//! or a real one.
//!
//! Every process is killed by the kernel when the thread that started it ends, however that comes about, so nothing outlives us.

pub mod job;
pub mod programs;
pub mod real;

use crate::project;
use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use programs::{CONTROLLER, CRDS, ETCD, FAKE_NODE, KUBECTL, KUBERNETES};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// What runs the pipelines, and their pods.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// Argo's controller, and our node.
    Argo,
    /// Argo's controller, and a kubelet.
    ArgoReal,
    /// Kubernetes' own controller of Jobs, and our node.
    Jobs,
    /// Kubernetes' own controller of Jobs, and a kubelet.
    JobsReal,
}

impl Kind {
    fn is_real(self) -> bool {
        matches!(self, Self::ArgoReal | Self::JobsReal)
    }

    fn has_argo(self) -> bool {
        matches!(self, Self::Argo | Self::ArgoReal)
    }
}

/// A running cluster; it stops when it is dropped.
pub struct Cluster {
    folder: PathBuf,
    ports: Ports,
    kind: Kind,
    /// In the order in which they were started.
    processes: Vec<(&'static str, Child)>,
}

/// The two ends of a line to the fake node: jobs go in, reports come out.
pub struct Line {
    pub jobs: ChildStdin,
    pub reports: BufReader<ChildStdout>,
}

struct Ports {
    api: u16,
    etcd: u16,
    peers: u16,
    managers: u16,
    scheduler: u16,
    kubelet: u16,
    store: u16,
}

impl Ports {
    /// Ports that nobody listens at. All are held until the last is known, so that no two are the same.
    fn free() -> Result<Self> {
        let listeners: Vec<TcpListener> = (0..7).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<std::io::Result<_>>()?;
        let ports = listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect::<Result<Vec<u16>>>()?;
        let [api, etcd, peers, managers, scheduler, kubelet, store] = ports[..] else {
            anyhow::bail!("seven ports were asked for")
        };
        Ok(Self { api, etcd, peers, managers, scheduler, kubelet, store })
    }
}

impl Cluster {
    /// Starts a cluster with its state and logs in a folder.
    pub fn start(folder: &Path, kind: Kind) -> Result<(Self, Line)> {
        for name in ["pki", "etcd", "log"] {
            fs::create_dir_all(folder.join(name))?;
        }
        let mut cluster = Self { folder: folder.to_owned(), ports: Ports::free()?, kind, processes: Vec::new() };
        let line = cluster.start_all().with_context(|| format!("the cluster did not start; see {}/log", folder.display()))?;
        Ok((cluster, line))
    }

    fn start_all(&mut self) -> Result<Line> {
        self.write_credentials()?;
        self.start_etcd()?;
        self.start_api_server()?;
        // It waits for the API server.
        let line = self.start_fake_node()?;
        self.start_controllers()?;
        if self.kind.is_real() {
            self.start_kubelet()?;
        }
        Ok(line)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Keys for service accounts, and an administrator with a token.
    fn write_credentials(&self) -> Result<()> {
        let node = FAKE_NODE.folder()?.join("fake-node");
        crate::process::stdout(Command::new(node).arg("keys").arg(self.folder.join("pki")))?;
        let mut token = [0; 16];
        std::io::Read::read_exact(&mut File::open("/dev/urandom")?, &mut token)?;
        let token: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(self.path("pki/tokens.csv"), format!("{token},admin,admin,system:masters\n"))?;
        let server = format!("https://127.0.0.1:{}", self.ports.api);
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "o11n",
            "clusters": [{ "name": "o11n", "cluster": { "server": server, "insecure-skip-tls-verify": true } }],
            "users": [{ "name": "admin", "user": { "token": token } }],
            "contexts": [{ "name": "o11n", "context": { "cluster": "o11n", "user": "admin", "namespace": "default" } }],
        });
        fs::write(self.path("kubeconfig"), kubeconfig.to_string())?;
        let (port, store) = (self.ports.api.to_string(), format!("127.0.0.1:{}", self.ports.store));
        let secret = |key: &str| json!({ "name": "store", "key": key });
        let repository = json!({ "s3": {
            "endpoint": store, "insecure": true, "bucket": "artifacts", "accessKeySecret": secret("user"), "secretKeySecret": secret("key"),
        } });
        // Where executors find the API server.
        let executor = json!({ "env": [
            { "name": "KUBERNETES_SERVICE_HOST", "value": "127.0.0.1" }, { "name": "KUBERNETES_SERVICE_PORT", "value": port },
        ] });
        let config = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "workflow-controller-configmap" },
            "data": {
                "artifactRepository": repository.to_string(), "executor": executor.to_string(),
                "metricsConfig": "{enabled: false}", "telemetryConfig": "{enabled: false}",
                "nodeEvents": "{enabled: false}", "workflowEvents": "{enabled: false}",
            },
        });
        Ok(fs::write(self.path("argo-config.json"), config.to_string())?)
    }

    fn start_etcd(&mut self) -> Result<()> {
        let mut etcd = Command::new(ETCD.folder()?.join("etcd"));
        let (clients, peers) =
            (format!("http://127.0.0.1:{}", self.ports.etcd), format!("http://127.0.0.1:{}", self.ports.peers));
        etcd.args(["--name=o11n", "--unsafe-no-fsync", "--log-level=warn"]).arg(format!("--data-dir={}", self.path("etcd")));
        etcd.arg(format!("--listen-client-urls={clients}")).arg(format!("--advertise-client-urls={clients}"));
        etcd.arg(format!("--listen-peer-urls={peers}")).arg(format!("--initial-advertise-peer-urls={peers}"));
        etcd.arg(format!("--initial-cluster=o11n={peers}"));
        self.spawn("etcd", &mut etcd).map(drop)
    }

    fn start_api_server(&mut self) -> Result<()> {
        let mut server = Command::new(KUBERNETES.folder()?.join("kube-apiserver"));
        server.args([
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            // Without it, a server on the loopback interface refuses to start.
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--enable-priority-and-fairness=false",
            "--max-requests-inflight=0",
            "--max-mutating-requests-inflight=0",
            "--profiling=false",
            // Nothing takes the taint away that it would give to new nodes.
            "--disable-admission-plugins=TaintNodesByCondition",
        ]);
        server.arg(format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd));
        server.arg(format!("--secure-port={}", self.ports.api)).arg(format!("--cert-dir={}", self.path("pki")));
        server.arg(format!("--token-auth-file={}", self.path("pki/tokens.csv")));
        server.arg(format!("--service-account-key-file={}", self.path("pki/sa.pub")));
        server.arg(format!("--service-account-signing-key-file={}", self.path("pki/sa.key")));
        if self.kind.is_real() {
            // By these, every pod gets a local image.
            server.args([
                "--feature-gates=MutatingAdmissionPolicy=true",
                "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
            ]);
        }
        self.spawn("kube-apiserver", &mut server).map(drop)
    }

    fn start_fake_node(&mut self) -> Result<Line> {
        let mut node = Command::new(FAKE_NODE.folder()?.join("fake-node"));
        node.arg("serve").arg(format!("--kubeconfig={}", self.path("kubeconfig")));
        if !self.kind.has_argo() {
            node.arg(format!("--kubectl={}", KUBECTL.folder()?.join("kubectl").display()));
        } else {
            node.arg(format!("--crds={}", CRDS.folder()?.display()));
            node.arg(format!("--argo-config={}", self.path("argo-config.json")));
            node.arg(format!("--o11n={}", project::target_dir("debug").join("o11n").display()));
        }
        if self.kind.is_real() {
            node.arg(format!("--real=127.0.0.1:{}", self.ports.store));
        }
        let child = self.spawn("fake-node", &mut node)?;
        let jobs = child.stdin.take().context("standard input is piped")?;
        let mut reports = BufReader::new(child.stdout.take().context("standard output is piped")?);
        let mut ready = String::new();
        reports.read_line(&mut ready)?;
        ensure!(ready.contains("ready"), "the node did not get ready");
        Ok(Line { jobs, reports })
    }

    fn start_controllers(&mut self) -> Result<()> {
        let (programs, kubeconfig) = (KUBERNETES.folder()?, format!("--kubeconfig={}", self.path("kubeconfig")));
        let mut managers = Command::new(programs.join("kube-controller-manager"));
        managers.args([
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            "--kube-api-qps=1000",
            "--kube-api-burst=1000",
            "--concurrent-job-syncs=20",
        ]);
        let jobs =
            if self.kind.has_argo() { "" } else { ",job-controller,cronjob-controller,persistentvolume-binder-controller" };
        managers.arg(format!(
            "--controllers=serviceaccount-controller,garbage-collector-controller,root-ca-certificate-publisher-controller{jobs}"
        ));
        managers.arg(format!("--root-ca-file={}", self.path("pki/apiserver.crt")));
        managers.arg(&kubeconfig).arg(format!("--secure-port={}", self.ports.managers));
        self.spawn("kube-controller-manager", &mut managers)?;

        // Our node has no labels and no volumes, and can do without.
        let ignored = if self.kind.is_real() {
            vec![]
        } else {
            vec!["NodeAffinity", "NodeVolumeLimits", "VolumeBinding", "VolumeRestrictions", "VolumeZone"]
        };
        let ignored: Vec<Value> = ignored.into_iter().map(|name| json!({ "name": name })).collect();
        let config = json!({
            "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
            "leaderElection": { "leaderElect": false },
            "clientConnection": { "kubeconfig": self.path("kubeconfig"), "qps": 1000, "burst": 1000 },
            "profiles": [{ "schedulerName": "default-scheduler", "plugins": { "multiPoint": { "disabled": ignored } } }],
        });
        fs::write(self.path("scheduler.json"), config.to_string())?;
        let mut scheduler = Command::new(programs.join("kube-scheduler"));
        scheduler.arg(format!("--config={}", self.path("scheduler.json"))).arg("--bind-address=127.0.0.1");
        scheduler.arg(format!("--secure-port={}", self.ports.scheduler));
        self.spawn("kube-scheduler", &mut scheduler)?;
        if self.kind.has_argo() { self.start_argo() } else { Ok(()) }
    }

    fn start_argo(&mut self) -> Result<()> {
        let kubeconfig = format!("--kubeconfig={}", self.path("kubeconfig"));
        let mut argo = Command::new(CONTROLLER.folder()?.join("workflow-controller"));
        argo.arg(&kubeconfig).args([
            "--namespace=argo",
            "--executor-image=localhost/argoexec",
            "--executor-image-pull-policy=Never",
            "--loglevel=info",
            "--pod-cleanup-workers=16",
            "--qps=1000",
            "--burst=1000",
        ]);
        // Argo waits that long between two looks at a workflow: ten seconds by default.
        argo.env("DEFAULT_REQUEUE_TIME", "100ms").env("LEADER_ELECTION_DISABLE", "true");
        self.spawn("workflow-controller", &mut argo).map(drop)
    }

    /// Starts a process that ends when we do, its log in a file.
    fn spawn(&mut self, name: &'static str, command: &mut Command) -> Result<&mut Child> {
        let log = File::create(self.folder.join("log").join(name))?;
        let mut bound = Command::new("setpriv");
        bound.args(["--pdeathsig", "KILL"]).arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            bound.env(key, value.unwrap_or_default());
        }
        if name == "fake-node" {
            bound.stdin(Stdio::piped()).stdout(Stdio::piped());
        } else {
            bound.stdin(Stdio::null()).stdout(log.try_clone()?);
        }
        let child = bound.stderr(log).spawn().with_context(|| format!("cannot start {name}"))?;
        self.processes.push((name, child));
        Ok(&mut self.processes.last_mut().context("it was pushed")?.1)
    }

    /// The first process that has ended, if any.
    pub fn dead(&mut self) -> Option<&'static str> {
        self.processes.iter_mut().find_map(|(name, child)| (!matches!(child.try_wait(), Ok(None))).then_some(*name))
    }
}

impl Drop for Cluster {
    /// Stops everything, the last first, so that nobody has to complain about the other.
    fn drop(&mut self) {
        /// How long a process may take to end once it is asked to.
        const GRACE: Duration = Duration::from_secs(3);
        for (_, child) in self.processes.iter_mut().rev() {
            let asked = Instant::now();
            let pid = Pid::from_raw(child.id().cast_signed());
            // One that has ended cannot be asked.
            let _ = kill(pid, Signal::SIGTERM);
            while matches!(child.try_wait(), Ok(None)) && asked.elapsed() < GRACE {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        // The logs stay; what was stored is of no use.
        let _ = fs::remove_dir_all(self.folder.join("etcd"));
    }
}

impl Line {
    /// Hands over a job.
    pub fn send(&mut self, job: &impl serde::Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.jobs, job)?;
        Ok(self.jobs.write_all(b"\n")?)
    }
}
