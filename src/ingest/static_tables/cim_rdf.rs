//! CIM network models in RDF/XML, as a flat list of objects with properties; only what the grid's
//! tree needs is kept.
//!
//! Objects are named by `rdf:ID` or `rdf:about`, references by `rdf:resource`; writers put `#`, `_`
//! or `urn:uuid:` before the same name, so these are dropped.
//!
//! Source: IEC 61970-552, CIM XML model exchange format.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;

use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::markup::head_text;
use crate::ingest::error::IngestError;
use crate::ingest::messages::halt::Halt;
use crate::ingest::messages::xml_stream::{Tag, XmlStream};

/// Objects kept at most.
const MOST_OBJECTS: usize = 20_000_000;

/// Properties that are kept, by local name.
const PROPERTIES: &[&str] = &[
    "IdentifiedObject.name",
    "IdentifiedObject.mRID",
    "Equipment.EquipmentContainer",
    "Equipment.UsagePoint",
    "Equipment.UsagePoints",
    "UsagePoint.Equipments",
    "UsagePoint.Equipment",
    "Feeder.NormalEnergizingSubstation",
    "Feeder.EnergizingSubstation",
    "VoltageLevel.Substation",
    "Bay.VoltageLevel",
    "Bay.Substation",
    "Terminal.ConductingEquipment",
    "Terminal.ConnectivityNode",
    "TransformerEnd.Terminal",
    "TransformerEnd.BaseVoltage",
    "TransformerEnd.endNumber",
    "PowerTransformerEnd.PowerTransformer",
    "PowerTransformerEnd.ratedS",
    "TransformerTankEnd.TransformerTank",
    "TransformerTank.PowerTransformer",
    "TransformerTank.TransformerTankInfo",
    "TransformerEndInfo.TransformerTankInfo",
    "TransformerEndInfo.ratedS",
    "Switch.normalOpen",
    "EndDevice.UsagePoint",
];

/// One object.
#[derive(Debug, Default)]
pub(crate) struct CimObject {
    /// Class by local name, such as `EnergyConsumer`.
    pub(crate) class: String,
    /// Line in the file.
    pub(crate) line: u64,
    properties: Vec<(&'static str, String)>,
}

impl CimObject {
    /// The first value of a property.
    pub(crate) fn get(&self, property: &str) -> Option<&str> {
        self.all(property).next()
    }

    /// All values of a property.
    pub(crate) fn all(&self, property: &str) -> impl Iterator<Item = &str> {
        self.properties.iter().filter(move |(name, _)| *name == property).map(|(_, value)| value.as_str())
    }
}

/// Whether the first bytes look like a CIM model.
pub(crate) fn recognises(head: &[u8]) -> bool {
    head_text(head).is_some_and(|text| {
        text.contains("22-rdf-syntax-ns#") && (text.contains("/CIM") || text.contains("iec.ch/TC57"))
    })
}

/// The objects of a model by their bare names; `path` is for messages.
///
/// # Errors
/// When the file cannot be read to its end.
pub(crate) fn objects(stream: Box<dyn BufRead + '_>, path: &Path) -> Result<BTreeMap<String, CimObject>, IngestError> {
    let mut line = 0;
    let walked = XmlStream::new(stream, &Caps::default()).and_then(|mut xml| {
        let walked = walk(&mut xml);
        line = xml.line();
        walked
    });
    walked.map_err(|halt| match halt {
        Halt::Io(source) => IngestError::Io { path: path.to_path_buf(), source },
        Halt::Broken(detail) => IngestError::Broken { path: path.to_path_buf(), row: line, detail },
        Halt::Cap(met) => IngestError::Broken { path: path.to_path_buf(), row: line, detail: met.to_string() },
        Halt::Stopped => {
            IngestError::Broken { path: path.to_path_buf(), row: line, detail: "it was not read to its end".to_owned() }
        }
    })
}

fn walk(xml: &mut XmlStream) -> Result<BTreeMap<String, CimObject>, Halt> {
    let mut objects: BTreeMap<String, CimObject> = BTreeMap::new();
    let mut id = String::new();
    loop {
        match (xml.next()?, xml.depth()) {
            (Tag::Open, 2) => {
                id = xml.attribute("ID").or_else(|| xml.attribute("about")).map(bare).unwrap_or_default();
                let object = objects.entry(id.clone()).or_default();
                (object.class, object.line) = (xml.name().to_owned(), xml.line());
            }
            (Tag::Open, 3) => {
                if let Some(resource) = xml.attribute("resource") {
                    keep(&mut objects, &id, xml.name(), bare(resource));
                }
            }
            (Tag::Close, 3) if !xml.text().is_empty() => keep(&mut objects, &id, xml.name(), xml.text().to_owned()),
            (Tag::End, _) => return Ok(objects),
            _ => {}
        }
        if objects.len() > MOST_OBJECTS {
            return Err(Halt::Broken(format!("more than {MOST_OBJECTS} objects in one model")));
        }
    }
}

fn keep(objects: &mut BTreeMap<String, CimObject>, id: &str, property: &str, value: String) {
    let known = PROPERTIES.iter().find(|known| **known == property);
    if let (Some(known), Some(object)) = (known, objects.get_mut(id)) {
        object.properties.push((known, value));
    }
}

/// A name without what writers put before it.
fn bare(name: &str) -> String {
    let name = name.rsplit_once('#').map_or(name, |(_, name)| name);
    name.trim().trim_start_matches("urn:uuid:").trim_start_matches('_').to_owned()
}
