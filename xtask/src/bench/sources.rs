//! The pipelines that are measured: one stage of alike substages, ten lines each, by a loop or written out.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
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

pub const SIZES: &[(Form, usize)] = &[
    (Form::WrittenOut, 20),
    (Form::WrittenOut, 1_000),
    (Form::WrittenOut, 10_000),
    (Form::Loop, 20),
    (Form::Loop, 1_000),
    (Form::Loop, 10_000),
    (Form::Loop, 100_000),
];

/// The text of a pipeline of this many substages.
pub fn source(form: Form, count: usize) -> String {
    let mut text = String::from(HEAD);
    match form {
        Form::WrittenOut => (1..=count).for_each(|number| text += &SUBSTAGE.replace("NUMBER", &number.to_string())),
        Form::Loop => {
            text += &format!("    for i in range({count}) {{\n");
            let substage = SUBSTAGE.replace("task-NUMBER", "task-${{ i + 1 }}").replace("NUMBER", "${{ i + 1 }}");
            for line in substage.lines() {
                text += &format!("  {line}\n");
            }
            text += "    }\n";
        }
    }
    text + "  }\n}\n"
}

const HEAD: &str = r#"hardware small {
  cpu    = 2
  memory = 4GiB
  image  = "registry.example.com/ci/base:1"
  k8s {
    node_selector = { "o11n.dev/label": "small" }
  }
}

pipeline bench {
  hardware = small

  stage build {
"#;

const SUBSTAGE: &str = r#"    substage "task-NUMBER" {
      timeout = 10m
      retry   { limit = 2  delay = 30s }
      env     { INDEX = "NUMBER"  MODE = "fast" }
      run     = """
        echo "task NUMBER"
        make -C part-NUMBER all
        make -C part-NUMBER test
        """
    }
"#;
