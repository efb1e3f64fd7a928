//! Compares the networks with other engines on this machine: same weights, same input, turn by turn in one run.
//!
//! `make bench`; docs/benchmarks.md tells how it measures. Reading order: [`works`] is what is compared,
//! [`contestant`] whoever can do it ([`ours`], [`stock`], [`in_tract`], [`peer`]), [`rounds`] the turns,
//! [`report`] what came of it.
#![expect(clippy::print_stdout, reason = "a benchmark tells people")]

mod answers;
mod contestant;
mod in_tract;
mod material;
mod ours;
mod peer;
mod report;
mod rounds;
mod stock;
mod works;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use understudy::files::write_whole;
use understudy::machine::processor;
use understudy::models::Assets;

use answers::difference;
use contestant::{Answer, Contestant, Seat};
use material::Material;
use peer::Python;
use report::{Machine, Outcome, Record, Report};
use works::{WORKS, Work};

/// Compares the networks with other engines on this machine.
#[derive(Debug, Parser)]
struct Options {
    /// Only works whose name contains this; may be given again
    #[arg(long)]
    only: Vec<String>,
    /// How often everyone has a turn
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// Folder of the shipped networks
    #[arg(long)]
    assets: Option<PathBuf>,
    /// The Python of the peers; `tools/make-peers` makes one
    #[arg(long, default_value = ".peers/bin/python")]
    python: PathBuf,
    /// File for every sample; what contestants exchange lies in the folder of the same name
    #[arg(long, default_value = "runs/bench.json")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let works = chosen(&options.only)?;
    ensure!(options.rounds > 0, "--rounds must be at least 1");
    let python = Python {
        program: options.python,
        scripts: PathBuf::from("tools/peers"),
    };
    let assets = Assets::find(options.assets.as_deref())?;
    let folder = options.out.with_extension("");
    let material = Material::new(&options.data, assets, &folder, python)?;
    let mut report = Report {
        machine: Machine {
            processor: processor(),
            cores: std::thread::available_parallelism()?.get(),
            system: std::env::consts::OS.to_owned(),
        },
        rounds: options.rounds,
        works: Vec::new(),
        left_out: Vec::new(),
    };
    for work in works {
        println!("{} ...", work.name);
        let outcome = measure(work, &material, options.rounds, &mut report.left_out)?;
        report.works.push(outcome);
    }
    write_whole(&options.out, &serde_json::to_vec(&report)?)?;
    println!("\n{}", report.render());
    if !report.left_out.is_empty() {
        println!("peers in Python: `tools/make-peers`, or --python PROGRAM");
    }
    println!("every sample: {}", options.out.display());
    Ok(())
}

/// The works that are asked for.
fn chosen(only: &[String]) -> Result<Vec<&'static Work>> {
    let wanted = |work: &&Work| only.is_empty() || only.iter().any(|part| work.name.contains(part));
    let works: Vec<&Work> = WORKS.iter().filter(wanted).collect();
    if works.is_empty() {
        let known: Vec<&str> = WORKS.iter().map(|work| work.name).collect();
        bail!("no work is named so; there are {}", known.join("; "));
    }
    Ok(works)
}

/// Readies everyone, makes sure that they do the same work, and lets them take turns.
fn measure(
    work: &'static Work,
    material: &Material,
    rounds: usize,
    left_out: &mut Vec<String>,
) -> Result<Outcome> {
    let mut contestants: Vec<Box<dyn Contestant>> = Vec::new();
    let mut peers = Vec::new();
    match work.ours(material)? {
        Seat::Taken(ours) => contestants.push(ours),
        Seat::Empty(reason) => bail!("{}: {reason}", work.name),
    }
    for &rival in work.peers {
        let seat = rival.seat(work, material);
        match seat.with_context(|| format!("{} in {}", rival.name(), work.name))? {
            Seat::Taken(peer) => {
                contestants.push(peer);
                peers.push(rival);
            }
            Seat::Empty(reason) => {
                left_out.push(format!("{} in {}: {reason}", rival.name(), work.name));
            }
        }
    }
    let judge = match work.judge(material)? {
        Some(Seat::Taken(mut judge)) => Some(judge.answer()?),
        _ => None,
    };
    let differences = compare(work, &mut contestants, judge)?;
    let turns = rounds::compete(&mut contestants, rounds)?;
    let records = contestants.iter().zip(differences).zip(turns);
    let records = records.map(|((contestant, difference), turns_ms)| Record {
        version: contestant.version().to_owned(),
        difference,
        turns_ms,
    });
    Ok(Outcome::new(work, &peers, records.collect()))
}

/// How far everyone's answer is from the judge's, or from ours, the first.
fn compare(
    work: &Work,
    contestants: &mut [Box<dyn Contestant>],
    judge: Option<Answer>,
) -> Result<Vec<f64>> {
    let answers: Vec<Answer> = contestants
        .iter_mut()
        .map(|contestant| contestant.answer())
        .collect::<Result<_>>()?;
    let wanted = judge.unwrap_or_else(|| answers[0].clone());
    let most = work.kind.tolerance();
    let far = |version: &str, answer: &Answer| {
        let far =
            difference(answer, &wanted).with_context(|| format!("{version} in {}", work.name))?;
        // Written so that what is no number is refused, too.
        ensure!(
            far <= most,
            "{version} does not do the same work in {}: its answer differs by {far:.1e}, more than {most:.0e}",
            work.name
        );
        Ok(far)
    };
    let pairs = contestants.iter().zip(&answers);
    pairs
        .map(|(contestant, answer)| far(contestant.version(), answer))
        .collect()
}
