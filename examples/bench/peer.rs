//! Contestants in Python: child processes that take a line and answer with a line (`tools/peers/line.py`).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;

use crate::contestant::{Answer, Contestant, Seat};

/// What a peer may say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// It waits for work; its name and version.
    Ready(String),
    /// It cannot take part without this module.
    Missing(String),
    /// How long each call took.
    Ms(Vec<f64>),
    /// How many numbers each list of its answer has.
    Lengths(Vec<usize>),
}

/// A running peer.
pub(crate) struct Peer {
    script: PathBuf,
    version: String,
    child: Child,
    ask: Option<ChildStdin>,
    hear: BufReader<ChildStdout>,
    answers: PathBuf,
}

/// Where peers come from.
pub(crate) struct Python {
    /// The interpreter.
    pub(crate) program: PathBuf,
    /// Folder of the peers' scripts.
    pub(crate) scripts: PathBuf,
}

impl Python {
    /// Starts a peer that serves until it is dropped; `answers` is the file that it writes answers to.
    pub(crate) fn seat(&self, script: &str, arguments: &[&str], answers: &Path) -> Result<Seat> {
        let path = self.scripts.join(script);
        let mut child = match self.start(&path, arguments) {
            Ok(child) => child,
            Err(reason) => return Ok(Seat::Empty(reason)),
        };
        let mut hear = BufReader::new(child.stdout.take().expect("its output is piped"));
        let word = hear_word(&mut hear, &path);
        let ask = child.stdin.take();
        match word? {
            Word::Ready(version) => Ok(Seat::Taken(Box::new(Peer {
                script: path,
                version,
                child,
                ask,
                hear,
                answers: answers.to_owned(),
            }))),
            Word::Missing(module) => {
                child.wait()?;
                let program = self.program.display();
                Ok(Seat::Empty(format!("{program} has no module `{module}`")))
            }
            other => bail!("{} began with {other:?}", path.display()),
        }
    }

    /// Runs a script to its end; if it cannot, the reason.
    pub(crate) fn run(&self, script: &str, arguments: &[&str]) -> Result<Option<String>> {
        let path = self.scripts.join(script);
        let child = match self.start(&path, arguments) {
            Ok(child) => child,
            Err(reason) => return Ok(Some(reason)),
        };
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{} failed", path.display());
        let said = String::from_utf8_lossy(&output.stdout);
        match said.lines().last().map(serde_json::from_str::<Word>) {
            Some(Ok(Word::Ready(_))) => Ok(None),
            Some(Ok(Word::Missing(module))) => Ok(Some(format!("no module `{module}`"))),
            other => bail!("{} ended with {other:?}", path.display()),
        }
    }

    fn start(&self, script: &Path, arguments: &[&str]) -> Result<Child, String> {
        Command::new(&self.program)
            .arg("-W")
            .arg("ignore")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", self.program.display()))
    }
}

fn hear_word(hear: &mut impl BufRead, script: &Path) -> Result<Word> {
    let mut line = String::new();
    hear.read_line(&mut line)?;
    ensure!(!line.is_empty(), "{} ended early", script.display());
    serde_json::from_str(&line).with_context(|| format!("{} said `{line}`", script.display()))
}

impl Peer {
    fn ask(&mut self, line: &str) -> Result<Word> {
        let ask = self
            .ask
            .as_mut()
            .expect("it is open until the peer is dropped");
        writeln!(ask, "{line}").and_then(|()| ask.flush())?;
        hear_word(&mut self.hear, &self.script)
    }

    fn unexpected(&self, word: &Word) -> anyhow::Error {
        anyhow!("{} answered {word:?}", self.script.display())
    }
}

impl Contestant for Peer {
    fn version(&self) -> &str {
        &self.version
    }

    fn answer(&mut self) -> Result<Answer> {
        let word = self.ask(&format!("answer {}", self.answers.display()))?;
        let Word::Lengths(lengths) = word else {
            return Err(self.unexpected(&word));
        };
        let bytes = std::fs::read(&self.answers)
            .with_context(|| format!("cannot read {}", self.answers.display()))?;
        split(&bytes, &lengths)
    }

    fn turn(&mut self, lead: usize, times: usize) -> Result<Vec<f64>> {
        match self.ask(&format!("run {lead} {times}"))? {
            Word::Ms(ms) if ms.len() == times => Ok(ms),
            other => Err(self.unexpected(&other)),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input is the end of its work.
        drop(self.ask.take());
        self.child.wait().ok();
    }
}

/// Lists of numbers from their bytes.
fn split(bytes: &[u8], lengths: &[usize]) -> Result<Answer> {
    let wanted = 4 * lengths.iter().sum::<usize>();
    ensure!(
        bytes.len() == wanted,
        "an answer of {} bytes, not {wanted}",
        bytes.len()
    );
    let (words, _) = bytes.as_chunks::<4>();
    let mut numbers = words.iter().map(|word| f32::from_le_bytes(*word));
    let list = |&length| numbers.by_ref().take(length).collect();
    Ok(lengths.iter().map(list).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_into_its_lists() {
        let bytes: Vec<u8> = [1f32, 2.0, 3.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let lists = split(&bytes, &[1, 2]).unwrap();
        assert_eq!(lists, [vec![1.0], vec![2.0, 3.0]]);
        assert!(split(&bytes, &[1, 3]).is_err());
    }

    #[test]
    fn without_python_the_seat_stays_empty() {
        let python = Python {
            program: PathBuf::from("no/such/python"),
            scripts: PathBuf::from("tools/peers"),
        };
        let seat = python
            .seat("torch_infer.py", &[], Path::new("answer"))
            .unwrap();
        let Seat::Empty(reason) = seat else {
            panic!("nobody can sit there");
        };
        assert!(reason.contains("no/such/python"), "{reason}");
    }
}
