//! An arrangement of the topics for Foxglove (Layouts, Import from file).

use serde_json::{Value, json};

/// Pictures of every seat above, the scene and the log beside plots below. `names` are the seats' parts of topics.
pub(super) fn layout(names: &[String]) -> Value {
    let mut panels = serde_json::Map::new();
    for name in names {
        panels.insert(format!("Image!{name}"), picture(name));
    }
    panels.insert("3D!scene".to_owned(), scene(names));
    panels.insert("Plot!motion".to_owned(), plot("m/s, m, s", &truth_paths()));
    panels.insert(
        "Plot!actions".to_owned(),
        plot(
            "action, 0 cruise to 4 emergency brake",
            &each(names, "action"),
        ),
    );
    panels.insert(
        "Plot!age".to_owned(),
        plot("age of what is seen, ms", &each(names, "percept_age_ms")),
    );
    panels.insert(
        "RosOut!log".to_owned(),
        json!({ "searchTerms": [], "minLogLevel": 1 }),
    );
    let pictures = names.iter().map(|name| json!(format!("Image!{name}")));
    let pictures = pictures.reduce(|first, second| split("row", [first, second], 50));
    let plots = split(
        "column",
        [
            json!("Plot!motion"),
            split("column", [json!("Plot!actions"), json!("Plot!age")], 50),
        ],
        34,
    );
    let aside = split("column", [json!("3D!scene"), json!("RosOut!log")], 70);
    json!({
        "configById": panels,
        "globalVariables": {},
        "userNodes": {},
        "playbackConfig": { "speed": 1 },
        "layout": split("column", [pictures.unwrap_or_default(), split("row", [aside, plots], 45)], 45),
    })
}

fn split(direction: &str, parts: [Value; 2], percent: u32) -> Value {
    let [first, second] = parts;
    json!({ "direction": direction, "first": first, "second": second, "splitPercentage": percent })
}

fn picture(name: &str) -> Value {
    json!({
        "foxglovePanelTitle": name,
        "imageMode": {
            "imageTopic": "/camera/image",
            "calibrationTopic": "/camera/calibration",
            "annotations": { (format!("/{name}/annotations")): { "visible": true } },
        },
    })
}

fn scene(names: &[String]) -> Value {
    let mut topics = serde_json::Map::new();
    topics.insert("/truth/scene".to_owned(), json!({ "visible": true }));
    for name in names {
        topics.insert(format!("/{name}/scene"), json!({ "visible": true }));
    }
    json!({ "followTf": "ego", "followMode": "follow-pose", "topics": topics })
}

fn plot(title: &str, paths: &[(String, String)]) -> Value {
    let paths = paths.iter().map(|(path, label)| {
        json!({ "value": path, "label": label, "enabled": true, "timestampMethod": "receiveTime" })
    });
    json!({ "foxglovePanelTitle": title, "paths": paths.collect::<Vec<_>>(), "showLegend": true })
}

fn truth_paths() -> Vec<(String, String)> {
    let fields = ["speed_mps", "gap_m", "ttc_s"];
    let path = |field: &str| (format!("/truth/plots.{field}"), field.to_owned());
    fields.map(path).to_vec()
}

fn each(names: &[String], field: &str) -> Vec<(String, String)> {
    let path = |name: &String| (format!("/{name}/plots.{field}"), name.clone());
    names.iter().map(path).collect()
}
