//! Exported networks come back equal, and files that break the contract are refused with a reason.

use std::path::PathBuf;

use candle_core::{Device, Tensor as CandleTensor};
use prost::Message;

use super::*;
use crate::card::{Card, Origin};
use crate::nets::{Net, NetConfig};
use crate::network::{Backend, Network};
use crate::onnx::export;
use crate::onnx::messages::{Attribute, Graph, Model, Node};
use crate::ops::oracle::noise;
use crate::preprocess::{self, normalise};
use crate::weights;
use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};

/// Largest difference allowed, as a share of an output's standard deviation.
const TOLERANCE: f64 = 1e-4;

fn file(test: &str, bytes: &[u8]) -> PathBuf {
    let name = format!("understudy-foreign-{test}-{}.onnx", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn frame() -> CameraFrame {
    preprocess::tests::frame(FRAME_WIDTH, FRAME_HEIGHT, |i| (i * 7919 % 251) as u8)
}

/// Largest difference over the standard deviation, worst head.
fn difference(found: &Logits, wanted: &Logits) -> f64 {
    let of_head = |head: Head| {
        let (found, wanted) = (found.head(head), wanted.head(head));
        let count = wanted.len() as f64;
        let mean = wanted.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        let squares = wanted.iter().map(|&v| (f64::from(v) - mean).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        let pairs = found.iter().zip(wanted);
        let errors = pairs.map(|(f, w)| f64::from((f - w).abs()));
        errors.fold(0.0, f64::max) / deviation
    };
    Head::ALL.into_iter().map(of_head).fold(0.0, f64::max)
}

#[test]
fn exported_networks_give_the_engines_logits_in_tract() {
    for name in ["student", "teacher"] {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
        let (card, net) = weights::load(&models.join(name).with_extension("safetensors")).unwrap();
        let path = file(name, &export(&net, &card).unwrap());
        let mut foreign = Foreign::load(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let wanted = Network::new(net, Backend::default())
            .unwrap()
            .infer(&frame())
            .unwrap();
        let error = difference(&foreign.infer(&frame()).unwrap(), &wanted);
        assert!(error < TOLERANCE, "{name}: {error:e}");
        assert_eq!(foreign.flops(), card.flops, "{name}");
    }
}

/// A network that has learnt nothing, its running statistics warmed, with its card.
fn untaught(config: &NetConfig) -> (Card, Net) {
    let net = Net::new(config, 7).unwrap();
    let size = (2, config.input_height, config.input_width, 3);
    net.learn(&noise("pictures", size).unwrap()).unwrap();
    let card = Card {
        origin: Origin::default(),
        architecture: config.clone(),
        parameters: config.parameters().unwrap(),
        flops: config.flops().unwrap(),
        weights_digest: String::new(),
    };
    (card, net)
}

#[test]
fn a_network_may_take_the_camera_frame_itself() {
    let config = NetConfig {
        input_width: FRAME_WIDTH,
        input_height: FRAME_HEIGHT,
        ..NetConfig::student()
    };
    let (card, net) = untaught(&config);
    let path = file("whole", &export(&net, &card).unwrap());
    let found = Foreign::load(&path).unwrap().infer(&frame()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let pixels: Vec<f32> = frame().rgb.iter().map(|&byte| normalise(byte)).collect();
    let shape = (1, FRAME_HEIGHT, FRAME_WIDTH, 3);
    let pixels = CandleTensor::from_vec(pixels, shape, &Device::Cpu).unwrap();
    let outputs = net.forward(&pixels).unwrap();
    let numbers = |head: Head| {
        outputs[head as usize]
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap()
    };
    let error = difference(&found, &Logits::new(Head::ALL.map(numbers)));
    assert!(error < TOLERANCE, "{error:e}");
}

/// An exported student, changed.
fn changed(change: impl FnOnce(&mut Graph)) -> Vec<u8> {
    let (card, net) = untaught(&NetConfig::student());
    let bytes = export(&net, &card).unwrap();
    let mut model = Model::decode(&bytes[..]).unwrap();
    change(model.graph.as_mut().unwrap());
    model.encode_to_vec()
}

/// File, problem and remedy must all be told.
fn assert_refused(test: &str, bytes: &[u8], parts: &[&str]) {
    let path = file(test, bytes);
    let message = Foreign::load(&path).err().unwrap().to_string();
    std::fs::remove_file(&path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    for part in [name, "docs/onnx.md"].iter().chain(parts) {
        assert!(message.contains(part), "{test}: no `{part}` in: {message}");
    }
}

#[test]
fn what_is_no_onnx_file_is_refused() {
    assert_refused("text", b"weights", &["is no ONNX file"]);
    assert_refused("empty", b"", &["has no graph"]);
    let missing = Foreign::load(Path::new("/nowhere/a.onnx")).err().unwrap();
    assert!(missing.to_string().contains("/nowhere/a.onnx"));
    assert!(missing.to_string().contains("understudy export"));
}

#[test]
fn another_input_is_refused_with_what_was_found_and_what_is_wanted() {
    let renamed = changed(|graph| {
        graph.input[0].name = "pixels".to_owned();
        graph.node[0].input[0] = "pixels".to_owned();
    });
    assert_refused("input-name", &renamed, &["the input `pixels`", "`image`"]);
    let small = changed(|graph| {
        graph.input[0] = crate::onnx::messages::ValueInfo::floats("image", &[1, 3, 64, 96]);
    });
    let wanted = "float32 [1, 3, 128, 256] or [1, 3, 256, 512]";
    assert_refused("input-size", &small, &["float32 [1, 3, 64, 96]", wanted]);
    let bytes = changed(|graph| {
        let tensor = graph.input[0].kind.as_mut().unwrap().tensor.as_mut();
        tensor.unwrap().element = 2;
    });
    assert_refused("input-type", &bytes, &["uint8 [1, 3, 128, 256]", wanted]);
    let two = changed(|graph| {
        let mut mask = graph.input[0].clone();
        mask.name = "mask".to_owned();
        graph.input.push(mask);
    });
    assert_refused("inputs", &two, &["the inputs `image`, `mask`", "one input"]);
}

#[test]
fn other_outputs_are_refused_with_what_was_found_and_what_is_wanted() {
    let missing = changed(|graph| graph.output.retain(|output| output.name != "yaw"));
    assert_refused(
        "missing",
        &missing,
        &["no output `yaw`", "the outputs `segmentation`"],
    );
    let unmade = changed(|graph| graph.node.retain(|node| node.name != "yaw"));
    assert_refused("unmade", &unmade, &["`yaw`, which no node makes"]);
    let reshaped = changed(|graph| {
        let shape = graph
            .initializer
            .iter_mut()
            .find(|t| t.name == "yaw.shape")
            .unwrap();
        shape.raw_data = [1i64, 12, 512]
            .iter()
            .flat_map(|side| side.to_le_bytes())
            .collect();
    });
    assert_refused(
        "shape",
        &reshaped,
        &["`yaw` as float32 [1, 12, 512]", "float32 [1, 512, 12]"],
    );
    let half = changed(|graph| {
        let node = graph
            .node
            .iter_mut()
            .find(|node| node.name == "yaw")
            .unwrap();
        node.output[0] = "yaw.single".to_owned();
        graph.node.push(Node {
            input: vec!["yaw.single".to_owned()],
            output: vec!["yaw".to_owned()],
            name: "yaw.half".to_owned(),
            op_type: "Cast".to_owned(),
            attribute: vec![Attribute::int("to", 10)],
        });
    });
    assert_refused(
        "type",
        &half,
        &["`yaw` as float16 [1, 512, 12]", "float32 [1, 512, 12]"],
    );
}

#[test]
fn an_operator_that_nobody_knows_is_named() {
    let unknown = changed(|graph| graph.node[3].op_type = "Sharpen".to_owned());
    assert_refused("operator", &unknown, &["cannot be run", "Sharpen"]);
}

#[test]
fn an_output_that_is_no_number_stops_the_run() {
    let broken = changed(|graph| {
        let bias = graph
            .initializer
            .iter_mut()
            .find(|t| t.name == "heads.yaw.bias")
            .unwrap();
        bias.raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    let path = file("nan", &broken);
    let error = Foreign::load(&path).unwrap().infer(&frame()).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    let message = error.to_string();
    assert!(message.contains("no number as `yaw`") && message.contains("understudy-foreign-nan"));
}

#[test]
fn an_open_batch_is_taken_as_one_frame() {
    let open = changed(|graph| {
        for info in graph.input.iter_mut().chain(&mut graph.output) {
            let tensor = info.kind.as_mut().unwrap().tensor.as_mut().unwrap();
            tensor.shape.as_mut().unwrap().dim[0].value = None;
        }
    });
    let path = file("open", &open);
    let loaded = Foreign::load(&path);
    std::fs::remove_file(&path).unwrap();
    assert!(loaded.unwrap().infer(&frame()).is_ok());
}
