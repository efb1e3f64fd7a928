//! On-policy rounds of `distill`: the student drives random worlds, its teacher speaks of the frames it came to, and
//! it learns again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use distill::dataset::{DatasetWriter, Plan, ShardWriter, Split, WorldMeta};
use distill::labelling::ON_POLICY;
use distill::recipe::Recipe;
use distill::soft_targets::{SoftTargets, record_soft_targets};
use distill::teacher::Teacher;
use drive::latency::LatencyMode;
use perception::network::Backend;
use perception::weights;
use scenarios::catalog;
use scenarios::random_world::{RandomWorld, Slice};

use super::field::Field;
use super::say;
use super::search_options::Search;
use super::training::{Schooling, open_cache, teach};
use crate::files::{create_folder, write_whole};
use crate::loaded::Loaded;
use crate::models::{Assets, Who};
use crate::parallel;
use crate::roam::roam;
use crate::theatre::{Cast, Theatre};

/// Frames kept of each world.
const FRAMES_PER_WORLD: usize = 4;
/// Seeds of the worlds of round 1 begin here, those of each later one as many higher: captures begin at 1, so that
/// no round meets a world that was learned from or is tested on.
const FIRST_SEED: u64 = 1 << 20;
/// Numbers of a round's worlds begin at so many times its number.
const WORLDS_OF_A_ROUND: u32 = 1_000_000;

/// How a student learns from its own driving.
#[derive(Debug, Args)]
pub(super) struct RoundOptions {
    /// How often the student drives, and learns from where it came; each round begins where the last ended
    #[arg(long, default_value_t = 0)]
    rounds: u32,
    /// Random worlds that it drives in a round
    #[arg(long, default_value_t = 200)]
    round_worlds: u32,
    /// Steps that it learns in a round
    #[arg(long, default_value_t = 4000)]
    round_steps: u64,
    /// Highest learning rate of a round
    #[arg(long, default_value_t = 1e-3)]
    round_learning_rate: f64,
    /// Weights of the teacher that speaks of the new frames (default: the shipped ones); the one of the soft targets
    #[arg(long, value_name = "WEIGHTS")]
    teacher: Option<PathBuf>,
    /// Stories of whose levels is told, after each round, which the student passes
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "slow_lead,cut_in,child_from_parked_cars"
    )]
    round_stories: Vec<String>,
}

/// A student that has learned from frames, and goes on from its own driving.
pub(super) struct Rounds<'a> {
    pub(super) options: &'a RoundOptions,
    /// How it learned so far; rounds change steps and learning rate.
    pub(super) recipe: Recipe,
    pub(super) data: &'a Path,
    pub(super) targets: &'a Path,
    /// Where `student.safetensors` lies, and rounds get their folders.
    pub(super) out: &'a Path,
    pub(super) assets: Option<&'a Path>,
}

