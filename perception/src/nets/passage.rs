//! A training step's way through a network and back.
//!
//! candle would find the way back by itself, but between two operations it clears a gradient, adds to it and copies
//! it: passes over the largest maps there are, some of them on one core. A network's layers are known, so here each
//! hands its gradient on to those it has its input from, and only the losses are left to candle.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use super::aggregate::{aggregate, cells_gradient};
use super::net::{Net, Normalised, Output};
use super::plan::{Finish, Layer};
use crate::error::Error;
use crate::heads::Head;
use crate::ops::{
    Norm, NormGradients as Gradients, Pass, bias_gradient, run_all, space_to_depth, with_numbers,
};

/// Numbers of a gradient that one task adds.
const PIECE: usize = 1 << 14;

/// A forward pass that can be gone back; see [`Net::learn`].
pub struct Passage<'a> {
    net: &'a Net,
    /// Every map, from the pictures on.
    maps: Vec<Tensor>,
    /// What each layer normalised, if it does.
    normalised: Vec<Option<Normalised>>,
    logits: Vec<Tensor>,
}

impl<'a> Passage<'a> {
    /// Through the network, normalised with the statistics of this batch.
    pub(super) fn new(net: &'a Net, pictures: &Tensor) -> Result<Self, Error> {
        let mut passage = Self {
            net,
            maps: vec![pictures.detach()],
            normalised: Vec::new(),
            logits: Vec::with_capacity(Head::ALL.len()),
        };
        for layer in &net.plan().layers {
            let Output { value, normalised } = net.layer_of_batch(layer, &passage.maps)?;
            if let Finish::Cells(head) = layer.finish {
                let logits = Var::from_tensor(&aggregate(head, &value)?)?;
                passage.logits.push(logits.into_inner());
            }
            passage.maps.push(value);
            passage.normalised.push(normalised);
        }
        Ok(passage)
    }

    /// The logits of every head in the order of [`Head::ALL`], each `[batch, positions, classes]`; losses are to be
    /// made of these.
    pub fn logits(&self) -> &[Tensor] {
        &self.logits
    }

    /// The gradient of a loss, a scalar made of [`Passage::logits`], by every parameter.
    ///
    /// # Errors
    /// If candle finds no way from the loss to the logits.
    pub fn backward(self, loss: &Tensor) -> Result<GradStore, Error> {
        let mut found = loss.backward()?;
        let mut to_maps: Vec<Option<Vec<f32>>> = vec![None; self.maps.len()];
        let layers = &self.net.plan().layers;
        for (layer, normalised) in layers.iter().zip(&self.normalised).rev() {
            let to_value = match layer.finish {
                Finish::Cells(head) => {
                    self.cells_gradient(head, &self.maps[layer.output], &mut found)?
                }
                Finish::Norm { .. } | Finish::Spread => to_maps[layer.output].take(),
            };
            // What no loss asks for has no gradient.
            if let Some(to_value) = to_value {
                let normalised = normalised.as_ref();
                self.layer_backward(layer, normalised, to_value, (&mut to_maps, &mut found))?;
            }
        }
        Ok(found)
    }

    /// From the losses' gradient to that of a head's cells.
    fn cells_gradient(
        &self,
        head: Head,
        cells: &Tensor,
        found: &mut GradStore,
    ) -> Result<Option<Vec<f32>>, Error> {
        let logits = &self.logits[head as usize];
        let Some(gradient) = found.remove(logits) else {
            return Ok(None);
        };
        Ok(Some(cells_gradient(head, cells, logits, &gradient)?))
    }

    /// From the gradient of a layer's value to those of its parameters and of the maps it reads.
    fn layer_backward(
        &self,
        layer: &Layer,
        normalised: Option<&Normalised>,
        to_value: Vec<f32>,
        (to_maps, found): (&mut [Option<Vec<f32>>], &mut GradStore),
    ) -> Result<(), Error> {
        let mut learn = |of: &str, numbers: Vec<f32>| -> Result<(), Error> {
            let var = self.net.var(&layer.name, of);
            let gradient = Tensor::from_vec(numbers, var.shape(), &Device::Cpu)?;
            found.insert(var, gradient);
            Ok(())
        };
        let to_sums = match layer.finish {
            Finish::Cells(_) => {
                learn("bias", bias_gradient(&to_value, layer.channels))?;
                to_value
            }
            Finish::Spread => {
                let width = self.maps[layer.output].dim(2)? / 2;
                space_to_depth(&to_value, width, layer.channels)
            }
            Finish::Norm { residual } => {
                let normalised = normalised.expect("the layer normalises");
                let gradients = self.norm_backward(layer, normalised, &to_value)?;
                learn("affine", gradients.affine)?;
                if let Some(residual) = residual {
                    add(&mut to_maps[residual], gradients.residual);
                }
                gradients.x
            }
        };
        let operands = (&self.maps[layer.input], &self.net.weight(layer));
        let conv = self.net.conv(layer);
        let gradients = conv.backward(operands, &to_sums, layer.input != 0)?;
        learn("weight", gradients.weights)?;
        if let Some(to_input) = gradients.input {
            add(&mut to_maps[layer.input], to_input);
        }
        Ok(())
    }

