//! A network as a table of layers, read by the trainer, the engine and whoever counts.

use super::aggregate::cell_channels;
use super::config::{Body, NetConfig};
use crate::error::Error;
use crate::heads::{Head, OBJECT_GRID, SEGMENTATION_GRID};
use crate::ops::LANES;

/// Height, width and channels of an activation map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MapSize {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

/// What follows a layer's convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// Batch normalisation, the sum with another map if there is one, ReLU.
    Norm {
        /// The map to add.
        residual: Option<usize>,
    },
    /// Depth to space: four groups of channels become 2x2 pixels.
    Spread,
    /// A bias; the cells of a head.
    Cells(Head),
}

/// A convolution and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// Its name in weight files.
    pub(crate) name: String,
    /// The map it reads.
    pub(crate) input: usize,
    /// The map it writes.
    pub(crate) output: usize,
    /// Side of the kernel: 1 or 3.
    pub(crate) kernel: usize,
    /// Pixels between neighbouring outputs.
    pub(crate) stride: usize,
    /// Output channels of the convolution itself.
    pub(crate) channels: usize,
    /// What follows.
    pub(crate) finish: Finish,
}

/// The kernels are fast where channels come in groups of so many.
pub(crate) const CHANNEL_STEP: usize = LANES;

/// Kernel side, stride and output channels of a convolution.
type Kernel = (usize, usize, usize);

/// All maps and layers of a network, in the order of computation; map 0 is the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) maps: Vec<MapSize>,
    pub(crate) layers: Vec<Layer>,
}

impl Plan {
    /// The layers of a network of these sizes.
    pub(crate) fn new(config: &NetConfig) -> Result<Self, Error> {
        check(config)?;
        let mut plan = Self {
            maps: vec![MapSize {
                height: config.input_height,
                width: config.input_width,
                channels: 3,
            }],
            layers: Vec::new(),
        };
        let mut map = plan.norm("stem", 0, (3, 2, config.stem), None);
        let mut stages = Vec::new();
        for (index, &channels) in config.stages.iter().enumerate() {
            let name = format!("stage{}", index + 1);
            map = plan.norm(&format!("{name}.open"), map, (3, 2, channels), None);
            for block in 1..=config.blocks[index] {
                map = plan.block(&format!("{name}.block{block}"), map, config.body);
            }
            stages.push(map);
        }
        plan.pyramid(&stages, config.decoder)?;
        Ok(plan)
    }

    fn block(&mut self, name: &str, input: usize, body: Body) -> usize {
        let channels = self.maps[input].channels;
        let part = |of: &str| format!("{name}.{of}");
        match body {
            Body::Plain => self.norm(name, input, (3, 1, channels), None),
            Body::Residual => {
                let inner = self.norm(&part("first"), input, (3, 1, channels), None);
                self.norm(&part("second"), inner, (3, 1, channels), Some(input))
            }
            Body::Bottleneck => {
                let half = (channels / 2).next_multiple_of(CHANNEL_STEP);
                let narrow = self.norm(&part("narrow"), input, (1, 1, half), None);
                let middle = self.norm(&part("middle"), narrow, (3, 1, half), None);
                self.norm(&part("widen"), middle, (1, 1, channels), Some(input))
            }
        }
    }

    /// From the last stage up to the finest grid; heads hang on the two grids they need.
    fn pyramid(&mut self, stages: &[usize], decoder: usize) -> Result<(), Error> {
        let mut above: Option<usize> = None;
        let (mut fine, mut coarse) = (None, None);
        for (index, &stage) in stages.iter().enumerate().rev() {
            let level = format!("level{}", index + 1);
            let raised = above.map(|map| self.raise(&format!("{level}.raise"), map, decoder));
            let map = self.norm(&format!("{level}.lateral"), stage, (1, 1, decoder), raised);
            let size = self.maps[map];
            match (size.width, size.height) {
                SEGMENTATION_GRID => fine = Some(map),
                OBJECT_GRID => coarse = Some(map),
                _ => {}
            }
            above = Some(map);
            if fine.is_some() {
                break;
            }
        }
        let (Some(fine), Some(coarse)) = (fine, coarse) else {
            let size = self.maps[0];
            return Err(Error::Config(format!(
                "an input of {}x{} has no maps of the sizes of the heads' grids; use 256x128 or 512x256",
                size.width, size.height
            )));
        };
        let fine = self.norm("fine", fine, (3, 1, decoder), None);
        let coarse = self.norm("coarse", coarse, (3, 1, decoder), None);
        for head in Head::ALL {
            self.cells(head, if is_fine(head) { fine } else { coarse });
        }
        Ok(())
    }

    fn norm(
        &mut self,
        name: &str,
        input: usize,
        (kernel, stride, channels): Kernel,
        residual: Option<usize>,
    ) -> usize {
        let size = self.maps[input];
        let output = MapSize {
            height: size.height / stride,
            width: size.width / stride,
            channels,
        };
        self.push(
            name,
            (input, output),
            (kernel, stride, channels),
            Finish::Norm { residual },
        )
    }

