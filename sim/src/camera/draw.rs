//! The passes of one exposure: shadows, then picture and tags together, then the copies out.

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::labels::Class;

use super::gather::{Batch, DrawList};
use super::targets::{MAP_BYTES, SHADOW_SIZE_PX};
use super::{Exposure, SensorCamera};

/// Records everything the exposure needs into one command buffer.
pub(super) fn encode(
    camera: &SensorCamera,
    list: &DrawList,
    exposure: Exposure,
) -> wgpu::CommandBuffer {
    let device = &camera.lent.gpu.device;
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    match exposure {
        Exposure::Picture => {
            draw_shadows(camera, list, &mut encoder);
            draw_picture(camera, list, &mut encoder);
        }
        Exposure::Labels => draw_labels(camera, list, &mut encoder),
    }
    let targets = &camera.lent.targets;
    let out = &targets.readback;
    copy_out(&mut encoder, &targets.tags, out, 0);
    copy_out(&mut encoder, &targets.depth, out, 1);
    if exposure == Exposure::Picture {
        copy_out(&mut encoder, &targets.picture, out, 2);
    }
    encoder.finish()
}

fn draw_shadows(camera: &SensorCamera, list: &DrawList, encoder: &mut wgpu::CommandEncoder) {
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("shadows"),
        depth_stencil_attachment: Some(depth_attachment(&camera.lent.targets.shadow, 1.0)),
        ..Default::default()
    });
    pass.set_bind_group(0, &camera.lent.pipelines.bind_frame(camera), &[]);
    pass.set_pipeline(&camera.lent.pipelines.shadow);
    // The outermost texels stay clear: what lies beyond the map finds light there.
    pass.set_scissor_rect(1, 1, SHADOW_SIZE_PX - 2, SHADOW_SIZE_PX - 2);
    draw_batches(camera, &list.casters, &mut pass);
}

fn draw_picture(camera: &SensorCamera, list: &DrawList, encoder: &mut wgpu::CommandEncoder) {
    let targets = &camera.lent.targets;
    let (picture, tags, depth) = (
        view(&targets.picture),
        view(&targets.tags),
        view(&targets.depth),
    );
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("picture and tags"),
        color_attachments: &[
            Some(attachment(&picture, wgpu::Color::BLACK)),
            Some(attachment(&tags, sky_tag())),
        ],
        depth_stencil_attachment: Some(depth_attachment(&depth, 0.0)),
        ..Default::default()
    });
    let pipelines = &camera.lent.pipelines;
    pass.set_bind_group(0, &pipelines.bind_frame(camera), &[]);
    pass.set_bind_group(1, &pipelines.bind_textures(camera), &[]);
    let [glossy, matt, sky, paint] = match camera.lent.roughs.in_use() {
        None => [
            &pipelines.glossy,
            &pipelines.matt,
            &pipelines.sky,
            &pipelines.paint,
        ],
        Some(rough) => {
            pass.set_bind_group(2, &rough.bind(camera), &[]);
            [&rough.glossy, &rough.matt, &rough.sky, &rough.paint]
        }
    };
    pass.set_pipeline(glossy);
    draw_batches(camera, &list.glossy, &mut pass);
    pass.set_pipeline(matt);
    draw_batches(camera, &list.matt, &mut pass);
    pass.set_pipeline(sky);
    pass.draw(0..3, 0..1);
    pass.set_pipeline(paint);
    draw_batches(camera, &list.paint, &mut pass);
    if let Some(rough) = camera.lent.roughs.in_use() {
        pass.set_pipeline(&rough.glare);
        pass.draw(0..6, 0..rough.glares);
        pass.set_pipeline(&rough.rain);
        pass.draw(0..6, 0..rough.drops);
    }
    pass.set_pipeline(&pipelines.paint_tag_beside_picture);
    draw_batches(camera, &list.paint, &mut pass);
}

fn draw_labels(camera: &SensorCamera, list: &DrawList, encoder: &mut wgpu::CommandEncoder) {
    let (tags, depth) = (
        view(&camera.lent.targets.tags),
        view(&camera.lent.targets.depth),
    );
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("tags"),
        color_attachments: &[Some(attachment(&tags, sky_tag()))],
        depth_stencil_attachment: Some(depth_attachment(&depth, 0.0)),
        ..Default::default()
    });
    pass.set_bind_group(0, &camera.lent.pipelines.bind_frame(camera), &[]);
    pass.set_pipeline(&camera.lent.pipelines.tag);
    draw_batches(camera, &list.glossy, &mut pass);
    draw_batches(camera, &list.matt, &mut pass);
    pass.set_pipeline(&camera.lent.pipelines.paint_tag);
    draw_batches(camera, &list.paint, &mut pass);
}

fn draw_batches(camera: &SensorCamera, batches: &[Batch], pass: &mut wgpu::RenderPass<'_>) {
    let meshes = &camera.meshes;
    pass.set_vertex_buffer(0, meshes.vertex_buffer.slice(..));
    pass.set_vertex_buffer(1, camera.instances.slice(..));
    pass.set_index_buffer(meshes.index_buffer.slice(..), wgpu::IndexFormat::Uint32);
    for batch in batches {
        let place = meshes.place(batch.mesh);
        pass.draw_indexed(
            place.indices.clone(),
            place.base_vertex,
            batch.instances.clone(),
        );
    }
}

fn view(texture: &wgpu::Texture) -> wgpu::TextureView {
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

fn sky_tag() -> wgpu::Color {
    wgpu::Color {
        r: f64::from((Class::Sky as u32) << 16),
        ..wgpu::Color::TRANSPARENT
    }
}

fn attachment(view: &wgpu::TextureView, clear: wgpu::Color) -> wgpu::RenderPassColorAttachment<'_> {
    wgpu::RenderPassColorAttachment {
        view,
        depth_slice: None,
        resolve_target: None,
        ops: wgpu::Operations {
            load: wgpu::LoadOp::Clear(clear),
            store: wgpu::StoreOp::Store,
        },
    }
}

fn depth_attachment(
    view: &wgpu::TextureView,
    clear: f32,
) -> wgpu::RenderPassDepthStencilAttachment<'_> {
    wgpu::RenderPassDepthStencilAttachment {
        view,
        depth_ops: Some(wgpu::Operations {
            load: wgpu::LoadOp::Clear(clear),
            store: wgpu::StoreOp::Store,
        }),
        stencil_ops: None,
    }
}

fn copy_out(
    encoder: &mut wgpu::CommandEncoder,
    texture: &wgpu::Texture,
    out: &wgpu::Buffer,
    map: u64,
) {
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: out,
            layout: wgpu::TexelCopyBufferLayout {
                offset: map * MAP_BYTES,
                bytes_per_row: Some(4 * FRAME_WIDTH as u32),
                rows_per_image: Some(FRAME_HEIGHT as u32),
            },
        },
        texture.size(),
    );
}
