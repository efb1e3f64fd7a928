//! `understudy evaluate`: a student's report card, on frames that nobody learned from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum as _};
use distill::cache::Cache;
use distill::dataset::{Dataset, FrameId};
use distill::evaluate::{Blind, MACRO, macro_figure};
use perception::card::Card;
use perception::network::{Backend, Network};
use perception::weights;

use super::training::open_cache;
use super::worlds::Worlds;
use super::{Status, say};
use crate::camera::CameraKind;
use crate::evaluation::{ENTRANTS, ReportCard};
use crate::files::{create_folder, write_whole};
use crate::grid::record::GridRecord;
use crate::models::{Assets, Who};
use crate::progress;
use crate::report::{SoftTargets, card_page, disagreement_picture, similarity_matrix};
use crate::table::{Table, number, percent};

/// Options of `evaluate`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// Which camera's pictures; Bevy's are looked for in the folder DATA.bevy
    #[arg(long, value_enum, default_value_t = CameraKind::Sensor)]
    camera: CameraKind,
    /// Which worlds
    #[arg(long, value_enum, default_value_t = Worlds::Test)]
    split: Worlds,
    /// Folder for report.html and evaluation.json
    #[arg(long)]
    out: Option<PathBuf>,
    /// What a grid found, to tell how the networks drive: its grid.json
    #[arg(long)]
    driving: Option<PathBuf>,
    /// Show soft targets as bars, and which classes the teacher finds alike
    #[arg(long, requires = "out")]
    explain: bool,
    /// Temperature of the soft targets that are shown
    #[arg(long, default_value_t = 2.0)]
    temperature: f32,
    /// Write the scores on validation worlds into the networks' cards: after a change of how frames are scored
    #[arg(long)]
    update_cards: bool,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

impl Options {
    /// Where the frames lie.
    fn data(&self) -> Result<PathBuf> {
        if self.camera == CameraKind::Sensor {
            return Ok(self.data.clone());
        }
        let mut folder = self.data.clone().into_os_string();
        folder.push(".bevy");
        let folder = PathBuf::from(folder);
        ensure!(
            folder.is_dir(),
            "no frames of Bevy's camera at {0}; `understudy capture --camera bevy --split {1} --out {0}` takes them",
            folder.display(),
            self.split
                .to_possible_value()
                .map_or_else(String::new, |value| value.get_name().to_owned()),
        );
        Ok(folder)
    }

    /// Who never looks. What is usual is learned from the sensor camera's training frames, since another camera's
    /// worlds are the same and its data set need not hold any.
    fn blind(&self, cache: &Cache) -> Result<Blind> {
        Ok(match self.camera {
            CameraKind::Sensor => Blind::new(cache)?,
            CameraKind::Bevy => Blind::new(&open_cache(&self.data, 0.0)?)?,
        })
    }
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    ensure!(
        !options.update_cards
            || options.split == Worlds::Validation && options.camera == CameraKind::Sensor,
        "cards have the scores on validation worlds of the sensor camera: add --split validation"
    );
    let found = Assets::find(assets)?;
    let driving = options.driving.as_deref().map(read_grid).transpose()?;
    let data = options.data()?;
    let cache = open_cache(&data, 0.0)?;
    let frames = cache.split(options.split.split());
    let bar = progress::bar(frames.len() as u64, "frames");
    let card = ReportCard::new(
        (&found, assets),
        (&cache, &frames),
        &options.blind(&cache)?,
        options.temperature,
        &bar,
    )?;
    bar.finish_and_clear();
    if options.update_cards {
        update_cards(&found, &card)?;
    }
    if let Some(out) = &options.out {
        create_folder(out)?;
        let mut looks = Looks::open(&found, &data)?;
        let pictures = looks.pictures(&card)?;
        let explanation = options
            .explain
            .then(|| looks.explanation(&card, options.temperature))
            .transpose()?;
        let page = card_page(&card, driving.as_ref(), &pictures, explanation.as_deref());
        write_whole(&out.join("report.html"), page.as_bytes())?;
        write_whole(
            &out.join("evaluation.json"),
            &serde_json::to_vec_pretty(&card)?,
        )?;
    }
    say(&if options.json {
        serde_json::to_string(&card)?
    } else {
        tables(&card)
    });
    if let (Some(out), false) = (&options.out, options.json) {
        say(&format!(
            "report card: {}",
            out.join("report.html").display()
        ));
    }
    Ok(Status::Passed)
}

