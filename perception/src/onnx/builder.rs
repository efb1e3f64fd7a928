//! A graph under construction: each call adds a node and returns the name of its value.

use super::messages::{Attribute, Graph, Node, Tensor, ValueInfo};

/// The graph so far. A node bears the name of the value it makes.
#[derive(Default)]
pub(super) struct Builder {
    graph: Graph,
}

impl Builder {
    /// A constant of floats.
    pub(super) fn floats(&mut self, name: &str, dims: &[usize], values: &[f32]) -> String {
        self.constant(Tensor::floats(name, dims, values))
    }

    /// A constant list of integers.
    pub(super) fn ints(&mut self, name: &str, values: &[i64]) -> String {
        self.constant(Tensor::ints(name, values))
    }

    fn constant(&mut self, tensor: Tensor) -> String {
        let name = tensor.name.clone();
        self.graph.initializer.push(tensor);
        name
    }

    /// The value `name`: the operation `op` on `inputs`.
    pub(super) fn node(
        &mut self,
        (name, op): (&str, &str),
        inputs: &[&str],
        attributes: Vec<Attribute>,
    ) -> String {
        self.graph.node.push(Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: op.to_owned(),
            attribute: attributes,
        });
        name.to_owned()
    }

    /// The part of a value from `range.start` to `range.end` along an axis.
    pub(super) fn slice(
        &mut self,
        name: &str,
        input: &str,
        axis: i64,
        range: core::ops::Range<usize>,
    ) -> String {
        let mut bound = |which: &str, at: i64| self.ints(&format!("{name}.{which}"), &[at]);
        let start = bound("start", range.start as i64);
        let end = bound("end", range.end as i64);
        let axis = bound("axis", axis);
        self.node((name, "Slice"), &[input, &start, &end, &axis], Vec::new())
    }

    /// A reduction over some axes, which stay with length 1.
    pub(super) fn reduce(&mut self, (name, op): (&str, &str), input: &str, axes: &[i64]) -> String {
        let attributes = vec![Attribute::ints("axes", axes), Attribute::int("keepdims", 1)];
        self.node((name, op), &[input], attributes)
    }

    /// Two values one after the other along an axis.
    pub(super) fn concat(&mut self, name: &str, inputs: [&str; 2], axis: i64) -> String {
        let attributes = vec![Attribute::int("axis", axis)];
        self.node((name, "Concat"), &inputs, attributes)
    }

    /// The same numbers in another shape.
    pub(super) fn reshape(&mut self, name: &str, input: &str, dims: &[usize]) -> String {
        let dims: Vec<i64> = dims.iter().map(|&dim| dim as i64).collect();
        let shape = self.ints(&format!("{name}.shape"), &dims);
        self.node((name, "Reshape"), &[input, &shape], Vec::new())
    }

    /// Declares an input.
    pub(super) fn input(&mut self, name: &str, dims: &[usize]) {
        self.graph.input.push(ValueInfo::floats(name, dims));
    }

    /// Declares a value that is there as an output.
    pub(super) fn output(&mut self, name: &str, dims: &[usize]) {
        self.graph.output.push(ValueInfo::floats(name, dims));
    }

    /// The whole graph.
    pub(super) fn finish(self, name: &str) -> Graph {
        Graph {
            name: name.to_owned(),
            ..self.graph
        }
    }
}
