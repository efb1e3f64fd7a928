//! What can go wrong between the lens and the driver, as a story's event says it.

use drive::time::{CAMERA_PERIOD_TICKS, Tick};
use serde::{Deserialize, Serialize};

use super::Value;

/// Longest delay a late network may have, in milliseconds.
const MOST_LATE_MS: f64 = 60_000.0;
/// Largest exposure step in stops, either way: beyond it a picture is black or white.
const MOST_EV: f64 = 8.0;
/// Strongest noise in 8-bit levels: half the range.
const MOST_SIGMA: f64 = 128.0;
/// Most frames dropped in a row: a minute of them.
const MOST_FRAMES: f64 = 1200.0;
/// Longest fault with an end, in seconds; without `for_s` it stays to the end of the story.
const LONGEST_S: f64 = 600.0;

/// A fault of the camera or the network behind it. In a file numbers are values; compiled they are
/// numbers. Without `for_s` a fault stays to the end of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault<N = Value> {
    /// The next frames never arrive.
    DropFrames {
        /// How many in a row.
        count: N,
    },
    /// The sensor is stuck: every frame repeats the last pixels under a new exposure tick.
    Freeze {
        /// For how long, in seconds.
        #[serde(default = "absent", skip_serializing_if = "Option::is_none")]
        for_s: Option<N>,
    },
    /// Every inference that starts takes longer.
    Late {
        /// By how much, in milliseconds on the simulation clock.
        by_ms: N,
        /// For how long, in seconds.
        #[serde(default = "absent", skip_serializing_if = "Option::is_none")]
        for_s: Option<N>,
    },
    /// The exposure steps up or down.
    Exposure {
        /// By how many stops: +1 is twice the light.
        ev: N,
        /// For how long, in seconds.
        #[serde(default = "absent", skip_serializing_if = "Option::is_none")]
        for_s: Option<N>,
    },
    /// Every pixel of every frame is off by chance, each colour by itself.
    Noise {
        /// Standard deviation in 8-bit levels.
        sigma: N,
        /// For how long, in seconds.
        #[serde(default = "absent", skip_serializing_if = "Option::is_none")]
        for_s: Option<N>,
    },
    /// Spots of dirt on the lens, out of focus, where the seed puts them.
    Dirt {
        /// Share of the picture they take, 0 to 1.
        cover: N,
        /// For how long, in seconds.
        #[serde(default = "absent", skip_serializing_if = "Option::is_none")]
        for_s: Option<N>,
    },
    /// No frame arrives ever again.
    CameraDies,
}

/// No duration given.
fn absent<N>() -> Option<N> {
    None
}

impl<N> Fault<N> {
    /// Every word, in the order of the documentation.
    pub const NAMES: [&'static str; 7] = [
        "drop_frames",
        "freeze",
        "late",
        "exposure",
        "noise",
        "dirt",
        "camera_dies",
    ];

    /// Its word in story files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DropFrames { .. } => "drop_frames",
            Self::Freeze { .. } => "freeze",
            Self::Late { .. } => "late",
            Self::Exposure { .. } => "exposure",
            Self::Noise { .. } => "noise",
            Self::Dirt { .. } => "dirt",
            Self::CameraDies => "camera_dies",
        }
    }

    /// How strong it is and for how long it lasts, as far as it says.
    fn numbers(&self) -> (Option<&N>, Option<&N>) {
        match self {
            Self::DropFrames { count } => (Some(count), None),
            Self::Freeze { for_s } => (None, for_s.as_ref()),
            Self::Late { by_ms: size, for_s }
            | Self::Exposure { ev: size, for_s }
            | Self::Noise { sigma: size, for_s }
            | Self::Dirt { cover: size, for_s } => (Some(size), for_s.as_ref()),
            Self::CameraDies => (None, None),
        }
    }

    /// How strong it is, in its own unit; `None` where there is only one strength.
    pub fn size(&self) -> Option<&N> {
        self.numbers().0
    }

    /// The same fault with its numbers resolved.
    ///
    /// # Errors
    /// Those of `number`.
    pub fn resolve<M, E>(&self, number: impl Fn(&N) -> Result<M, E>) -> Result<Fault<M>, E> {
        let duration = |for_s: &Option<N>| for_s.as_ref().map(&number).transpose();
        Ok(match self {
            Self::DropFrames { count } => Fault::DropFrames {
                count: number(count)?,
            },
            Self::Freeze { for_s } => Fault::Freeze {
                for_s: duration(for_s)?,
            },
            Self::Late { by_ms, for_s } => Fault::Late {
                by_ms: number(by_ms)?,
                for_s: duration(for_s)?,
            },
            Self::Exposure { ev, for_s } => Fault::Exposure {
                ev: number(ev)?,
                for_s: duration(for_s)?,
            },
            Self::Noise { sigma, for_s } => Fault::Noise {
                sigma: number(sigma)?,
                for_s: duration(for_s)?,
            },
            Self::Dirt { cover, for_s } => Fault::Dirt {
                cover: number(cover)?,
                for_s: duration(for_s)?,
            },
            Self::CameraDies => Fault::CameraDies,
        })
    }
}

