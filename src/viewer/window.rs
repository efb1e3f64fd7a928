//! The app: a window, the mirror of the world in it, and one system that draws everything.

use std::sync::{Arc, Mutex, PoisonError};

use super::layout::Layout;
use super::mirror::{Mirror, MirrorPlugin, Style};
use super::pane::{self, Textures};
use super::shot::{Shooting, Shot};
use super::show::{Ending, Show};
use super::timeline::Timeline;
use super::{birds_eye, help, keys, paint, probe, seat_panel, title};
use crate::record::RunRecord;
use crate::theatre::Theatre;
use crate::watching::Order;
use anyhow::{Result, bail};
use bevy::DefaultPlugins;
use bevy::app::{App, AppExit, PluginGroup, Startup, TerminalCtrlCHandlerPlugin, Update};
use bevy::camera::Camera2d;
use bevy::ecs::message::MessageWriter;
use bevy::ecs::system::{Commands, Res, ResMut, SystemParam};
use bevy::ecs::world::World;
use bevy::log::{Level, LogPlugin};
use bevy::render::RenderPlugin;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::time::Time;
use bevy::window::{Window, WindowPlugin, WindowResolution};
use bevy_egui::egui::{Context, LayerId, Visuals};
use bevy_egui::{
    EguiContexts, EguiGlobalSettings, EguiPlugin, EguiPrimaryContextPass, EguiTextureHandle,
    EguiUserTextures, PrimaryEguiContext,
};

/// What the window opens with.
pub struct Opening {
    /// Who plays.
    pub theatre: Arc<Theatre>,
    /// What.
    pub order: Order,
    /// Everyone in the car.
    pub names: Vec<String>,
    /// What the line at the top says of the run.
    pub title: String,
    /// The moment at which it opens, paused; from the start, playing, without one.
    pub at: Option<drive::time::Tick>,
    /// A picture to be taken instead of waiting for somebody.
    pub shot: Option<Shot>,
    /// Shadows though there is no GPU.
    pub with_shadows: bool,
}

/// The record of a run that was watched to its end without interference.
type Watched = Arc<Mutex<Option<RunRecord>>>;

/// How many ticks a second of wall clock were shown lately, as a multiple of real time.
#[derive(bevy::ecs::resource::Resource, Default)]
struct Pace {
    factor: f64,
    since: (f64, u64),
}

#[derive(bevy::ecs::resource::Resource)]
struct Watching(Watched);

/// Opens the window and waits until it is closed; the record of the run, if it came to its end as ordered.
///
/// # Errors
/// When there is no display, the run cannot be begun, or it failed.
pub fn open(opening: Opening) -> Result<Option<RunRecord>> {
    ensure_display()?;
    let watched = Watched::default();
    let with_shadows = opening.with_shadows;
    let mut show = Show::begin(opening.theatre, opening.order, opening.names, opening.title)?;
    show.heading_for = opening.shot.as_ref().map(|shot| shot.at).or(opening.at);
    let mut app = app();
    app.insert_resource(show)
        .insert_resource(Watching(Arc::clone(&watched)))
        .init_resource::<Textures>()
        .init_resource::<Pace>()
        .init_resource::<Shooting>()
        .add_systems(Startup, move |world: &mut World| {
            build_mirror(world, with_shadows);
        })
        .add_systems(Update, advance)
        .add_systems(EguiPrimaryContextPass, draw);
    if let Some(shot) = opening.shot {
        app.insert_resource(shot);
    }
    let exit = app.run();
    if exit.is_error() {
        bail!("the window ended with an error; run the story without it: `understudy run STORY`");
    }
    let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(watched.take())
}

/// The window system's place, or where to look instead.
fn ensure_display() -> Result<()> {
    let is_there = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !is_there("DISPLAY") {
        bail!(
            "there is no display here (DISPLAY is not set), so no window can open; look at a run in a browser \
             instead: `understudy run STORY --out runs/STORY`, then open runs/STORY/report.html"
        );
    }
    Ok(())
}

fn app() -> App {
    let window = Window {
        title: "Understudy".to_owned(),
        resolution: WindowResolution::new(1280, 720),
        ..Default::default()
    };
    let plugins = DefaultPlugins
        .set(WindowPlugin {
            primary_window: Some(window),
            ..Default::default()
        })
        .set(LogPlugin {
            level: Level::ERROR,
            ..Default::default()
        })
        .set(RenderPlugin {
            synchronous_pipeline_compilation: true,
            ..Default::default()
        })
        // Ctrl-C is the command line's.
        .disable::<TerminalCtrlCHandlerPlugin>();
    let mut app = App::new();
    app.add_plugins(plugins)
        .add_plugins(EguiPlugin::default())
        .add_plugins(MirrorPlugin);
    app
}

#[derive(bevy::ecs::resource::Resource)]
struct Scene(Mirror);

#[derive(bevy::ecs::resource::Resource)]
struct BevysPicture(bevy_egui::egui::TextureId);

