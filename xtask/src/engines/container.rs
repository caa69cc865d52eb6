//! The image, built with buildah and run with podman and runc.

use super::cases::o11n;
use super::tally::Tally;
use super::{Engine, Site};
use crate::{container, process, project, tools};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const ENGINE: Engine = Engine {
    name: "container",
    judges: "the image: what is in it, and that it prints what the binary prints",
    wants_examples: true,
    tools: &[],
    judge,
};

const MOST_BYTES: u64 = 15 * 1000 * 1000;

/// What a Jenkins job sets.
const JOB: &[(&str, &str)] =
    &[("O11N_PIPELINE", "regression"), ("TEST_LEVEL", "full"), ("JOB_NAME", "nightly"), ("BUILD_ID", "4711")];

/// An image store of our own, so that nothing is left behind on the machine.
struct Store {
    folder: PathBuf,
    /// The state of running containers; podman refuses a path of more than 50 characters.
    running: PathBuf,
}

impl Drop for Store {
    fn drop(&mut self) {
        // What remains lies in the folder for temporary files, and is small.
        let _ = fs::remove_dir_all(&self.running);
    }
}

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let store = Store::new(site.scratch.join("store"))?;
    let binary = container::static_binary(store.command("buildah"), &site.scratch)?;
    let workspace = workspace(&site.scratch)?;

    let dockerfile = project::root().join("Dockerfile");
    let image = "localhost/o11n";
    store.build(&dockerfile, &binary, image)?;
    tally.accepts("the image holds the binary and nothing else", store.holds_only_the_binary(image)?);
    tally.accepts("it runs as nobody in /workspace", store.runs_as_nobody(image)?);
    for (case, variables) in [("the taskbook", JOB.to_vec()), ("Argo's file", [JOB, &[("O11N_TARGET", "argo")]].concat())] {
        let wanted = process::output(o11n().current_dir(&workspace).env_clear().envs(variables.clone()))?;
        tally.accepts(&format!("{case}, by the binary"), succeeded(&wanted));
        tally.accepts(&format!("{case}, by the image"), same(&store.run(image, &workspace, &variables)?, &wanted));
        tally.refuses(
            &format!("{case}, without a workspace"),
            succeeded(&store.run(image, &site.scratch.join("empty"), &variables)?),
        );
    }
    let unknown = [("O11N_PIPELINE", "no-such-pipeline")];
    tally.accepts("a failure is one document and status 1", reports_failure(&store.run(image, &workspace, &unknown)?));

    let broken = site.scratch.join("Dockerfile.root");
    fs::write(&broken, fs::read_to_string(&dockerfile)?.replace("USER 65532:65532\n", ""))?;
    store.build(&broken, &binary, "localhost/broken")?;
    tally.refuses("an image that runs as root", store.runs_as_nobody("localhost/broken")?);
    fs::write(&broken, fs::read_to_string(&dockerfile)?.replace("COPY --chmod=0555 ${BINARY} /o11n", "COPY . /"))?;
    store.build(&broken, &binary, "localhost/broken")?;
    tally.refuses("an image with more than the binary", store.holds_only_the_binary("localhost/broken")?);
    store.build(&dockerfile, &project::target_dir("debug").join("o11n"), "localhost/broken")?;
    tally.refuses("a binary that needs libraries", succeeded(&store.run("localhost/broken", &workspace, JOB)?));
    Ok(())
}

/// The examples alone, readable by whoever the image runs as.
fn workspace(scratch: &Path) -> Result<PathBuf> {
    fs::create_dir(scratch.join("empty"))?;
    let workspace = scratch.join("workspace");
    let examples = project::root().join("examples");
    for file in tools::files_under(&examples)? {
        let copy = workspace.join(file.strip_prefix(&examples)?);
        fs::create_dir_all(copy.parent().context("a file lies in a folder")?)?;
        fs::copy(file, copy)?;
    }
    // Ends the search for the workspace's root, which for the binary would go on to the repository.
    fs::write(workspace.join("o11n.toml"), "")?;
    process::stdout(Command::new("chmod").args(["-R", "a+rX"]).arg(scratch))?;
    Ok(workspace)
}

