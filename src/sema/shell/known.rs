//! What the scanner knows of commands: those that read an argument as shell text or as a name, and other interpreters.

/// How a command treats its arguments, where that matters for quoting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    Plain,
    /// Reads its arguments as shell text or as expressions.
    Evaluates(&'static str),
    /// `export NAME=value` and its kin.
    Declares,
    /// The word after `-v` is the name of a variable.
    NamesAfterV,
}

const EVALUATING: &[&str] = &[
    "eval",
    "trap",
    "let",
    "unset",
    "read",
    "mapfile",
    "readarray",
    "getopts",
    "alias",
    "compgen",
    "complete",
    "bind",
    "fc",
    "wait",
];

/// What `command` does with its arguments.
pub(super) fn treatment(command: &[u8]) -> Treatment {
    if let Some(name) = EVALUATING.iter().find(|name| name.as_bytes() == command) {
        return Treatment::Evaluates(name);
    }
    match command {
        b"declare" | b"typeset" | b"local" | b"export" | b"readonly" => Treatment::Declares,
        b"printf" | b"test" | b"[" => Treatment::NamesAfterV,
        _ => Treatment::Plain,
    }
}

/// Variables whose value a shell evaluates by itself.
pub(super) fn is_evaluated_variable(name: &[u8]) -> bool {
    matches!(name, b"PS0" | b"PS1" | b"PS2" | b"PS4" | b"PROMPT_COMMAND" | b"BASH_ENV" | b"ENV" | b"MAILPATH")
}

/// Commands after which another command's name follows, maybe after options.
pub(super) fn is_prefix(command: &[u8]) -> bool {
    matches!(command, b"command" | b"builtin" | b"exec" | b"time" | b"nohup" | b"sudo" | b"env" | b"nice" | b"coproc")
}

/// Commands that run another one, named among their arguments.
fn is_wrapper(command: &[u8]) -> bool {
    matches!(command, b"xargs" | b"timeout" | b"find" | b"docker" | b"podman" | b"kubectl" | b"stdbuf" | b"flock" | b"chroot")
}

/// Another program that reads an argument as code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interpreter {
    pub(super) name: &'static str,
    pub(super) code: Code,
}

/// Which argument of an interpreter is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The word after an option that holds this letter.
    AfterOption(u8),
    /// Any that is quoted.
    Quoted,
    /// All after the first that is no option: the host of `ssh`.
    AfterHost,
}

const INTERPRETERS: &[Interpreter] = &[
    interpreter("sh", Code::AfterOption(b'c')),
    interpreter("bash", Code::AfterOption(b'c')),
    interpreter("dash", Code::AfterOption(b'c')),
    interpreter("ash", Code::AfterOption(b'c')),
    interpreter("zsh", Code::AfterOption(b'c')),
    interpreter("ksh", Code::AfterOption(b'c')),
    interpreter("su", Code::AfterOption(b'c')),
    interpreter("python", Code::AfterOption(b'c')),
    interpreter("python2", Code::AfterOption(b'c')),
    interpreter("python3", Code::AfterOption(b'c')),
    interpreter("perl", Code::AfterOption(b'e')),
    interpreter("ruby", Code::AfterOption(b'e')),
    interpreter("node", Code::AfterOption(b'e')),
    interpreter("lua", Code::AfterOption(b'e')),
    interpreter("php", Code::AfterOption(b'r')),
    interpreter("awk", Code::Quoted),
    interpreter("gawk", Code::Quoted),
    interpreter("mawk", Code::Quoted),
    interpreter("sed", Code::Quoted),
    interpreter("jq", Code::Quoted),
    interpreter("watch", Code::Quoted),
    interpreter("parallel", Code::Quoted),
    interpreter("ssh", Code::AfterHost),
];

const fn interpreter(name: &'static str, code: Code) -> Interpreter {
    Interpreter { name, code }
}

/// The interpreter that this word starts, given the words of the command before it.
pub(super) fn interpreter_of(word: &[u8], command: Option<&[u8]>) -> Option<Interpreter> {
    let base = word.rsplit(|&byte| byte == b'/').next().unwrap_or(word);
    let found = *INTERPRETERS.iter().find(|row| row.name.as_bytes() == base)?;
    // `apt-get install jq` runs no jq; `apt-get install bash -c …` is nothing that people write.
    let is_run = command.is_none_or(is_wrapper) || matches!(found.code, Code::AfterOption(_));
    is_run.then_some(found)
}

/// Options of `ssh` that take the next word.
pub(super) fn takes_next_word(option: &[u8]) -> bool {
    matches!(option, [b'-', letter] if b"BbcDEeFIiJLlmOopQRSWw".contains(letter))
}
