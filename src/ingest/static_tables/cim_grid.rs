//! The grid's tree from a CIM network model: substations, feeders, transformers, and the usage
//! points behind them.
//!
//! A usage point belongs to the transformer whose low side is the nearest to its equipment along
//! lines and closed switches; equipment that no transformer feeds belongs to its feeder. Normally
//! open switches are not crossed. Transformers between equal voltages (regulators) are lines. Nodes
//! have the name of their object where that name is the only one of its kind, else its mRID, so
//! that usage points are called as in the readings.
//!
//! Source: IEC 61970-301 (topology), IEC 61968-11 (UsagePoint).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::cim_rdf::{CimObject, objects};
use super::table::Table;
use crate::domain::{Grid, GridLine, Level, NodeKind, Reject, RejectCode};
use crate::ingest::bytes::{decompress, file_digest as digest};
use crate::ingest::error::IngestError;
use crate::ingest::rejects::reject;
use crate::ingest::said;

type Objects = BTreeMap<String, CimObject>;

/// Reads the tree of a CIM model. Usage points that nothing feeds are told as rejects and stand at
/// the top.
///
/// # Errors
/// When the file cannot be read, or the tree contradicts itself.
pub(crate) fn read(path: &Path) -> Result<Table<Grid>, IngestError> {
    let stream = BufReader::with_capacity(1 << 16, decompress::open(path, None)?);
    Ok(Table { sha256: digest::sha256(path)?, ..table_of(Box::new(stream), path)? })
}

/// The tree of a model in a stream, without a digest; `path` is for messages.
///
/// # Errors
/// When the stream cannot be read, or the tree contradicts itself.
pub(crate) fn table_of(stream: Box<dyn BufRead + '_>, path: &Path) -> Result<Table<Grid>, IngestError> {
    let objects = objects(stream, path)?;
    let model = Model::of(&objects);
    let mut rejects = Vec::new();
    let lines = model.lines(path, &mut rejects);
    let rows = lines.len() as u64;
    let data = Grid::new(lines).map_err(|source| IngestError::Grid { path: path.to_path_buf(), source })?;
    Ok(Table { data, rows, used: rows, rejects, ..Table::default() })
}

/// What of the model decides the tree. All maps go by bare names.
struct Model<'a> {
    objects: &'a Objects,
    /// Connectivity nodes of equipment.
    nodes_of: BTreeMap<&'a str, Vec<&'a str>>,
    /// Transformers that change the voltage, with their low-side nodes and rating in kVA.
    transformers: BTreeMap<&'a str, (Vec<&'a str>, Option<f64>)>,
    /// Equipment of usage points.
    usage_points: BTreeMap<&'a str, Vec<&'a str>>,
    /// The transformer that feeds a connectivity node.
    fed_by: BTreeMap<&'a str, &'a str>,
}

/// An end of a transformer.
struct End<'a> {
    number: u32,
    node: Option<&'a str>,
    voltage: Option<&'a str>,
    rated_s: Option<f64>,
}

impl<'a> Model<'a> {
    fn of(objects: &'a Objects) -> Self {
        let mut model = Self {
            objects,
            nodes_of: BTreeMap::new(),
            transformers: BTreeMap::new(),
            usage_points: BTreeMap::new(),
            fed_by: BTreeMap::new(),
        };
        for object in objects.values() {
            if let (Some(equipment), Some(node)) =
                (object.get("Terminal.ConductingEquipment"), object.get("Terminal.ConnectivityNode"))
            {
                model.nodes_of.entry(equipment).or_default().push(node);
            }
        }
        model.find_transformers();
        model.find_usage_points();
        model.feed();
        model
    }

    fn find_transformers(&mut self) {
        let mut ends: BTreeMap<&str, Vec<End>> = BTreeMap::new();
        for object in self.objects.values() {
            let tank = object.get("TransformerTankEnd.TransformerTank").and_then(|tank| self.objects.get(tank));
            let of_tank = tank.and_then(|tank| tank.get("TransformerTank.PowerTransformer"));
            let Some(transformer) = object.get("PowerTransformerEnd.PowerTransformer").or(of_tank) else { continue };
            ends.entry(transformer).or_default().push(End {
                number: object.get("TransformerEnd.endNumber").and_then(|number| number.parse().ok()).unwrap_or(1),
                node: object
                    .get("TransformerEnd.Terminal")
                    .and_then(|terminal| self.objects.get(terminal)?.get("Terminal.ConnectivityNode")),
                voltage: object.get("TransformerEnd.BaseVoltage"),
                rated_s: object.get("PowerTransformerEnd.ratedS").and_then(|va| va.parse().ok()),
            });
        }
        let tanks = self.tank_ratings();
        for (transformer, ends) in ends {
            let voltages: BTreeSet<_> = ends.iter().map(|end| end.voltage).collect();
            if voltages.len() == 1 && !voltages.contains(&None) {
                continue;
            }
            let low = ends.iter().filter(|end| end.number > 1).filter_map(|end| end.node).collect();
            let rated_va =
                ends.iter().filter_map(|end| end.rated_s).reduce(f64::max).or_else(|| tanks.get(transformer).copied());
            self.transformers.insert(transformer, (low, rated_va.filter(|va| *va > 0.0).map(|va| va / 1000.0)));
        }
    }