fn build_mirror(world: &mut World, with_shadows: bool) {
    // The type of this field has no name here: wgpu stays in the camera.
    let has_gpu = world
        .get_resource::<RenderAdapterInfo>()
        .is_some_and(|info| format!("{:?}", info.device_type) != "Cpu");
    let style = Style {
        size_px: if has_gpu { [1024, 512] } else { [512, 256] },
        has_shadows: has_gpu || with_shadows,
        is_tagging: false,
    };
    let stage = world.resource::<Show>().stage.clone();
    let mirror = Mirror::build(world, &stage, style);
    let picture = EguiTextureHandle::Strong(mirror.picture.clone());
    let texture = world.resource_mut::<EguiUserTextures>().add_image(picture);
    world.insert_resource(BevysPicture(texture));
    world.insert_resource(Scene(mirror));
    world
        .resource_mut::<EguiGlobalSettings>()
        .auto_create_primary_context = false;
    world.spawn((Camera2d, PrimaryEguiContext));
}

/// Takes what the run has shown since, and poses the mirror as the cursor says.
fn advance(world: &mut World) {
    let elapsed_s = world.resource::<Time>().delta_secs_f64();
    let pose = world.resource_scope::<Show, _>(|world, mut show| {
        show.advance(elapsed_s);
        let mut pace = world.resource_mut::<Pace>();
        pace.count(elapsed_s, show.playback.shown().0);
        if let Some(Ending::Verdict(record)) = &show.ending
            && show.is_as_ordered()
        {
            let watching = world.resource::<Watching>();
            let mut watched = watching.0.lock().unwrap_or_else(PoisonError::into_inner);
            *watched = Some(record.as_ref().clone());
        }
        let shown = show.shown()?;
        Some((shown.world.clone(), shown.motions.clone()))
    });
    if let Some((state, motions)) = pose {
        world.resource_scope::<Scene, _>(|world, scene| {
            scene.0.pose(world, &state, &motions);
        });
    }
}

impl Pace {
    fn count(&mut self, elapsed_s: f64, shown: u64) {
        let (waited_s, from) = self.since;
        let waited_s = waited_s + elapsed_s;
        if waited_s < 0.5 {
            self.since = (waited_s, from);
            return;
        }
        self.factor = drive::time::TICK_S * shown.saturating_sub(from) as f64 / waited_s;
        self.since = (0.0, shown);
    }
}

/// What the window is drawn from and with.
#[derive(SystemParam)]
struct Stage<'w, 's> {
    contexts: EguiContexts<'w, 's>,
    show: ResMut<'w, Show>,
    textures: ResMut<'w, Textures>,
    picture: Res<'w, BevysPicture>,
    pace: Res<'w, Pace>,
}

/// Obeys the onlooker and draws everything.
fn draw(
    mut stage: Stage<'_, '_>,
    (shot, mut shooting): (Option<Res<'_, Shot>>, ResMut<'_, Shooting>),
    mut commands: Commands<'_, '_>,
    mut exit: MessageWriter<'_, AppExit>,
) -> bevy::ecs::error::Result {
    let ctx = stage.contexts.ctx_mut()?;
    let show = &mut *stage.show;
    ctx.set_visuals(Visuals::dark());
    let layout = Layout::of(ctx.content_rect(), show.names.len());
    let wants_out = keys::obey(ctx, show);
    let timeline = Timeline::of(layout.timeline, show);
    scrub(ctx, show, &timeline);
    probe::click(show, &layout.panes, ctx);

    let painter = ctx.layer_painter(LayerId::background());
    painter.rect_filled(ctx.content_rect(), 0.0, paint::PAPER);
    title::draw(&painter, layout.title, show, stage.pace.factor);
    for (seat, (&rect, &below)) in layout.panes.iter().zip(&layout.seats).enumerate() {
        let place = (rect, seat);
        pane::draw(&painter, place, show, &mut stage.textures, stage.picture.0);
        seat_panel::draw(&painter, below, show, seat);
    }
    probe::hint(&painter, &layout.panes, show);
    birds_eye::draw(&painter, layout.birds_eye, show);
    timeline.draw(&painter, layout.timeline, show);
    probe::draw(ctx, show);
    if show.is_helping {
        help::draw(ctx);
    }
    let is_shot = shot.is_some_and(|shot| shot.advance(show, &mut shooting, &mut commands));
    if wants_out || is_shot || show.is_interrupted() {
        exit.write(AppExit::Success);
    }
    Ok(())
}

/// Follows the pointer along the time line.
fn scrub(ctx: &Context, show: &mut Show, timeline: &Timeline) {
    let held = ctx.input(|input| {
        let is_down = input.pointer.primary_down();
        input.pointer.interact_pos().filter(|_| is_down)
    });
    if ctx.is_pointer_over_egui() {
        return;
    }
    if let Some(tick) = held.and_then(|at| timeline.tick_at(at)) {
        show.playback.seek(tick);
    }
}
