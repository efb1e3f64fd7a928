//! Where activation maps lie: with a border that 3x3 kernels may read, in buffers shared by maps of equal size.

use std::ops::Range;

use crate::nets::{Finish, Layer, MapSize, Plan};

/// Zero pixels around every map that a 3x3 convolution may read.
const BORDER: usize = 1;

/// An activation map with its border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) size: MapSize,
    pub(super) border: usize,
}

impl Area {
    /// Values in a row.
    pub(super) fn row(&self) -> usize {
        (self.size.width + 2 * self.border) * self.size.channels
    }

    pub(super) fn len(&self) -> usize {
        (self.size.height + 2 * self.border) * self.row()
    }

    /// The first channel of the pixel that lies `inset` pixels into the border from the first one.
    pub(super) fn first(&self, inset: usize) -> usize {
        (self.border - inset) * (self.row() + self.size.channels)
    }

    /// The rows without their borders, of a map that holds them.
    pub(super) fn inner_rows<'a, V>(&self, map: &'a [V]) -> impl Iterator<Item = &'a [V]> {
        let wide = self.size.width * self.size.channels;
        let rows = map[self.first(0)..].chunks(self.row());
        rows.take(self.size.height).map(move |row| &row[..wide])
    }
}

/// The maps of a network whose picture has `channels` channels in memory. Cells of heads are read pixel by pixel and
/// need no border; everything else may meet a 3x3 kernel.
pub(super) fn areas(plan: &Plan, channels: usize) -> Vec<Area> {
    let bordered = |&size: &MapSize| Area {
        size,
        border: BORDER,
    };
    let mut areas: Vec<Area> = plan.maps.iter().map(bordered).collect();
    areas[0].size.channels = channels;
    for layer in &plan.layers {
        if matches!(layer.finish, Finish::Cells(_)) {
            areas[layer.output].border = 0;
        }
    }
    areas
}

/// Runs of layers, either none or all of heads, that do not read each other's maps and so can be computed side by side.
pub(super) fn sections(plan: &Plan) -> Vec<Range<usize>> {
    let mut sections: Vec<Range<usize>> = Vec::new();
    for (index, layer) in plan.layers.iter().enumerate() {
        match sections.last_mut() {
            Some(section)
                if plan.layers[section.clone()]
                    .iter()
                    .all(|e| beside(e, layer)) =>
            {
                section.end = index + 1;
            }
            _ => sections.push(index..index + 1),
        }
    }
    sections
}

/// Whether a layer can be computed beside an earlier one.
fn beside(earlier: &Layer, layer: &Layer) -> bool {
    let is_head = |layer: &Layer| matches!(layer.finish, Finish::Cells(_));
    is_head(earlier) == is_head(layer) && reads(layer).all(|map| map != earlier.output)
}

/// The maps a layer reads: its input, then its residual.
pub(super) fn reads(layer: &Layer) -> impl Iterator<Item = usize> {
    let residual = match layer.finish {
        Finish::Norm { residual } => residual,
        _ => None,
    };
    core::iter::once(layer.input).chain(residual)
}

/// Gives every map a buffer, that of an equal map no longer needed where there is one; answers the buffer of each
/// map. Cells of heads lie elsewhere: theirs is the picture's.
pub(super) fn plan_buffers(plan: &Plan, areas: &[Area]) -> Vec<usize> {
    let mut last_use = vec![0; plan.maps.len()];
    let sections = sections(plan);
    let layers = |section: &Range<usize>| &plan.layers[section.clone()];
    for (time, section) in sections.iter().enumerate() {
        for layer in layers(section) {
            for map in reads(layer).chain([layer.output]) {
                last_use[map] = last_use[map].max(time);
            }
        }
    }
    let mut owners: Vec<usize> = vec![0];
    let mut slots = vec![0; plan.maps.len()];
    for (time, section) in sections.iter().enumerate() {
        for layer in layers(section) {
            if matches!(layer.finish, Finish::Cells(_)) {
                continue;
            }
            let map = layer.output;
            let free =
                |&owner: &usize| owner != 0 && areas[owner] == areas[map] && last_use[owner] < time;
            if let Some(slot) = owners.iter().position(free) {
                owners[slot] = map;
                slots[map] = slot;
            } else {
                slots[map] = owners.len();
                owners.push(map);
            }
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nets::NetConfig;

    #[test]
    fn no_map_is_overwritten_before_it_was_read_for_the_last_time() {
        for config in [NetConfig::student(), NetConfig::teacher()] {
            let plan = Plan::new(&config).unwrap();
            let areas = areas(&plan, 3);
            let slots = plan_buffers(&plan, &areas);
            let buffers = slots.iter().max().unwrap() + 1;
            assert!(buffers < plan.maps.len());
            let mut holds = vec![0; buffers];
            for section in sections(&plan) {
                let layers = &plan.layers[section];
                for map in layers.iter().flat_map(reads) {
                    assert_eq!(holds[slots[map]], map);
                }
                let maps = layers
                    .iter()
                    .filter(|layer| !matches!(layer.finish, Finish::Cells(_)))
                    .map(|layer| layer.output);
                for map in maps {
                    let read = layers.iter().flat_map(reads);
                    assert!(read.into_iter().all(|m| slots[m] != slots[map]));
                    holds[slots[map]] = map;
                }
            }
        }
    }

    #[test]
    fn all_heads_are_computed_side_by_side() {
        let plan = Plan::new(&NetConfig::student()).unwrap();
        let last = sections(&plan).pop().unwrap();
        assert_eq!(last.len(), 8);
    }
}
