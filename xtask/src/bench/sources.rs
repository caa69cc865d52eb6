//! The pipelines that are measured: stages of alike substages, ten lines each, by a loop or written out.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Loop,
    WrittenOut,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loop => "by a loop",
            Self::WrittenOut => "written out",
        })
    }
}

/// Substages in one stage: more would make an object that no cluster takes.
const PER_STAGE: usize = 500;

/// The text of a pipeline of this many substages.
pub(crate) fn source(form: Form, count: usize) -> String {
    let mut text = String::from(HEAD);
    match form {
        Form::WrittenOut => {
            for first in (0..count).step_by(PER_STAGE) {
                text += &format!("\n  stage build_{} {{\n", first / PER_STAGE);
                let last = count.min(first + PER_STAGE);
                (first + 1..=last).for_each(|number| text += &SUBSTAGE.replace("NUMBER", &number.to_string()));
                text += "  }\n";
            }
        }
        Form::Loop => {
            let (stages, substages) = (count.div_ceil(PER_STAGE), count.min(PER_STAGE));
            text += &format!("\n  for s in range({stages}) {{\n    stage \"build_${{{{ s }}}}\" {{\n");
            text += &format!("      for n in [s * {substages} + i + 1 for i in range({substages})] {{\n");
            for line in SUBSTAGE.replace("NUMBER", "${{ n }}").lines() {
                text += &format!("    {line}\n");
            }
            text += "      }\n    }\n  }\n";
        }
    }
    text + "}\n"
}

const HEAD: &str = r#"hardware small {
  cpu = 2
  memory = 4GiB
  image = "registry.example.com/ci/base:1"
  k8s {
    node_selector { "o11n.dev/label" = "small" }
  }
}

pipeline bench {
  hardware = small
"#;

const SUBSTAGE: &str = r#"    substage "task-NUMBER" {
      timeout = 10m
      retry { limit = 2  delay = 30s }
      env { INDEX = "NUMBER"  MODE = "fast" }
      run = """
        echo "task NUMBER"
        make -C part-NUMBER all
        make -C part-NUMBER test
        """
    }
"#;