impl Fault<f64> {
    /// Checks that its numbers make sense.
    ///
    /// # Errors
    /// What is wrong and what is allowed, as a sentence.
    pub fn check(&self) -> Result<(), String> {
        let (size, for_s) = self.numbers();
        let within = |what: &str, value: Option<&f64>, (least, most): (f64, f64)| match value {
            Some(value) if !(least..=most).contains(value) => Err(format!(
                "{what} of `{}` is {value}; it must lie within {least}..{most}",
                self.name()
            )),
            _ => Ok(()),
        };
        match self {
            Self::DropFrames { .. } => within("`count`", size, (1.0, MOST_FRAMES)),
            Self::Late { .. } => within("`by_ms`", size, (0.0, MOST_LATE_MS)),
            Self::Exposure { .. } => within("`ev`", size, (-MOST_EV, MOST_EV)),
            Self::Noise { .. } => within("`sigma`", size, (0.0, MOST_SIGMA)),
            Self::Dirt { .. } => within("`cover`", size, (0.0, 1.0)),
            Self::Freeze { .. } | Self::CameraDies => Ok(()),
        }?;
        within("`for_s`", for_s, (0.0, LONGEST_S))
    }

    /// For how many ticks it lasts; `None` to the end of the story.
    pub(crate) fn lasts_ticks(&self) -> Option<u64> {
        if let Self::DropFrames { count } = self {
            return Some(count.round() as u64 * CAMERA_PERIOD_TICKS);
        }
        let (_, for_s) = self.numbers();
        for_s.map(|&seconds| Tick::nearest(seconds).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fault<f64>, String> {
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_fault_lasts_as_long_as_it_says_or_for_ever() {
        assert_eq!(read("freeze(for_s: 0.5)").unwrap().lasts_ticks(), Some(50));
        assert_eq!(read("freeze()").unwrap().lasts_ticks(), None);
        assert_eq!(read("camera_dies").unwrap().lasts_ticks(), None);
        let burst = read("drop_frames(count: 3.0)").unwrap();
        assert_eq!(burst.lasts_ticks(), Some(15));
    }

    #[test]
    fn numbers_out_of_range_are_refused_with_the_range() {
        let dirt = read("dirt(cover: 3.0)").unwrap();
        assert_eq!(
            dirt.check().unwrap_err(),
            "`cover` of `dirt` is 3; it must lie within 0..1"
        );
        let none = read("drop_frames(count: 0.0)").unwrap();
        assert!(none.check().unwrap_err().contains("1..1200"));
        let backwards = read("noise(sigma: 4.0, for_s: -1.0)").unwrap();
        assert!(backwards.check().unwrap_err().contains("`for_s`"));
        assert!(read("late(by_ms: NaN)").unwrap().check().is_err());
    }

    #[test]
    fn every_word_is_among_the_names() {
        for (text, name) in [
            "drop_frames(count: 1)",
            "freeze()",
            "late(by_ms: 1)",
            "exposure(ev: 1)",
            "noise(sigma: 1)",
            "dirt(cover: 1)",
            "camera_dies",
        ]
        .into_iter()
        .zip(Fault::<f64>::NAMES)
        {
            assert_eq!(read(text).unwrap().name(), name);
        }
    }
}