    fn raise(&mut self, name: &str, input: usize, channels: usize) -> usize {
        let size = self.maps[input];
        let output = MapSize {
            height: size.height * 2,
            width: size.width * 2,
            channels,
        };
        self.push(name, (input, output), (1, 1, 4 * channels), Finish::Spread)
    }

    fn cells(&mut self, head: Head, input: usize) {
        let channels = cell_channels(head);
        let output = MapSize {
            channels,
            ..self.maps[input]
        };
        let name = format!("heads.{}", head.name());
        self.push(
            &name,
            (input, output),
            (1, 1, channels),
            Finish::Cells(head),
        );
    }

    fn push(
        &mut self,
        name: &str,
        (input, output): (usize, MapSize),
        kernel: Kernel,
        finish: Finish,
    ) -> usize {
        self.maps.push(output);
        self.layers.push(Layer {
            name: name.to_owned(),
            input,
            output: self.maps.len() - 1,
            kernel: kernel.0,
            stride: kernel.1,
            channels: kernel.2,
            finish,
        });
        self.maps.len() - 1
    }

    /// Name and shape of every parameter that learning moves.
    pub(crate) fn parameter_shapes(&self) -> Vec<(String, Vec<usize>)> {
        let of_layer = |layer: &Layer| {
            let (name, kernel) = (&layer.name, layer.kernel);
            let inputs = self.maps[layer.input].channels;
            let weight = vec![kernel, kernel, inputs, layer.channels];
            let mut shapes = vec![(format!("{name}.weight"), weight)];
            match layer.finish {
                Finish::Norm { .. } => {
                    shapes.push((format!("{name}.affine"), vec![2, layer.channels]));
                }
                Finish::Cells(_) => shapes.push((format!("{name}.bias"), vec![layer.channels])),
                Finish::Spread => {}
            }
            shapes
        };
        self.layers.iter().flat_map(of_layer).collect()
    }

    /// Name and shape of every running statistic.
    pub(crate) fn statistic_shapes(&self) -> Vec<(String, Vec<usize>)> {
        let normed = self
            .layers
            .iter()
            .filter(|l| matches!(l.finish, Finish::Norm { .. }));
        normed
            .flat_map(|layer| {
                ["mean", "variance"]
                    .map(|of| (format!("{}.{of}", layer.name), vec![layer.channels]))
            })
            .collect()
    }

    pub(crate) fn parameters(&self) -> usize {
        let shapes = self.parameter_shapes();
        shapes
            .iter()
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum()
    }

    pub(crate) fn flops(&self) -> u64 {
        let of_layer = |layer: &Layer| {
            let input = self.maps[layer.input];
            let pixels = (input.height / layer.stride) * (input.width / layer.stride);
            let products = layer.kernel * layer.kernel * input.channels * layer.channels;
            2 * (pixels * products) as u64
        };
        self.layers.iter().map(of_layer).sum()
    }
}

/// Whether a head reads the fine grid: what is small or exact needs it.
fn is_fine(head: Head) -> bool {
    matches!(head, Head::Segmentation | Head::Lanes | Head::Light)
}

fn check(config: &NetConfig) -> Result<(), Error> {
    let widths = config
        .stages
        .into_iter()
        .chain([config.stem, config.decoder]);
    for width in widths {
        if width == 0 || !width.is_multiple_of(CHANNEL_STEP) {
            return Err(Error::Config(format!(
                "{width} channels; the kernels need multiples of {CHANNEL_STEP} everywhere but in the heads"
            )));
        }
    }
    let (width, height) = (config.input_width, config.input_height);
    if width % 32 != 0 || height % 32 != 0 {
        return Err(Error::Config(format!(
            "an input of {width}x{height}; both sides must be multiples of 32"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(head: Head) -> (usize, usize) {
        if is_fine(head) {
            SEGMENTATION_GRID
        } else {
            OBJECT_GRID
        }
    }

    #[test]
    fn heads_hang_on_their_grids_whatever_the_input() {
        for scale in [1, 2] {
            let config = NetConfig {
                input_width: 256 * scale,
                input_height: 128 * scale,
                ..NetConfig::student()
            };
            let plan = Plan::new(&config).unwrap();
            for layer in &plan.layers {
                if let Finish::Cells(head) = layer.finish {
                    let size = plan.maps[layer.output];
                    assert_eq!((size.width, size.height), grid(head));
                }
            }
        }
    }

    #[test]
    fn an_input_without_the_grids_is_refused() {
        let config = NetConfig {
            input_width: 128,
            ..NetConfig::student()
        };
        assert!(
            Plan::new(&config)
                .unwrap_err()
                .to_string()
                .contains("128x128")
        );
    }
}