    /// From the gradient of a normalised value to those of scales and shifts, of the convolution's sums and of the
    /// residual.
    fn norm_backward(
        &self,
        layer: &Layer,
        (sums, statistics): &Normalised,
        gradient: &[f32],
    ) -> Result<Gradients, Error> {
        let norm = Norm::of_batch(statistics.clone(), self.net.isa());
        let with_residual = matches!(layer.finish, Finish::Norm { residual: Some(_) });
        let gradients = with_numbers(sums, |x| {
            with_numbers(&self.maps[layer.output], |value| {
                with_numbers(self.net.var(&layer.name, "affine"), |affine| {
                    Ok(norm.backward(Pass { x, value, gradient }, affine, with_residual))
                })
            })
        })?;
        Ok(gradients)
    }
}

/// Adds to a map's gradient, or begins it.
fn add(sum: &mut Option<Vec<f32>>, numbers: Vec<f32>) {
    let Some(sum) = sum else {
        *sum = Some(numbers);
        return;
    };
    let pieces = sum.chunks_mut(PIECE).zip(numbers.chunks(PIECE));
    run_all(pieces, |(sum, numbers)| {
        for (sum, number) in sum.iter_mut().zip(numbers) {
            *sum += number;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nets::{Body, NetConfig};
    use crate::ops::oracle::{noise, relative_error};
    use crate::ops::{Source, conv2d, conv2d_with_bias, depth_to_space, normalise};

    /// A loss in which every logit counts differently.
    fn loss(logits: &[Tensor]) -> Tensor {
        let parts = Head::ALL.into_iter().zip(logits).map(|(head, logits)| {
            let direction = noise(head.name(), logits.dims3().unwrap()).unwrap();
            (logits * direction.as_tensor()).unwrap().sum_all().unwrap()
        });
        parts.reduce(|sum, part| (sum + part).unwrap()).unwrap()
    }

    /// The same forward pass in operations of which candle keeps account.
    fn tracked(net: &Net, pictures: &Tensor) -> Vec<Tensor> {
        let (mut maps, mut logits) = (vec![pictures.clone()], Vec::new());
        for layer in &net.plan().layers {
            let var = |of: &str| net.var(&layer.name, of).as_tensor();
            let (input, conv) = (&maps[layer.input], net.conv(layer));
            let output = match layer.finish {
                Finish::Cells(head) => {
                    let cells = conv2d_with_bias(input, var("weight"), var("bias"), conv).unwrap();
                    logits.push(aggregate(head, &cells).unwrap());
                    cells
                }
                Finish::Spread => {
                    depth_to_space(&conv2d(input, var("weight"), conv).unwrap()).unwrap()
                }
                Finish::Norm { residual } => {
                    let sums = conv2d(input, var("weight"), conv).unwrap();
                    let residual = residual.map(|map| &maps[map]);
                    let source = Source::Batch;
                    let made = normalise(&sums, var("affine"), residual, source, net.isa());
                    made.unwrap().value
                }
            };
            maps.push(output);
        }
        logits
    }

    #[test]
    fn gradients_are_those_that_candle_finds_whatever_the_body() {
        let pictures = noise("pictures", (2, 128, 256, 3)).unwrap();
        for body in [Body::Plain, Body::Residual, Body::Bottleneck] {
            let net = Net::new(
                &NetConfig {
                    body,
                    ..NetConfig::student()
                },
                3,
            )
            .unwrap();
            let passage = net.learn(&pictures).unwrap();
            let own_loss = loss(passage.logits());
            let own = passage.backward(&own_loss).unwrap();
            let theirs = loss(&tracked(&net, &pictures)).backward().unwrap();
            for (name, var) in net.parameters() {
                let error = relative_error(own.get(var).unwrap(), theirs.get(var).unwrap());
                assert!(error < 1e-5, "{body:?} {name}: {error:e}");
            }
        }
    }
}
