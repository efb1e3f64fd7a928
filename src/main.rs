//! The command line: parse, run, and turn the result into an exit code.

use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser;
use understudy::commands::{Cli, Status, execute};

/// A verdict failed.
const EXIT_FAILED: u8 = 1;
/// Bad input: unknown story, broken file, missing driver, unwritable output.
const EXIT_INPUT: u8 = 2;
/// A fault of this program.
const EXIT_INTERNAL: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match catch_unwind(|| execute(cli)) {
        Ok(Ok(Status::Passed)) => ExitCode::SUCCESS,
        Ok(Ok(Status::Failed)) => ExitCode::from(EXIT_FAILED),
        Ok(Err(error)) => {
            #[expect(clippy::print_stderr, reason = "the one place where errors are told")]
            {
                eprintln!("error: {error:#}");
            }
            ExitCode::from(EXIT_INPUT)
        }
        Err(_) => ExitCode::from(EXIT_INTERNAL),
    }
}
