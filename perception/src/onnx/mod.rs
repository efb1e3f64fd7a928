//! Networks as ONNX files: the published contract, and the way out.
//!
//! The contract, for networks of this product and foreign ones alike:
//!
//! - one input `image`: `float32` `[1, 3, height, width]`, RGB, values 0 to 1; 128x256 is a camera frame shrunk by
//!   2x2 means that are rounded to bytes ([`crate::preprocess::shrink`]), 256x512 the frame itself; each byte
//!   divided by 255;
//! - an output for every head, named as [`crate::heads::Head::name`]: `float32` `[1, positions, classes]`, logits;
//! - whatever else is done to the pixels, as taking off their mean, is done inside the network.
//!
//! Files are written with operator set 17, a batch of 1 and batch normalisation folded into the convolutions.

mod builder;
mod contract;
mod heads;
mod interface;
pub(crate) mod messages;

use std::collections::BTreeMap;

use prost::Message;

use crate::card::Card;
use crate::error::Error;
use crate::fold::folded;
use crate::nets::{Finish, Layer, MapSize, Net};
use crate::preprocess::{MEAN, STD};
use builder::Builder;
pub use contract::{INPUT, InputSize};
pub(crate) use interface::Interface;
use messages::{Attribute, Model, OperatorSet, entries};

/// Version of ONNX's file format.
const IR_VERSION: i64 = 8;
/// Version of ONNX's operators.
const OPERATOR_SET: i64 = 17;

/// A network as the bytes of an ONNX file; its card goes along as metadata.
///
/// # Errors
/// If the network's tensors cannot be read.
pub fn export(net: &Net, card: &Card) -> Result<Vec<u8>, Error> {
    let exporter = Exporter {
        net,
        tensors: net.tensors(),
    };
    let model = Model {
        ir_version: IR_VERSION,
        producer_name: "understudy".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: "Camera frame in, logits of every perception head out.".to_owned(),
        graph: Some(exporter.graph(&card.origin.name)?),
        opset_import: vec![OperatorSet {
            domain: String::new(),
            version: OPERATOR_SET,
        }],
        metadata_props: entries(metadata(card)),
    };
    Ok(model.encode_to_vec())
}

/// What a card says, line by line.
fn metadata(card: &Card) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::from([
        ("name".to_owned(), card.origin.name.clone()),
        ("weights_digest".to_owned(), card.weights_digest.clone()),
        ("parameters".to_owned(), card.parameters.to_string()),
        ("flops".to_owned(), card.flops.to_string()),
    ]);
    let scores = card.origin.scores.iter();
    texts.extend(scores.map(|(name, score)| (format!("score.{name}"), score.to_string())));
    texts
}

struct Exporter<'a> {
    net: &'a Net,
    tensors: BTreeMap<String, candle_core::Tensor>,
}

/// A convolution as ONNX has it: weights `[out, in, kernel, kernel]`.
struct Kernel {
    weights: Vec<f32>,
    dims: [usize; 4],
    bias: Option<Vec<f32>>,
}

impl Exporter<'_> {
    fn graph(&self, name: &str) -> Result<messages::Graph, Error> {
        let plan = self.net.plan();
        let mut builder = Builder::default();
        let mut maps = vec![normalised_input(&mut builder, plan.maps[0])];
        for layer in &plan.layers {
            let map = self.layer(&mut builder, layer, &maps)?;
            if let Finish::Cells(head) = layer.finish {
                heads::logits(&mut builder, head, &map, plan.maps[layer.output]);
            }
            maps.push(map);
        }
        Ok(builder.finish(name))
    }

    /// Adds a layer; returns the name of the map it makes.
    fn layer(
        &self,
        builder: &mut Builder,
        layer: &Layer,
        maps: &[String],
    ) -> Result<String, Error> {
        let (name, kernel) = (&layer.name, self.kernel(layer)?);
        let weight = builder.floats(&format!("{name}.weight"), &kernel.dims, &kernel.weights);
        let bias = kernel
            .bias
            .map(|bias| builder.floats(&format!("{name}.bias"), &[bias.len()], &bias));
        let mut inputs = vec![&*maps[layer.input], &weight];
        inputs.extend(bias.as_deref());
        let (side, border) = (layer.kernel as i64, layer.kernel as i64 / 2);
        let attributes = vec![
            Attribute::ints("kernel_shape", &[side; 2]),
            Attribute::ints("strides", &[layer.stride as i64; 2]),
            Attribute::ints("pads", &[border; 4]),
        ];
        let sums = builder.node((&format!("{name}.conv"), "Conv"), &inputs, attributes);
        Ok(match layer.finish {
            Finish::Cells(_) => sums,
            // Our groups of channels are pixels, row by row, and so are those of depth-column-row order.
            Finish::Spread => {
                let mode = vec![
                    Attribute::int("blocksize", 2),
                    Attribute::text("mode", "DCR"),
                ];
                builder.node((name, "DepthToSpace"), &[&sums], mode)
            }
            Finish::Norm { residual: None } => builder.node((name, "Relu"), &[&sums], Vec::new()),
            Finish::Norm {
                residual: Some(map),
            } => {
                let added = (&*format!("{name}.sum"), "Add");
                let added = builder.node(added, &[&sums, &maps[map]], Vec::new());
                builder.node((name, "Relu"), &[&added], Vec::new())
            }
        })
    }

    /// A layer's convolution, its normalisation folded in.
    fn kernel(&self, layer: &Layer) -> Result<Kernel, Error> {
        let (weights, bias) = folded(layer, &self.tensors)?;
        let inputs = self.net.plan().maps[layer.input].channels;
        Ok(Kernel {
            weights: output_first(&weights, inputs, layer.channels),
            dims: [layer.channels, inputs, layer.kernel, layer.kernel],
            bias,
        })
    }
}

