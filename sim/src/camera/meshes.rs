//! All meshes in one vertex buffer and one index buffer, uploaded once.

use std::collections::BTreeMap;

use bevy::asset::{AssetId, Assets};
use bevy::math::Vec3;
use bevy::mesh::{Indices, Mesh, MeshVertexAttribute, VertexAttributeValues};
use bytemuck::{Pod, Zeroable};

use super::device::Gpu;

/// One vertex as the shaders read it: 36 bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Vertex {
    position: [f32; 3],
    normal: [i8; 4],
    /// Square roots of linear RGB, so that 8 bits suffice for dark colours.
    colour: [u8; 4],
    uv_0: [f32; 2],
    uv_1: [f32; 2],
}

impl Vertex {
    /// Where the shaders find it.
    pub(super) const ATTRIBUTES: [wgpu::VertexAttribute; 5] = wgpu::vertex_attr_array![
        0 => Float32x3, 1 => Snorm8x4, 2 => Unorm8x4, 3 => Float32x2, 4 => Float32x2
    ];
}

/// Where a mesh lies in the buffers, and its bounding box.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MeshSlot {
    pub(super) indices: core::ops::Range<u32>,
    pub(super) base_vertex: i32,
    pub(super) centre: Vec3,
    pub(super) half_size: Vec3,
}

/// Why a mesh cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MeshFault {
    Missing,
    Lacks(&'static str),
}

/// The meshes seen so far; grows as new ones appear.
pub(super) struct MeshStore {
    slot_of: BTreeMap<AssetId<Mesh>, usize>,
    slots: Vec<MeshSlot>,
    vertices: Vec<Vertex>,
    indices: Vec<u32>,
    uploaded: usize,
    pub(super) vertex_buffer: wgpu::Buffer,
    pub(super) index_buffer: wgpu::Buffer,
}

impl MeshStore {
    pub(super) fn new(gpu: &Gpu) -> Self {
        Self {
            slot_of: BTreeMap::new(),
            slots: Vec::new(),
            vertices: Vec::new(),
            indices: Vec::new(),
            uploaded: 0,
            vertex_buffer: gpu.buffer::<Vertex>("vertices", 1, wgpu::BufferUsages::VERTEX),
            index_buffer: gpu.buffer::<u32>("indices", 1, wgpu::BufferUsages::INDEX),
        }
    }

    /// The mesh's number and place, packed on first sight.
    pub(super) fn slot(
        &mut self,
        id: AssetId<Mesh>,
        assets: &Assets<Mesh>,
    ) -> Result<(usize, MeshSlot), MeshFault> {
        let number = match self.slot_of.get(&id) {
            Some(&number) => number,
            None => self.pack(id, assets.get(id).ok_or(MeshFault::Missing)?)?,
        };
        Ok((number, self.slots[number].clone()))
    }

    /// The place of the mesh with this number.
    pub(super) fn place(&self, number: usize) -> &MeshSlot {
        &self.slots[number]
    }

    fn pack(&mut self, id: AssetId<Mesh>, mesh: &Mesh) -> Result<usize, MeshFault> {
        let vertices = vertices(mesh)?;
        let first_index = self.indices.len() as u32;
        match mesh.indices() {
            Some(Indices::U16(indices)) => {
                self.indices.extend(indices.iter().map(|&i| u32::from(i)));
            }
            Some(Indices::U32(indices)) => self.indices.extend(indices),
            None => return Err(MeshFault::Lacks("indices")),
        }
        let (low, high) = bounds(&vertices);
        let slot = MeshSlot {
            indices: first_index..self.indices.len() as u32,
            base_vertex: self.vertices.len() as i32,
            centre: (low + high) / 2.0,
            half_size: (high - low) / 2.0,
        };
        self.vertices.extend(vertices);
        self.slots.push(slot);
        self.slot_of.insert(id, self.slots.len() - 1);
        Ok(self.slots.len() - 1)
    }

    /// Brings the device's buffers up to date.
    pub(super) fn upload(&mut self, gpu: &Gpu) {
        if self.uploaded == self.slots.len() {
            return;
        }
        let vertex_count = self.vertices.len().next_power_of_two();
        let index_count = self.indices.len().next_power_of_two();
        self.vertex_buffer =
            gpu.buffer::<Vertex>("vertices", vertex_count, wgpu::BufferUsages::VERTEX);
        self.index_buffer = gpu.buffer::<u32>("indices", index_count, wgpu::BufferUsages::INDEX);
        let vertex_bytes = bytemuck::cast_slice(&self.vertices);
        gpu.queue.write_buffer(&self.vertex_buffer, 0, vertex_bytes);
        let index_bytes = bytemuck::cast_slice(&self.indices);
        gpu.queue.write_buffer(&self.index_buffer, 0, index_bytes);
        self.uploaded = self.slots.len();
    }
}

fn vertices(mesh: &Mesh) -> Result<Vec<Vertex>, MeshFault> {
    let positions =
        triples(mesh, Mesh::ATTRIBUTE_POSITION).ok_or(MeshFault::Lacks("positions (three f32)"))?;
    let normals =
        triples(mesh, Mesh::ATTRIBUTE_NORMAL).ok_or(MeshFault::Lacks("normals (three f32)"))?;
    let uv_0 = pairs(mesh, Mesh::ATTRIBUTE_UV_0);
    let uv_1 = pairs(mesh, Mesh::ATTRIBUTE_UV_1);
    let colours = match mesh.attribute(Mesh::ATTRIBUTE_COLOR) {
        Some(VertexAttributeValues::Float32x4(colours)) => &colours[..],
        _ => &[],
    };
    let vertex = |i: usize| Vertex {
        position: positions[i],
        normal: pack_normal(normals[i]),
        colour: colours
            .get(i)
            .map_or([255; 4], |&colour| pack_colour(colour)),
        uv_0: uv_0.get(i).copied().unwrap_or_default(),
        uv_1: uv_1.get(i).copied().unwrap_or_default(),
    };
    Ok((0..positions.len()).map(vertex).collect())
}

fn triples(mesh: &Mesh, attribute: MeshVertexAttribute) -> Option<&[[f32; 3]]> {
    mesh.attribute(attribute)?.as_float3()
}

fn pairs(mesh: &Mesh, attribute: MeshVertexAttribute) -> &[[f32; 2]] {
    match mesh.attribute(attribute) {
        Some(VertexAttributeValues::Float32x2(values)) => values,
        _ => &[],
    }
}

fn pack_normal([x, y, z]: [f32; 3]) -> [i8; 4] {
    let byte = |x: f32| (x * 127.0).round() as i8;
    [byte(x), byte(y), byte(z), 0]
}

fn pack_colour(linear: [f32; 4]) -> [u8; 4] {
    linear.map(|x| (x.clamp(0.0, 1.0).sqrt() * 255.0).round() as u8)
}

fn bounds(vertices: &[Vertex]) -> (Vec3, Vec3) {
    let empty = (Vec3::INFINITY, Vec3::NEG_INFINITY);
    vertices.iter().fold(empty, |(low, high), vertex| {
        let position = Vec3::from_array(vertex.position);
        (low.min(position), high.max(position))
    })
}