/// Gives every network's card what the network scored; those in int8 share the card of their weights.
fn update_cards(assets: &Assets, report: &ReportCard) -> Result<()> {
    for who in ENTRANTS.iter().filter(|who| who.single().is_none()) {
        if let Some(contestant) = report.networks.get(&*who.name()) {
            let weights = assets.weights(who);
            let mut card = Card::load(&weights)?;
            card.origin.scores.clone_from(&contestant.evaluation.heads);
            card.save(&weights)?;
        }
    }
    Ok(())
}

fn read_grid(path: &Path) -> Result<GridRecord> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "no grid at {}; drive one with `understudy grid --out FOLDER`",
            path.display()
        )
    })?;
    serde_json::from_str(&text).with_context(|| format!("{} is no grid.json", path.display()))
}

/// Teacher and student before single frames of the data set.
struct Looks {
    dataset: Dataset,
    teacher: Network,
    student: Network,
}

impl Looks {
    fn open(assets: &Assets, data: &Path) -> Result<Self> {
        let network = |who: &Who| -> Result<Network> {
            let net = weights::load(&assets.weights(who))?.1;
            Ok(Network::new(net, Backend::default())?)
        };
        Ok(Self {
            dataset: Dataset::open(data)?,
            teacher: network(&Who::Teacher)?,
            student: network(&Who::Student)?,
        })
    }

    /// Every disagreement as HTML.
    fn pictures(&mut self, card: &ReportCard) -> Result<Vec<String>> {
        let picture = |found: &distill::evaluate::Disagreement| {
            let (frame, _) = self.dataset.load(FrameId {
                world: found.world,
                frame: found.frame,
            })?;
            let logits = [self.teacher.infer(&frame)?, self.student.infer(&frame)?];
            disagreement_picture(found, &frame, logits)
        };
        card.disagreements.iter().map(picture).collect()
    }

    /// Similarity of classes, and the soft targets of the worst frame's most doubtful cell.
    fn explanation(&mut self, card: &ReportCard, temperature: f32) -> Result<String> {
        let mut html = "<h2>What the teacher tells besides the label</h2>".to_owned();
        for (head, matrix) in &card.similarity {
            html.push_str(&similarity_matrix(head, matrix, temperature));
        }
        if let Some(worst) = card.disagreements.first() {
            let (frame, labels) = self.dataset.load(FrameId {
                world: worst.world,
                frame: worst.frame,
            })?;
            let (teacher, student) = (self.teacher.infer(&frame)?, self.student.infer(&frame)?);
            html.push_str(&SoftTargets::of_labels(&labels, &teacher, &student, temperature).html());
        }
        Ok(html)
    }
}

fn tables(card: &ReportCard) -> String {
    let mut heads = Table::new(&[
        "head",
        "teacher",
        "student",
        "hard labels",
        "retention",
        "above floor",
        "gain",
        "agreement",
        "negative flips",
    ]);
    for (name, standing) in &card.standings {
        let fidelity = card.heads.get(name).map(|head| head.fidelity);
        heads.row([
            name.clone(),
            number(Some(standing.teacher.value), 3),
            number(Some(standing.student.value), 3),
            number(standing.hard_labels.map(|hard| hard.value), 3),
            percent(Some(standing.retention.value)),
            percent(standing.retention_above_floor.map(|kept| kept.value)),
            number(standing.gain.map(|gain| 100.0 * gain.value), 1),
            percent(fidelity.map(|found| found.agreement)),
            percent(fidelity.map(|found| found.negative_flips)),
        ]);
    }
    let gain = card.standings[MACRO].gain.map_or_else(String::new, |gain| {
        format!(
            "; the teacher adds {:.1} points [{:.1}, {:.1}] to hard labels",
            100.0 * gain.value,
            100.0 * gain.low,
            100.0 * gain.high
        )
    });
    format!(
        "{}\nretention: macro {}, worst head {}{gain}\n\n{}",
        heads.render(),
        percent(Some(card.retention_macro)),
        percent(Some(card.retention_worst)),
        slices_table(card),
    )
}

/// Every slice, the mean over the heads.
fn slices_table(card: &ReportCard) -> String {
    let names: Vec<&String> = card.networks.keys().collect();
    let mut heading = vec!["worlds"];
    heading.extend(names.iter().map(|name| name.as_str()));
    let mut slices = Table::new(&heading);
    let tags = card
        .networks
        .values()
        .next()
        .map(|network| &network.evaluation.slices);
    for tag in tags.into_iter().flat_map(|slices| slices.keys()) {
        let mut row = vec![tag.clone()];
        for network in card.networks.values() {
            let figures = &network.evaluation.slices[tag];
            row.push(number(Some(macro_figure(figures)), 3));
        }
        slices.row(row);
    }
    slices.render()
}
