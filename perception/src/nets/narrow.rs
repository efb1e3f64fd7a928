//! Pruning whole channels: the same network with fewer of them, those that weigh most.
//!
//! A channel weighs what its filters weigh after folding the normalisation, summed over the layers that write the
//! map (Li et al. 2017); maps that are added together keep the same channels.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};

use super::config::NetConfig;
use super::net::Net;
use super::plan::{Finish, Layer, Plan};
use crate::error::Error;
use crate::ops::Statistics;

/// The network in smaller sizes, its lightest channels left out.
///
/// # Errors
/// If the sizes differ in anything but fewer channels.
pub fn narrowed(net: &Net, config: &NetConfig) -> Result<Net, Error> {
    let target = Plan::new(config)?;
    let plan = net.plan();
    let is_same = |(a, b): (&Layer, &Layer)| a.name == b.name && a.channels >= b.channels;
    if plan.layers.len() != target.layers.len()
        || !plan.layers.iter().zip(&target.layers).all(is_same)
    {
        return Err(Error::Config(
            "only channels can be left out; the smaller network has other layers".to_owned(),
        ));
    }
    let tensors = net.tensors();
    let kept = kept_channels(plan, &target, &tensors)?;
    let narrow = |(name, tensor): (&String, &Tensor)| {
        let (layer, of) = name.rsplit_once('.').unwrap_or((name, ""));
        let layer = plan.layers.iter().find(|other| other.name == layer);
        let layer =
            layer.ok_or_else(|| Error::Config(format!("tensor `{name}` belongs to no layer")))?;
        Ok((
            name.clone(),
            narrowed_tensor(tensor, of, layer, (plan, &kept))?,
        ))
    };
    let narrow: BTreeMap<String, Tensor> =
        tensors.iter().map(narrow).collect::<Result<_, Error>>()?;
    Net::from_tensors(config, &narrow)
}

/// For each map, the channels that stay, in order.
fn kept_channels(
    plan: &Plan,
    target: &Plan,
    tensors: &BTreeMap<String, Tensor>,
) -> Result<Vec<Vec<u32>>, Error> {
    let tied = tied_maps(plan);
    let mut weights: BTreeMap<usize, Vec<f32>> = BTreeMap::new();
    for layer in &plan.layers {
        let of_layer = channel_weights(layer, plan.maps[layer.output].channels, tensors)?;
        let sum = weights
            .entry(tied[layer.output])
            .or_insert_with(|| vec![0.0; of_layer.len()]);
        let mean = of_layer.iter().sum::<f32>() / of_layer.len() as f32;
        for (sum, weight) in sum.iter_mut().zip(of_layer) {
            *sum += weight / mean.max(f32::MIN_POSITIVE);
        }
    }
    let keep = |(map, size): (usize, &super::MapSize)| {
        let Some(weights) = weights.get(&tied[map]) else {
            // The picture itself.
            return (0..size.channels as u32).collect();
        };
        heaviest(weights, target.maps[map].channels)
    };
    Ok(plan.maps.iter().enumerate().map(keep).collect())
}

/// The map that stands for all maps that are added to it, for each map.
fn tied_maps(plan: &Plan) -> Vec<usize> {
    let mut tied: Vec<usize> = (0..plan.maps.len()).collect();
    for layer in &plan.layers {
        if let Finish::Norm {
            residual: Some(map),
        } = layer.finish
        {
            let (from, to) = (tied[layer.output], tied[map]);
            for representative in &mut tied {
                if *representative == from {
                    *representative = to;
                }
            }
        }
    }
    tied
}

/// What each channel of a layer's output weighs.
fn channel_weights(
    layer: &Layer,
    channels: usize,
    tensors: &BTreeMap<String, Tensor>,
) -> Result<Vec<f32>, Error> {
    let tensor = |of: &str| &tensors[&format!("{}.{of}", layer.name)];
    let filters: Vec<f32> = tensor("weight").flatten_all()?.to_vec1()?;
    let mut sums = vec![0.0; layer.channels];
    for row in filters.chunks_exact(layer.channels) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value.abs();
        }
    }
    if matches!(layer.finish, Finish::Norm { .. }) {
        let affine: Vec<f32> = tensor("affine").flatten_all()?.to_vec1()?;
        let statistics = Statistics {
            mean: tensor("mean").to_vec1()?,
            variance: tensor("variance").to_vec1()?,
        };
        let scales = affine.iter().zip(statistics.inverse_deviation());
        for (sum, (scale, inverse)) in sums.iter_mut().zip(scales) {
            *sum *= scale.abs() * inverse;
        }
    }
    // Depth to space makes one channel of four.
    let mut weights = vec![0.0; channels];
    for (index, sum) in sums.iter().enumerate() {
        weights[index % channels] += sum;
    }
    Ok(weights)
}

