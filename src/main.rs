//! The command line: parse, run, and turn the result into an exit code.

use std::env;
use std::panic::catch_unwind;
use std::process::ExitCode;

use anstyle::AnsiColor;
use clap::Parser;
use understudy::commands::{Cli, Status, execute};
use understudy::defect::Defect;

/// A verdict failed.
const EXIT_FAILED: u8 = 1;
/// Bad input: unknown story, broken file, missing driver, unwritable output.
const EXIT_INPUT: u8 = 2;
/// A fault of this program.
const EXIT_INTERNAL: u8 = 3;

/// Without it Mesa's device selection complains each time a camera is made.
const RUNTIME_DIR: &str = "XDG_RUNTIME_DIR";

fn main() -> ExitCode {
    let cli = Cli::parse();
    quieten_mesa();
    match catch_unwind(|| execute(cli)) {
        Ok(Ok(Status::Passed)) => ExitCode::SUCCESS,
        Ok(Ok(Status::Failed)) => ExitCode::from(EXIT_FAILED),
        Ok(Err(error)) => {
            let red = AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error:{red:#} {}", in_words(&error));
            let is_defect = error.is::<Defect>();
            ExitCode::from(if is_defect { EXIT_INTERNAL } else { EXIT_INPUT })
        }
        Err(_) => ExitCode::from(EXIT_INTERNAL),
    }
}

/// An error and its causes, each told once: many say their cause themselves.
fn in_words(error: &anyhow::Error) -> String {
    let causes = error.chain().map(ToString::to_string);
    causes.fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        known if known.contains(&cause) => told,
        _ => told + ": " + &cause,
    })
}

/// Starts the program anew with the variable that Mesa misses, where it is missing; where that fails, Mesa complains.
#[cfg(unix)]
fn quieten_mesa() {
    use std::os::unix::process::CommandExt as _;

    if env::var_os(RUNTIME_DIR).is_none()
        && let Ok(program) = env::current_exe()
    {
        // Returns only if the program could not be started.
        let _ = std::process::Command::new(program)
            .args(env::args_os().skip(1))
            .env(RUNTIME_DIR, env::temp_dir())
            .exec();
    }
}

#[cfg(not(unix))]
fn quieten_mesa() {}
