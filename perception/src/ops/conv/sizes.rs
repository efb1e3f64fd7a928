//! The sizes of a convolution, and the walks of its forward and backward pass.

use candle_core::{Result, Shape, bail};

use super::stencil::{MapShape, Phase, Shift, Stencil};

/// The sizes of one convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) input: MapShape,
    pub(super) output: MapShape,
    pub(super) kernel: usize,
    pub(super) stride: usize,
}

impl Sizes {
    pub(super) fn new(x: &Shape, weight: &Shape, stride: usize) -> Result<Self> {
        let (batch, height, width, channels) = x.dims4()?;
        let (kernel, kernel_wide, channels_in, channels_out) = weight.dims4()?;
        if kernel != kernel_wide || !matches!(kernel, 1 | 3) || channels_in != channels {
            bail!(
                "conv2d: weights {weight:?} do not fit the input {x:?}; they are [k, k, in, out], k = 1 or 3"
            )
        }
        let even = height % 2 == 0 && width % 2 == 0;
        if stride != 1 && !(stride == 2 && even) {
            bail!("conv2d: stride {stride} on {height}x{width}; use stride 1, or 2 on even sides")
        }
        let input = MapShape {
            batch,
            height,
            width,
            channels,
        };
        let output = MapShape {
            batch,
            height: height / stride,
            width: width / stride,
            channels: channels_out,
        };
        Ok(Self {
            input,
            output,
            kernel,
            stride,
        })
    }

    pub(super) fn channels(&self) -> (usize, usize) {
        (self.input.channels, self.output.channels)
    }

    pub(super) fn border(&self) -> usize {
        self.kernel / 2
    }

    pub(super) fn output_shape(&self) -> Shape {
        let o = self.output;
        Shape::from((o.batch, o.height, o.width, o.channels))
    }

    /// From input to output.
    pub(super) fn forward(&self) -> Stencil {
        let shifts = (0..self.kernel * self.kernel).map(|weight| Shift {
            down: weight / self.kernel,
            right: weight % self.kernel,
            weight,
        });
        Stencil {
            source: self.input,
            output: self.output,
            border: self.border(),
            step: self.stride,
            spread: 1,
            phases: vec![Phase {
                row: 0,
                column: 0,
                shifts: shifts.collect(),
            }],
        }
    }

    /// From the output's gradient to the input's: a stencil per pixel of a stride's square.
    pub(super) fn backward(&self) -> Stencil {
        let phases = (0..self.stride * self.stride)
            .map(|p| self.backward_phase(p / self.stride, p % self.stride))
            .collect();
        Stencil {
            source: self.output,
            output: self.input,
            border: self.border(),
            step: 1,
            spread: self.stride,
            phases,
        }
    }

    /// The outputs that the input pixels at (row, column) of a stride's square reach.
    fn backward_phase(&self, row: usize, column: usize) -> Phase {
        let mut shifts = Vec::new();
        for weight in 0..self.kernel * self.kernel {
            let down = self.reached(row, weight / self.kernel);
            let right = self.reached(column, weight % self.kernel);
            if let (Some(down), Some(right)) = (down, right) {
                shifts.push(Shift {
                    down,
                    right,
                    weight,
                });
            }
        }
        Phase {
            row,
            column,
            shifts,
        }
    }

    /// Along one axis: the padded output that an input at `offset` reaches through tap `tap`, if any.
    fn reached(&self, offset: usize, tap: usize) -> Option<usize> {
        let distance = offset + self.border() + self.stride * self.border();
        (distance >= tap && (distance - tap).is_multiple_of(self.stride))
            .then(|| (distance - tap) / self.stride)
    }
}
