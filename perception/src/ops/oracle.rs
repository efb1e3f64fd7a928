//! What the tests compare the operations with: stock candle and finite differences.

use candle_core::{Device, Result, Shape, Tensor, Var};
use drive::random::stream;

use crate::ops::with_numbers;

/// Numbers in -1..1, the same for the same name.
pub(crate) fn noise(name: &str, shape: impl Into<Shape>) -> Result<Var> {
    use rand::RngCore;
    let shape = shape.into();
    let mut rng = stream(1, name);
    let numbers: Vec<f32> = (0..shape.elem_count())
        .map(|_| (rng.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0)
        .collect();
    Var::from_vec(numbers, shape, &Device::Cpu)
}

/// Length of the difference over the length of `expected`.
pub(crate) fn relative_error(actual: &Tensor, expected: &Tensor) -> f64 {
    assert_eq!(actual.dims(), expected.dims());
    let length = |t: &Tensor| {
        with_numbers(t, |n| {
            Ok(n.iter()
                .map(|&v| f64::from(v) * f64::from(v))
                .sum::<f64>()
                .sqrt())
        })
        .unwrap()
    };
    length(&(actual - expected).unwrap()) / length(expected).max(1e-30)
}

/// Stock candle's convolution on the same layout.
pub(crate) fn stock_conv2d(x: &Tensor, weight: &Tensor, stride: usize) -> Result<Tensor> {
    let padding = weight.dim(0)? / 2;
    let x = x.permute((0, 3, 1, 2))?.contiguous()?;
    let weight = weight.permute((3, 2, 0, 1))?.contiguous()?;
    x.conv2d(&weight, padding, stride, 1, 1)?
        .permute((0, 2, 3, 1))?
        .contiguous()
}

/// Compares the gradient of `loss` by `variable` with central differences along a few coordinates.
pub(crate) fn check_gradient(variable: &Var, loss: impl Fn() -> Result<Tensor>) {
    let gradient = loss().unwrap().backward().unwrap();
    let gradient = gradient
        .get(variable)
        .unwrap()
        .flatten_all()
        .unwrap()
        .to_vec1::<f32>()
        .unwrap();
    let start = variable.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let step = 1e-2f32;
    let moved = |index: usize, by: f32| {
        let mut numbers = start.clone();
        numbers[index] += by;
        let tensor = Tensor::from_vec(numbers, variable.shape(), &Device::Cpu).unwrap();
        variable.set(&tensor).unwrap();
        f64::from(loss().unwrap().to_scalar::<f32>().unwrap())
    };
    for index in (0..start.len()).step_by(start.len().div_ceil(12)) {
        let slope = (moved(index, step) - moved(index, -step)) / f64::from(2.0 * step);
        let error = (slope - f64::from(gradient[index])).abs();
        assert!(
            error < 2e-2 * slope.abs() + 5e-3,
            "coordinate {index}: {slope} against {}",
            gradient[index]
        );
    }
    variable
        .set(&Tensor::from_vec(start, variable.shape(), &Device::Cpu).unwrap())
        .unwrap();
}