impl Store {
    fn new(folder: PathBuf) -> Result<Self> {
        fs::create_dir(&folder)?;
        fs::write(folder.join("containers.conf"), CONFIGURATION)?;
        let running = std::env::temp_dir().join(format!("o11n-{}", std::process::id()));
        Ok(Self { folder, running })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("CONTAINERS_CONF", self.folder.join("containers.conf")).current_dir(&self.folder);
        command.arg("--root").arg(self.folder.join("root")).arg("--runroot").arg(&self.running);
        command.args(["--storage-driver", "vfs"]);
        command
    }

    fn build(&self, dockerfile: &Path, binary: &Path, tag: &str) -> Result<()> {
        // The context holds one file, whatever else lies beside the binary.
        let context = self.folder.join("context");
        fs::create_dir_all(&context)?;
        let copy = context.join("o11n");
        fs::copy(binary, &copy)?;
        fs::write(context.join("another-file"), "")?;
        process::stdout(container::build(&mut self.command("buildah"), dockerfile, &copy, tag)).map(drop)
    }

    /// Runs the image on a workspace, which it can only read, without any network.
    fn run(&self, image: &str, workspace: &Path, variables: &[(&str, &str)]) -> Result<Output> {
        let mut podman = self.command("podman");
        podman.args(["run", "--rm", "--network", "none", "--read-only", "--volume"]);
        podman.arg(format!("{}:/workspace:ro", workspace.display()));
        for (name, value) in variables {
            podman.args(["--env", &format!("{name}={value}")]);
        }
        process::output(podman.arg(image))
    }

    fn holds_only_the_binary(&self, image: &str) -> Result<Result<(), String>> {
        let container = process::stdout(self.command("buildah").args(["from", image]))?;
        let folder = process::stdout(self.command("buildah").args(["mount", container.trim()]))?;
        let folder = Path::new(folder.trim());
        let files = tools::files_under(folder)?;
        if files != [folder.join("o11n")] {
            return Ok(Err(format!("holds {files:?}")));
        }
        let size = fs::metadata(&files[0])?.len();
        Ok(if size < MOST_BYTES { Ok(()) } else { Err(format!("is {size} bytes")) })
    }

    fn runs_as_nobody(&self, image: &str) -> Result<Result<(), String>> {
        let text = process::stdout(self.command("podman").args(["image", "inspect", image]))?;
        let inspected: Value = serde_json::from_str(&text)?;
        let config = &inspected[0]["Config"];
        let (user, folder, entry) = (&config["User"], &config["WorkingDir"], &config["Entrypoint"]);
        let right = user == "65532:65532" && folder == "/workspace" && *entry == serde_json::json!(["/o11n"]);
        Ok(if right { Ok(()) } else { Err(config.to_string()) })
    }
}

/// runc works where crun does not; limits and cgroups as a container within a container can have them; no network plug-ins.
const CONFIGURATION: &str = r#"[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
"#;

fn succeeded(output: &Output) -> Result<(), String> {
    if output.status.success() { Ok(()) } else { Err(process::said(output)) }
}

fn same(output: &Output, wanted: &Output) -> Result<(), String> {
    succeeded(output)?;
    if output.stdout == wanted.stdout { Ok(()) } else { Err(format!("printed {}", process::said(output))) }
}

/// Standard output is one JSON document whose `err_no` is not 0, and the status is 1.
fn reports_failure(output: &Output) -> Result<(), String> {
    let document: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}: {}", process::said(output)))?;
    let told = document["err_no"].as_i64().is_some_and(|number| number != 0);
    if output.status.code() == Some(1) && told { Ok(()) } else { Err(process::said(output)) }
}