/// The input and its normalisation, which comes before any convolution puts zeros around it.
fn normalised_input(builder: &mut Builder, size: MapSize) -> String {
    builder.input(INPUT, &[1, size.channels, size.height, size.width]);
    let mean = builder.floats("mean", &[], &[MEAN]);
    let gain = builder.floats("gain", &[], &[1.0 / STD]);
    let centred = builder.node(("centred", "Sub"), &[INPUT, &mean], Vec::new());
    builder.node(("normalised", "Mul"), &[&centred, &gain], Vec::new())
}

/// Weights `[kernel, kernel, in, out]` in the order `[out, in, kernel, kernel]`.
fn output_first(weights: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    let taps = weights.len() / (inputs * outputs);
    let weight = |index: usize| {
        let (output, input, tap) = (index / (inputs * taps), index / taps % inputs, index % taps);
        weights[(tap * inputs + input) * outputs + output]
    };
    (0..weights.len()).map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::messages::ValueInfo;
    use super::*;
    use crate::card::Origin;
    use crate::heads::Head;
    use crate::nets::NetConfig;

    fn exported(config: &NetConfig) -> Model {
        let card = Card {
            origin: Origin {
                name: "some network".to_owned(),
                scores: BTreeMap::from([("lanes".to_owned(), 0.5)]),
                ..Origin::default()
            },
            architecture: config.clone(),
            parameters: config.parameters().unwrap(),
            flops: config.flops().unwrap(),
            weights_digest: "abc".to_owned(),
        };
        let bytes = export(&Net::new(config, 1).unwrap(), &card).unwrap();
        Model::decode(&bytes[..]).unwrap()
    }

    #[test]
    fn a_file_names_its_input_its_heads_and_what_its_card_says() {
        let config = NetConfig {
            input_width: 512,
            input_height: 256,
            ..NetConfig::student()
        };
        let model = exported(&config);
        let graph = model.graph.unwrap();
        let input = InputSize::Whole.shape();
        assert_eq!(graph.input, [ValueInfo::floats(INPUT, &input)]);
        let mut outputs: Vec<ValueInfo> = Head::ALL
            .map(|head| ValueInfo::floats(head.name(), &[1, head.positions(), head.classes()]))
            .to_vec();
        for output in &graph.output {
            outputs.retain(|wanted| wanted != output);
        }
        assert_eq!((graph.output.len(), outputs.len()), (8, 0));
        let said = |key: &str| {
            let entry = model.metadata_props.iter().find(|entry| entry.key == key);
            entry.unwrap().value.clone()
        };
        assert_eq!(said("name"), "some network");
        assert_eq!(said("weights_digest"), "abc");
        assert_eq!(said("score.lanes"), "0.5");
    }

    #[test]
    fn weights_are_written_output_first() {
        // Two taps, two inputs, two outputs.
        let ours = [0., 1., 2., 3., 4., 5., 6., 7.];
        assert_eq!(output_first(&ours, 2, 2), [0., 4., 2., 6., 1., 5., 3., 7.]);
    }
}
