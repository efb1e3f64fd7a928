//! The simulation's world once more, for Bevy's renderer: the same entities, built by the same hand, posed from the
//! states that a run shows.

use bevy::app::{App, Plugin};
use bevy::asset::{Assets, Handle, RenderAssetUsages};
use bevy::camera::visibility::{NoFrustumCulling, Visibility};
use bevy::camera::{
    Camera, Camera3d, ClearColorConfig, PerspectiveProjection, Projection, RenderTarget,
};
use bevy::color::Color;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::ecs::component::Component;
use bevy::ecs::entity::Entity;
use bevy::ecs::query::Has;
use bevy::ecs::world::World;
use bevy::image::Image;
use bevy::light::{DirectionalLight, NotShadowCaster, NotShadowReceiver};
use bevy::math::Vec3;
use bevy::math::primitives::Sphere;
use bevy::mesh::{Mesh, Mesh3d, MeshTag};
use bevy::pbr::{MaterialPlugin, MeshMaterial3d};
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat, TextureUsages};
use bevy::render::view::Msaa;
use bevy::transform::components::Transform;
use drive::camera::{CameraModel, FRAME_HEIGHT};
use drive::math::atan2;
use scenarios::stage::Stage;
use scenarios::world::WorldState;
use sim::axes::transform_from_pose;
use sim::camera::{Air, NEAR_M, mount};
use sim::scene::{Lod, Paint, Surface, Tag};
use sim::{ActorMotion, Staging};

use super::material::{SurfaceMaterial, Wardrobe};

/// Radius of the sky's dome in metres: within the farthest depth that is culled, beyond everything that stands.
const DOME_M: f32 = 1150.0;

/// Registers the material.
pub(super) struct MirrorPlugin;

impl Plugin for MirrorPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(MaterialPlugin::<SurfaceMaterial>::default());
    }
}

/// How the mirror draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    /// Pixels across and down of the picture.
    pub(super) size_px: [u32; 2],
    /// Whether the sun throws shadows: for machines with a GPU.
    pub(super) has_shadows: bool,
    /// Whether it shows what things are instead of how they look.
    pub(super) is_tagging: bool,
}

/// The world of one stage, and the camera in it.
pub(super) struct Mirror {
    staging: Staging,
    eye: Entity,
    dome: Entity,
    /// What the camera draws into.
    pub(super) picture: Handle<Image>,
}

/// The surface an entity's material was made for.
#[derive(Component, Clone, Copy, PartialEq)]
struct Worn(Surface);

impl Mirror {
    /// Builds everything that can be seen on a stage.
    pub(super) fn build(world: &mut World, stage: &Stage, style: Style) -> Self {
        let air = Air::under(&stage.weather);
        let staging = Staging::build(stage, world);
        let wardrobe = Wardrobe::open(world, &air, style);
        world.insert_resource(wardrobe);
        if style.has_shadows {
            spawn_sun(world, &air);
        }
        let picture = world
            .resource_mut::<Assets<Image>>()
            .add(target(style.size_px));
        let mirror = Self {
            staging,
            eye: spawn_eye(world, &picture, style.size_px),
            dome: spawn_dome(world, style.is_tagging),
            picture,
        };
        dress(world);
        mirror
    }

    /// Shows a state of the world; `motions` tell how each actor has moved so far.
    pub(super) fn pose(&self, world: &mut World, state: &WorldState, motions: &[ActorMotion]) {
        self.staging.pose(world, state, motions);
        let world_from_ego = transform_from_pose(state.ego.world_from_ego, 0.0);
        let world_from_eye = world_from_ego * mount(&CameraModel::standard());
        world.entity_mut(self.eye).insert(world_from_eye);
        let dome = Transform::from_translation(world_from_eye.translation);
        world.entity_mut(self.dome).insert(dome);
        dress(world);
        choose_shapes(world, world_from_eye.translation);
    }
}