/// The `count` heaviest channels in order; the lower number of equals.
fn heaviest(weights: &[f32], count: usize) -> Vec<u32> {
    let mut channels: Vec<u32> = (0..weights.len() as u32).collect();
    channels.sort_by(|&a, &b| {
        weights[b as usize]
            .total_cmp(&weights[a as usize])
            .then(a.cmp(&b))
    });
    channels.truncate(count);
    channels.sort_unstable();
    channels
}

/// A tensor of a layer with the channels that stay.
fn narrowed_tensor(
    tensor: &Tensor,
    of: &str,
    layer: &Layer,
    (plan, kept): (&Plan, &[Vec<u32>]),
) -> Result<Tensor, Error> {
    let outputs = match layer.finish {
        Finish::Norm { .. } => kept[layer.output].clone(),
        Finish::Cells(_) => (0..layer.channels as u32).collect(),
        Finish::Spread => {
            let channels = plan.maps[layer.output].channels as u32;
            let group = |group: u32| kept[layer.output].iter().map(move |c| group * channels + c);
            (0..4).flat_map(group).collect()
        }
    };
    let index = |channels: &[u32]| Tensor::new(channels, &Device::Cpu);
    let last = tensor.rank() - 1;
    let narrow = tensor.index_select(&index(&outputs)?, last)?;
    Ok(if of == "weight" {
        narrow.index_select(&index(&kept[layer.input])?, 2)?
    } else {
        narrow
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heads::Head;
    use crate::nets::Body;
    use crate::ops::oracle::noise;

    fn wide(body: Body) -> NetConfig {
        NetConfig {
            stages: [32, 32, 48, 32],
            decoder: 32,
            blocks: [1, 1, 1, 1],
            body,
            ..NetConfig::student()
        }
    }

    /// Silences channels of every map from the given one on: as if they were not there.
    fn with_silent_channels(net: &Net, config: &NetConfig) -> Net {
        let target = Plan::new(config).unwrap();
        let mut tensors = net.tensors();
        for (layer, small) in net.plan().layers.iter().zip(&target.layers) {
            if matches!(layer.finish, Finish::Cells(_)) {
                continue;
            }
            let (wide, narrow) = (
                net.plan().maps[layer.output].channels,
                target.maps[small.output].channels,
            );
            let silence = |name: String, tensors: &mut BTreeMap<String, Tensor>| {
                let tensor = &tensors[&name];
                let mut values: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
                let silent = |index: usize| index % layer.channels % wide >= narrow;
                let heard = values.iter_mut().enumerate();
                heard
                    .filter(|(index, _)| silent(*index))
                    .for_each(|(_, value)| *value = 0.0);
                let silent = Tensor::from_vec(values, tensor.shape(), &Device::Cpu).unwrap();
                tensors.insert(name, silent);
            };
            silence(format!("{}.weight", layer.name), &mut tensors);
            if matches!(layer.finish, Finish::Norm { .. }) {
                silence(format!("{}.affine", layer.name), &mut tensors);
            }
        }
        Net::from_tensors(net.config(), &tensors).unwrap()
    }

    #[test]
    fn leaving_out_silent_channels_changes_no_answer() {
        for body in [Body::Plain, Body::Residual, Body::Bottleneck] {
            let small = NetConfig {
                stages: [16, 16, 32, 16],
                decoder: 16,
                ..wide(body)
            };
            let net = with_silent_channels(&Net::new(&wide(body), 3).unwrap(), &small);
            let narrow = narrowed(&net, &small).unwrap();
            assert_eq!(narrow.config(), &small);
            let pictures = noise("pictures", (1, 128, 256, 3))
                .unwrap()
                .as_detached_tensor();
            let answers = [&net, &narrow].map(|net| net.forward(&pictures).unwrap());
            for head in Head::ALL {
                let of = |index: usize| -> Vec<f32> {
                    answers[index][head as usize]
                        .flatten_all()
                        .unwrap()
                        .to_vec1()
                        .unwrap()
                };
                for (a, b) in of(0).iter().zip(of(1)) {
                    assert!((a - b).abs() < 1e-4, "{}: {a} and {b}", head.name());
                }
            }
        }
    }

    #[test]
    fn a_network_with_other_layers_is_refused() {
        let net = Net::new(&wide(Body::Plain), 1).unwrap();
        let deeper = NetConfig {
            blocks: [2, 1, 1, 1],
            ..wide(Body::Plain)
        };
        assert!(narrowed(&net, &deeper).is_err());
        let wider = NetConfig {
            decoder: 48,
            ..wide(Body::Plain)
        };
        assert!(narrowed(&net, &wider).is_err());
    }
}