    /// Rated power of transformers made of tanks, VA: the largest end of each tank, added up.
    fn tank_ratings(&self) -> BTreeMap<&'a str, f64> {
        let mut of_info: BTreeMap<&str, f64> = BTreeMap::new();
        for object in self.objects.values() {
            if let (Some(info), Some(va)) =
                (object.get("TransformerEndInfo.TransformerTankInfo"), object.get("TransformerEndInfo.ratedS"))
            {
                let known = of_info.entry(info).or_insert(0.0);
                *known = f64::max(*known, va.parse().unwrap_or(0.0));
            }
        }
        let mut ratings = BTreeMap::new();
        for tank in self.objects.values() {
            let rated = tank.get("TransformerTank.TransformerTankInfo").and_then(|info| of_info.get(info));
            if let (Some(transformer), Some(va)) = (tank.get("TransformerTank.PowerTransformer"), rated) {
                *ratings.entry(transformer).or_insert(0.0) += va;
            }
        }
        ratings
    }

    /// Usage points with their equipment; consumers stand for themselves in a model without usage
    /// points.
    fn find_usage_points(&mut self) {
        for (id, object) in self.objects {
            for point in object.all("Equipment.UsagePoint").chain(object.all("Equipment.UsagePoints")) {
                self.usage_points.entry(point).or_default().push(id);
            }
            if object.class == "UsagePoint" {
                let equipment = object.all("UsagePoint.Equipments").chain(object.all("UsagePoint.Equipment"));
                self.usage_points.entry(id).or_default().extend(equipment);
            }
        }
        let has_points = !self.usage_points.is_empty();
        for (id, object) in self.objects.iter().filter(|(_, object)| object.class == "EnergyConsumer") {
            if !has_points && !object.class.is_empty() {
                self.usage_points.insert(id, vec![id]);
            }
        }
    }

    /// Walks from the low sides of all transformers at once, so that every node gets its nearest.
    fn feed(&mut self) {
        let mut equipment_at: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (&equipment, nodes) in &self.nodes_of {
            let is_open =
                self.objects.get(equipment).is_some_and(|object| object.get("Switch.normalOpen") == Some("true"));
            if !is_open && !self.transformers.contains_key(equipment) {
                for &node in nodes {
                    equipment_at.entry(node).or_default().push(equipment);
                }
            }
        }
        let mut next: VecDeque<&str> = VecDeque::new();
        for (&transformer, (low, _)) in &self.transformers {
            for &node in low {
                if self.fed_by.insert(node, transformer).is_none() {
                    next.push_back(node);
                }
            }
        }
        while let Some(node) = next.pop_front() {
            let Some(&transformer) = self.fed_by.get(node) else { continue };
            for equipment in equipment_at.get(node).into_iter().flatten() {
                for &other in self.nodes_of.get(equipment).into_iter().flatten() {
                    if !self.fed_by.contains_key(other) {
                        self.fed_by.insert(other, transformer);
                        next.push_back(other);
                    }
                }
            }
        }
    }

    /// The feeder or substation that equipment is contained in.
    fn container(&self, equipment: &str) -> Option<(&'a str, NodeKind)> {
        let mut at = self.objects.get(equipment)?.get("Equipment.EquipmentContainer")?;
        for _ in 0..4 {
            let object = self.objects.get(at)?;
            match object.class.as_str() {
                "Feeder" | "Line" => return Some((at, NodeKind::Feeder)),
                "Substation" => return Some((at, NodeKind::Substation)),
                _ => {
                    at = object
                        .get("VoltageLevel.Substation")
                        .or(object.get("Bay.VoltageLevel"))
                        .or(object.get("Bay.Substation"))?;
                }
            }
        }
        None
    }

    /// The lines of a grid file.
    fn lines(&self, path: &Path, rejects: &mut Vec<Reject>) -> Vec<GridLine> {
        let names = self.names();
        let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
        let line = |id: &str, level, parent: Option<&str>, rated_kva| {
            let parent = parent.filter(|parent| self.objects.contains_key(*parent)).map(|parent| name(parent).into());
            let row = self.objects.get(id).map_or(0, |object| object.line);
            GridLine { rated_kva, ..GridLine::new(name(id).into(), level, parent, row) }
        };
        let mut lines = Vec::new();
        for (id, object) in self.objects {
            match object.class.as_str() {
                "Substation" => lines.push(line(id, Level::Node(NodeKind::Substation), None, None)),
                "Feeder" | "Line" => {
                    let substation =
                        object.get("Feeder.NormalEnergizingSubstation").or(object.get("Feeder.EnergizingSubstation"));
                    lines.push(line(id, Level::Node(NodeKind::Feeder), substation, None));
                }
                _ => {}
            }
        }
        for (id, (_, rated_kva)) in &self.transformers {
            lines.push(line(
                id,
                Level::Node(NodeKind::Transformer),
                self.container(id).map(|(container, _)| container),
                *rated_kva,
            ));
        }
        for (id, equipment) in &self.usage_points {
            let fed_by = equipment
                .iter()
                .flat_map(|id| self.nodes_of.get(id).into_iter().flatten())
                .find_map(|node| self.fed_by.get(node))
                .copied();
            let feeder = equipment.iter().find_map(|id| self.container(id)).map(|(container, _)| container);
            // A transformer inside a substation feeds feeders: what it reaches belongs to its
            // feeder.
            let in_substation = |id: &&str| self.container(id).is_some_and(|(_, kind)| kind == NodeKind::Substation);
            let parent = fed_by.filter(|id| feeder.is_none() || !in_substation(id)).or(feeder);
            if parent.is_none() {
                let row = self.objects.get(*id).map_or(0, |object| object.line);
                let detail = said::unfed(&name(id));
                rejects.push(reject(path, row, RejectCode::CELL_UNREADABLE, detail));
            }
            lines.push(line(id, Level::UsagePoint, parent, None));
        }
        lines
    }

    /// What every object is called: by its name where no other of the tree has it, else by its
    /// mRID.
    fn names(&self) -> BTreeMap<&'a str, String> {
        let in_tree = self.objects.iter().filter(|(id, object)| {
            matches!(object.class.as_str(), "Substation" | "Feeder" | "Line")
                || self.transformers.contains_key(id.as_str())
                || self.usage_points.contains_key(id.as_str())
        });
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        let tree: Vec<(&'a str, &'a CimObject)> = in_tree.map(|(id, object)| (id.as_str(), object)).collect();
        tree.iter()
            .filter_map(|(_, object)| object.get("IdentifiedObject.name"))
            .for_each(|name| *count.entry(name).or_insert(0) += 1);
        tree.into_iter()
            .map(|(id, object)| {
                let plain = object.get("IdentifiedObject.name").filter(|name| count.get(name) == Some(&1));
                (id, plain.or(object.get("IdentifiedObject.mRID")).unwrap_or(id).to_owned())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FedBy, UsagePointId};

    /// One feeder: a transformer with two ends, a switch to a neighbour, consumers on both sides,
    /// and one that hangs on the medium voltage.
    fn model(normally_open: bool, usage_points: &str) -> String {
        let reference = |property: &str, id: &str| format!("<cim:{property} rdf:resource=\"#_{id}\"/>");
        let object = |class: &str, id: &str, inside: &str| {
            format!(
                "<cim:{class} \
                 rdf:ID=\"_{id}\"><cim:IdentifiedObject.name>{id}-name</cim:IdentifiedObject.name>{inside}</cim:{class}>\n"
            )
        };
        let in_feeder = reference("Equipment.EquipmentContainer", "F");
        let terminal = |id: &str, equipment: &str, node: &str| {
            object(
                "Terminal",
                id,
                &(reference("Terminal.ConductingEquipment", equipment) + &reference("Terminal.ConnectivityNode", node)),
            )
        };
        let end = |id: &str, transformer: &str, number: u8, voltage: &str, terminal: &str| {
            let inside = reference("PowerTransformerEnd.PowerTransformer", transformer)
                + &reference("TransformerEnd.Terminal", terminal)
                + &reference("TransformerEnd.BaseVoltage", voltage)
                + &format!(
                    "<cim:TransformerEnd.endNumber>{number}</cim:TransformerEnd.endNumber><cim:PowerTransformerEnd.ratedS>400000</cim:PowerTransformerEnd.ratedS>"
                );
            object("PowerTransformerEnd", id, &inside)
        };
        let mut text = "<rdf:RDF xmlns:cim=\"http://iec.ch/TC57/CIM100#\" \
                        xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
            .to_owned();
        text += &object("Substation", "S", "");
        text += &object("Feeder", "F", &reference("Feeder.NormalEnergizingSubstation", "S"));
        for transformer in ["T1", "T2"] {
            text += &object("PowerTransformer", transformer, &in_feeder);
            for (number, voltage, node) in [(1, "HV", "medium".to_owned()), (2, "LV", format!("low-{transformer}"))] {
                let name = format!("{transformer}-{number}");
                text += &(end(&format!("end-{name}"), transformer, number, voltage, &format!("terminal-{name}"))
                    + &terminal(&format!("terminal-{name}"), transformer, &node));
            }
        }
        let switch = format!("{in_feeder}<cim:Switch.normalOpen>{normally_open}</cim:Switch.normalOpen>");
        text +=
            &(object("LoadBreakSwitch", "X", &switch) + &terminal("x1", "X", "low-T1") + &terminal("x2", "X", "far"));
        for (consumer, node) in [("C1", "low-T1"), ("C2", "far"), ("C3", "medium")] {
            text +=
                &(object("EnergyConsumer", consumer, &in_feeder) + &terminal(&format!("t-{consumer}"), consumer, node));
        }
        text + usage_points + "</rdf:RDF>"
    }

    fn parents(text: &str) -> Vec<(String, String)> {
        let table = table_of(Box::new(text.as_bytes()), Path::new("model.xml")).unwrap();
        let parent = |id: &UsagePointId| {
            let node = table.data.fed_by(id).and_then(FedBy::node);
            (id.to_string(), node.map_or_else(String::new, ToString::to_string))
        };
        table.data.usage_points().map(parent).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(node, parent)| ((*node).to_owned(), (*parent).to_owned())).collect()
    }

    #[test]
    fn consumers_belong_to_the_transformer_behind_closed_switches_or_to_their_feeder() {
        let closed = parents(&model(false, ""));
        assert_eq!(closed, pairs(&[("C1-name", "T1-name"), ("C2-name", "T1-name"), ("C3-name", "F-name")]));
        let open = parents(&model(true, ""));
        assert_eq!(open, pairs(&[("C1-name", "T1-name"), ("C2-name", "F-name"), ("C3-name", "F-name")]));
    }

    #[test]
    fn usage_points_stand_for_their_equipment_whichever_side_names_the_other() {
        let points = "<cim:UsagePoint rdf:about=\"urn:uuid:U1\"><cim:IdentifiedObject.name>METER-7</cim:IdentifiedObject.name><cim:UsagePoint.Equipments rdf:resource=\"urn:uuid:C2\"/></cim:UsagePoint>";
        assert_eq!(parents(&model(false, points)), pairs(&[("METER-7", "T1-name")]));
        let other_side = model(
            false,
            "<cim:UsagePoint \
            rdf:ID=\"_U1\"><cim:IdentifiedObject.mRID>U-1</cim:IdentifiedObject.mRID></cim:UsagePoint>",
        )
        .replace(
            "<cim:IdentifiedObject.name>C1-name</cim:IdentifiedObject.name>",
            "<cim:Equipment.UsagePoint rdf:resource=\"#_U1\"/>",
        );
        assert_eq!(parents(&other_side), pairs(&[("U-1", "T1-name")]));
    }

    #[test]
    fn transformers_keep_their_rating_and_place() {
        let table = table_of(Box::new(model(false, "").as_bytes()), Path::new("model.xml")).unwrap();
        let transformer = table.data.node("T1-name").unwrap();
        assert_eq!(
            (transformer.rated_kva, transformer.parent().map(ToString::to_string)),
            (Some(400.0), Some("F-name".to_owned()))
        );
        assert_eq!(table.data.node("F-name").unwrap().parent().map(ToString::to_string), Some("S-name".to_owned()));
    }

    #[test]
    fn a_usage_point_that_nothing_feeds_is_told() {
        let table =
            table_of(Box::new(model(false, "<cim:UsagePoint rdf:ID=\"_U9\"/>").as_bytes()), Path::new("model.xml"))
                .unwrap();
        assert!(table.rejects[0].detail.to_string().contains("usage_point=U9"), "{:?}", table.rejects);
    }

    #[test]
    fn a_model_cut_off_is_refused_with_its_line() {
        let text = model(false, "");
        let error =
            table_of(Box::new(&text.as_bytes()[..text.len() / 2]), Path::new("model.xml")).unwrap_err().to_string();
        assert!(error.contains("row ") && error.contains("model.xml"), "{error}");
    }
}