/// Gives every entity the material of its surface, where it has not got it.
fn dress(world: &mut World) {
    type Seen<'w> = (Entity, &'w Surface, &'w Tag, Has<Paint>, Option<&'w Worn>);
    let mut query = world.query::<Seen<'_>>();
    let undressed: Vec<_> = query
        .iter(world)
        .filter(|(_, surface, _, _, worn)| worn.is_none_or(|worn| worn.0 != **surface))
        .map(|(entity, surface, tag, is_paint, _)| (entity, *surface, *tag, is_paint))
        .collect();
    world.resource_scope::<Wardrobe, _>(|world, mut wardrobe| {
        for (entity, surface, tag, is_paint) in undressed {
            let mut materials = world.resource_mut::<Assets<SurfaceMaterial>>();
            let material = wardrobe.surface(&mut materials, &surface, is_paint);
            let number = (tag.class as u32) << 16 | u32::from(tag.instance);
            let mut entity = world.entity_mut(entity);
            entity.insert((MeshMaterial3d(material), MeshTag(number), Worn(surface)));
            if is_paint || !surface.casts_shadow {
                entity.insert(NotShadowCaster);
            }
        }
    });
}

/// Near or far shape of everything that has both, as the sensor camera chooses.
fn choose_shapes(world: &mut World, eye: Vec3) {
    let mut query = world.query::<(&Lod, &Transform, &mut Mesh3d, &mut Visibility)>();
    for (lod, transform, mut mesh, mut visibility) in query.iter_mut(world) {
        let is_near = transform.translation.distance(eye) <= lod.distance_m;
        let wanted = if is_near {
            Some(&lod.near)
        } else {
            lod.far.as_ref()
        };
        let shown = match wanted {
            Some(_) => Visibility::Inherited,
            None => Visibility::Hidden,
        };
        if *visibility != shown {
            *visibility = shown;
        }
        if let Some(wanted) = wanted
            && mesh.0 != *wanted
        {
            mesh.0 = wanted.clone();
        }
    }
}

/// An empty picture that a camera can draw into and that can be read back.
fn target([width, height]: [u32; 2]) -> Image {
    let size = Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    };
    let mut image = Image::new_fill(
        size,
        TextureDimension::D2,
        &[0, 0, 0, 255],
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::default(),
    );
    image.texture_descriptor.usage = TextureUsages::TEXTURE_BINDING
        | TextureUsages::COPY_DST
        | TextureUsages::COPY_SRC
        | TextureUsages::RENDER_ATTACHMENT;
    image
}

fn spawn_eye(world: &mut World, picture: &Handle<Image>, [width, height]: [u32; 2]) -> Entity {
    let model = CameraModel::standard();
    let half_m = FRAME_HEIGHT as f64 / 2.0;
    let lens = PerspectiveProjection {
        fov: 2.0 * atan2(half_m, model.focal_px) as f32,
        aspect_ratio: width as f32 / height as f32,
        near: NEAR_M,
        far: 1.2 * DOME_M,
        ..Default::default()
    };
    let camera = Camera {
        order: -1,
        clear_color: ClearColorConfig::Custom(Color::BLACK),
        ..Default::default()
    };
    let target = RenderTarget::Image(picture.clone().into());
    let drawing = (Tonemapping::None, Msaa::Off);
    let eye = (
        Camera3d::default(),
        camera,
        target,
        Projection::Perspective(lens),
        drawing,
    );
    world.spawn((eye, Transform::IDENTITY)).id()
}

/// The sky, around the camera.
fn spawn_dome(world: &mut World, is_tagging: bool) -> Entity {
    let mut sphere = Mesh::from(Sphere::new(DOME_M));
    // It is seen from within.
    if let Ok(inside_out) = sphere.clone().with_inverted_winding() {
        sphere = inside_out;
    }
    let mesh = world.resource_mut::<Assets<Mesh>>().add(sphere);
    let material = world.resource_scope::<Wardrobe, _>(|world, mut wardrobe| {
        wardrobe.sky(&mut world.resource_mut::<Assets<SurfaceMaterial>>())
    });
    let shown = if is_tagging {
        Visibility::Hidden
    } else {
        Visibility::Inherited
    };
    let body = (
        Mesh3d(mesh),
        MeshMaterial3d(material),
        Transform::IDENTITY,
        shown,
    );
    let apart = (NoFrustumCulling, NotShadowCaster, NotShadowReceiver);
    world.spawn((body, apart)).id()
}

fn spawn_sun(world: &mut World, air: &Air) {
    let light = DirectionalLight {
        shadow_maps_enabled: air.sun.max_element() > 0.0,
        ..Default::default()
    };
    let shining = Transform::default().looking_to(-air.to_sun, Vec3::Y);
    world.spawn((light, shining));
}