impl Rounds<'_> {
    /// Whether there is any round to drive.
    pub(super) fn are_wanted(&self) -> bool {
        self.options.rounds > 0
    }

    /// Every round, one after the other.
    pub(super) fn run(&self, stop: &AtomicBool) -> Result<()> {
        let mut student = self.out.join("student.safetensors");
        say(&format!(
            "before the first round: {}",
            self.envelope(&student)?
        ));
        for round in 1..=self.options.rounds {
            self.drive(round, &student, stop)?;
            self.ask(round, stop)?;
            student = self.learn(round, &student, stop)?;
            say(&format!(
                "after round {round}: {}",
                self.envelope(&student)?
            ));
        }
        Ok(())
    }

    fn folder(&self, round: u32) -> PathBuf {
        self.out.join(format!("round_{round}"))
    }

    fn teacher(&self) -> Result<PathBuf> {
        Ok(match &self.options.teacher {
            Some(path) => path.clone(),
            None => Assets::find(self.assets)?.weights(&Who::Teacher),
        })
    }

    /// Whether the teacher is the one of the soft targets, whose temperatures are used; asked before anything is learned.
    pub(super) fn check_teacher(&self) -> Result<()> {
        let path = self.teacher()?;
        ensure!(
            weights::load(&path)?.0.weights_digest
                == SoftTargets::open(self.targets)?.teacher_digest(),
            "{} is another teacher than that of {}; name the one of the soft targets with --teacher",
            path.display(),
            self.targets.display()
        );
        Ok(())
    }

    /// Lets the student drive the round's worlds and keeps what it came to.
    fn drive(&self, round: u32, student: &Path, stop: &AtomicBool) -> Result<()> {
        let plan = Plan {
            seed: FIRST_SEED + u64::from(round),
            worlds: self.options.round_worlds,
            frames_per_world: FRAMES_PER_WORLD as u32,
            description: format!("driven by {}", weights::load(student)?.0.weights_digest),
        };
        let writer = DatasetWriter::open(&self.folder(round).join("frames"), &plan)?;
        let shards: Vec<u32> = (0..plan.shards())
            .filter(|&s| !writer.is_whole(s))
            .collect();
        let eyes = [
            Loaded::from_weights(student)?,
            Loaded::from_weights(&self.teacher()?)?,
        ];
        let tally = RoamTally::default();
        let what = format!("round {round}: driving");
        parallel::for_each(&shards, &what, |&number| {
            let mut shard = writer.begin_shard(number)?;
            for id in plan.worlds_of(number) {
                if stop.load(Ordering::Relaxed) {
                    bail!("interrupted; the same command goes on where it stopped");
                }
                roam_world((&plan, round, id), &eyes, &mut shard, &tally)?;
            }
            Ok(shard.finish()?)
        })?;
        if !shards.is_empty() {
            say(&format!("round {round}: {}", tally.words()));
        }
        Ok(())
    }

    /// Asks the teacher about the round's frames, at the temperatures that were found on validation worlds.
    fn ask(&self, round: u32, stop: &AtomicBool) -> Result<()> {
        let path = self.folder(round).join("soft_targets.bin");
        if path.exists() {
            return Ok(());
        }
        let (card, net) = weights::load(&self.teacher()?)?;
        let base = SoftTargets::open(self.targets)?;
        let members = [net];
        let teacher = Teacher::new(&members).with_temperatures(base.temperatures());
        let cache = open_cache(&self.folder(round).join("frames"), 0.0)?;
        let asked = (&teacher, card.weights_digest.as_str());
        if !record_soft_targets(asked, &cache, &path, stop, |_, _| {})? {
            bail!("interrupted; the same command goes on where it stopped");
        }
        Ok(())
    }

    /// Learns from all frames so far; returns the new weights.
    fn learn(&self, round: u32, student: &Path, stop: &AtomicBool) -> Result<PathBuf> {
        let (mut cache, mut said) = (
            open_cache(self.data, 0.0)?,
            SoftTargets::open(self.targets)?,
        );
        for earlier in 1..=round {
            let folder = self.folder(earlier);
            let more = SoftTargets::open(&folder.join("soft_targets.bin"))?;
            said = said.followed_by(more, cache.frames().len());
            cache = cache.followed_by(open_cache(&folder.join("frames"), 0.0)?);
        }
        let (card, network) = weights::load(student)?;
        let out = self.folder(round);
        let schooling = Schooling {
            name: "student",
            network,
            begins_with: Some(card.weights_digest),
            recipe: Recipe {
                steps: self.options.round_steps,
                learning_rate: self.options.round_learning_rate,
                ..self.recipe
            },
            data: self.data,
            out: &out,
            soft_targets: None,
        };
        teach(&schooling, (&cache, Some(&said)), stop)?;
        Ok(out.join("student.safetensors"))
    }

    /// How many levels of the stories a student passes without latency, in words.
    fn envelope(&self, student: &Path) -> Result<String> {
        let assets = self.out.join("envelope");
        create_folder(&assets.join("models"))?;
        for ending in ["safetensors", "json"] {
            let bytes = std::fs::read(student.with_extension(ending))?;
            write_whole(
                &assets.join("models").join(format!("student.{ending}")),
                &bytes,
            )?;
        }
        let cast = Cast::alone(Who::Student, LatencyMode::None, Backend::default());
        let theatre = Theatre::open(Some(&assets), cast, Arc::new(AtomicBool::new(false)))?;
        let field = Field::alone(Who::Student, theatre);
        let levels =
            parallel::for_each(&self.options.round_stories, "driving its stories", |name| {
                let search = Search {
                    driver: Who::Student,
                    story: catalog::load(name)?,
                };
                let (passed, _) = search.passed_levels(&field, 1)?;
                let levels = search.story.difficulty.levels.len();
                Ok(format!("{name} {passed} of {levels} levels"))
            })?;
        Ok(levels.join(", "))
    }
}

/// What all worlds of a round came to.
#[derive(Default)]
struct RoamTally {
    exposures: AtomicUsize,
    disagreements: AtomicUsize,
    collisions: AtomicUsize,
    frames: AtomicUsize,
}

impl RoamTally {
    fn words(&self) -> String {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        format!(
            "{} frames kept of {}; teacher and student acted differently on {:.1} %, {} collisions",
            of(&self.frames),
            of(&self.exposures),
            100.0 * of(&self.disagreements) as f64 / of(&self.exposures).max(1) as f64,
            of(&self.collisions)
        )
    }
}

/// One world of a round.
fn roam_world(
    (plan, round, number): (&Plan, u32, u32),
    [student, teacher]: &[Loaded; 2],
    shard: &mut ShardWriter,
    tally: &RoamTally,
) -> Result<()> {
    let seed = plan.seed << 32 | u64::from(number);
    let world = RandomWorld::in_all_weathers(seed, Slice::Training);
    let eyes = [student, teacher].map(|network| network.perceiver(Backend::default()));
    let [student, teacher] = eyes;
    let roamed = roam(&world, [student?, teacher?], FRAMES_PER_WORLD)?;
    let meta = WorldMeta {
        id: round * WORLDS_OF_A_ROUND + number,
        seed,
        split: Split::Train,
        slices: vec![ON_POLICY.to_owned()],
    };
    for (index, exposure) in roamed.frames.iter().enumerate() {
        let frame = exposure.frame.as_ref().context("a picture was asked for")?;
        shard.push(&meta, index, (frame, &exposure.labels))?;
    }
    let count = |to: &AtomicUsize, much: usize| to.fetch_add(much, Ordering::Relaxed);
    count(&tally.exposures, roamed.exposures);
    count(&tally.disagreements, roamed.disagreements);
    count(&tally.collisions, usize::from(roamed.has_collided));
    count(&tally.frames, roamed.frames.len());
    Ok(())
}
