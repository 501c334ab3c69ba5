//! What the columns of static tables may be called: one list for all tables, in English, Russian
//! and Kazakh.
//!
//! Names are compared as headings of readings are: without case, spaces and punctuation, Cyrillic
//! letters that look like Latin ones being the same. A name that ends in `*` is the beginning of a
//! heading. The first name of a field is the canonical one.

use super::heading_names::{
    ACTIVITY, ADDRESS, AMOUNT, BALANCE_METER, BILLED_FROM, BILLED_KWH, BILLED_TO, BIN, CITY, CONSUMER, CONTRACT_UNTIL,
    CONTRACTED_KW, CT_RATIO, CURRENCY, CUSTOMER_STATUS, EVENT_END, EVENT_START, FEE, FEEDER, FLAT, FROM_KWH, HEATING,
    HOLDER, HOUSE, INSPECTED, KIND, LATITUDE, LICENCE, LICENSED_KW, LIGHTING_HOURS, LIGHTING_KW, LOCAL_TIME, LONGITUDE,
    METER_SIDE, NODE, NOTE, OUTCOME, OWNER, PARENT, PER_PERSON, PERSONS, PHASE, PRICE, RATED_KVA, STATUS, STREET,
    SUBSTATION, TARIFF_CLASS, TAX_SHARE, TEMPERATURE, TO_KWH, TRANSFORMER, VALID_FROM, VALID_TO, VERIFIED_KW, VOLT,
    VT_RATIO, ZONE,
};
use crate::ingest::text::columns::{DATE, TIME, TIMESTAMP, USAGE_POINT};

/// What a column of a table may hold.
#[derive(Debug)]
pub(crate) struct Field {
    /// Names, canonical first, in lists.
    names: &'static [&'static [&'static str]],
    /// What it holds, in messages.
    pub(crate) meaning: &'static str,
}

impl Field {
    /// The canonical name.
    pub(crate) fn name(&self) -> &'static str {
        self.names[0][0]
    }

    /// All names, canonical first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().flat_map(|names| names.iter().copied())
    }
}

/// A kind of static table.
#[derive(Debug)]
pub(crate) struct TableKind {
    /// Its name, that of the option by which it is given.
    pub(crate) name: &'static str,
    /// What its columns may hold. Where a heading may be two of them, it is the earlier one.
    pub(crate) fields: &'static [Field],
}

impl TableKind {
    /// The field of a canonical name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name() == name)
    }
}

/// Every kind.
pub(crate) static KINDS: [&TableKind; 11] =
    [&CUSTOMERS, &GRID, &WEATHER, &LICENCES, &TARIFFS, &METERS, &INSPECTIONS, &BILLING, &EVENTS, &COMPLAINTS, &VOLTAGE];

const fn field(names: &'static [&'static [&'static str]], meaning: &'static str) -> Field {
    Field { names, meaning }
}

pub(crate) static CUSTOMERS: TableKind = TableKind {
    name: "customers",
    fields: &[
        field(&[USAGE_POINT], "usage point"),
        field(&[ADDRESS], "address"),
        field(&[STREET], "street"),
        field(&[HOUSE], "house"),
        field(&[FLAT], "flat"),
        field(&[CITY], "city"),
        field(&[TARIFF_CLASS], "tariff class"),
        field(&[CONTRACTED_KW], "contracted power"),
        field(&[CUSTOMER_STATUS, STATUS], "status"),
        field(&[HEATING], "heating"),
        field(&[PERSONS], "persons"),
        field(&[OWNER, CONSUMER], "owner"),
        field(&[ACTIVITY], "activity"),
        field(&[LATITUDE], "latitude"),
        field(&[LONGITUDE], "longitude"),
    ],
};

pub(crate) static GRID: TableKind = TableKind {
    name: "grid",
    fields: &[
        field(&[NODE], "node"),
        field(&[KIND], "kind of node"),
        field(&[PARENT], "parent of a node"),
        field(&[BALANCE_METER], "balance meter"),
        field(&[SUBSTATION], "substation"),
        field(&[FEEDER], "feeder"),
        field(&[TRANSFORMER], "transformer"),
        field(&[USAGE_POINT], "usage point"),
        field(&[RATED_KVA], "rated power"),
        field(&[LIGHTING_KW], "power of street lighting"),
        field(&[LIGHTING_HOURS], "hours of street lighting"),
        field(&[METER_SIDE], "side of the balance meter"),
        field(&[VALID_FROM], "first day"),
        field(&[VALID_TO], "last day"),
    ],
};

pub(crate) static WEATHER: TableKind = TableKind {
    name: "weather",
    fields: &[
        field(&[TEMPERATURE], "temperature"),
        field(&[TIMESTAMP, LOCAL_TIME], "time stamp"),
        field(&[&["year", "Год", "Жыл"]], "year"),
        field(&[&["month", "Месяц", "Ай"]], "month"),
        field(&[&["day", "День", "Число"]], "day"),
        field(&[DATE], "date"),
        field(&[&["hour"], TIME], "time of day"),
    ],
};

pub(crate) static LICENCES: TableKind = TableKind {
    name: "licences",
    fields: &[
        field(&[LICENCE], "licence"),
        field(&[USAGE_POINT], "usage point"),
        field(&[&["node", "Узел", "Узел сети"], TRANSFORMER], "node"),
        field(&[ADDRESS], "address"),
        field(&[LICENSED_KW, CONTRACTED_KW], "licensed power"),
        field(&[VERIFIED_KW], "power as verified"),
        field(&[CONTRACT_UNTIL], "end of the contract"),
        field(&[VALID_FROM], "first day"),
        field(&[VALID_TO], "last day"),
        field(&[STATUS], "status"),
        field(&[HOLDER, OWNER, CONSUMER], "holder"),
        field(&[BIN], "business identification number"),
    ],
};

pub(crate) static TARIFFS: TableKind = TableKind {
    name: "tariffs",
    fields: &[
        field(&[TARIFF_CLASS], "tariff class"),
        field(&[PRICE], "price per kWh"),
        field(&[CURRENCY], "currency"),
        field(&[FROM_KWH], "energy from which it holds"),
        field(&[TO_KWH], "energy up to which it holds"),
        field(&[PER_PERSON], "steps by person"),
        field(&[ZONE], "zone of the day"),
        field(&[TAX_SHARE], "share of the tax"),
        field(&[FEE], "fee per kWh"),
        field(&[VALID_FROM], "first day"),
        field(&[VALID_TO], "last day"),
    ],
};

pub(crate) static METERS: TableKind = TableKind {
    name: "meters",
    fields: &[
        field(&[USAGE_POINT], "usage point"),
        field(&[CT_RATIO], "ratio of the current transformers"),
        field(&[VT_RATIO], "ratio of the voltage transformers"),
        field(&[VALID_FROM], "first day"),
        field(&[VALID_TO], "last day"),
    ],
};

pub(crate) static INSPECTIONS: TableKind = TableKind {
    name: "inspections",
    fields: &[
        field(&[USAGE_POINT], "usage point"),
        field(&[&["node", "Узел", "Узел сети"], TRANSFORMER], "node"),
        field(&[INSPECTED, DATE], "date"),
        field(&[OUTCOME], "outcome"),
        field(&[&["kw", "Мощность", "Мощность, кВт", "Обнаруженная мощность", "Қуаты"]], "power found"),
        field(&[&["cause", "Причина", "Себебі"]], "cause"),
        field(&[NOTE], "note"),
    ],
};

pub(crate) static BILLING: TableKind = TableKind {
    name: "billing",
    fields: &[
        field(&[USAGE_POINT], "usage point"),
        field(&[BILLED_FROM, VALID_FROM], "first day"),
        field(&[BILLED_TO, VALID_TO], "last day"),
        field(&[BILLED_KWH], "billed energy"),
        field(&[TARIFF_CLASS], "tariff class"),
        field(&[AMOUNT], "amount"),
        field(&[CURRENCY], "currency"),
    ],
};

pub(crate) static EVENTS: TableKind = TableKind {
    name: "events",
    fields: &[
        field(&[EVENT_START], "start"),
        field(&[EVENT_END], "end"),
        field(&[&["kind", "Вид события", "Событие", "Вид отключения", "Оқиға", "Оқиға түрі"], KIND], "kind of event"),
        field(&[&["node", "Узел", "Узел сети"], FEEDER, TRANSFORMER], "node"),
    ],
};

pub(crate) static COMPLAINTS: TableKind = TableKind {
    name: "complaints",
    fields: &[
        field(&[USAGE_POINT], "usage point"),
        field(&[ADDRESS], "address"),
        field(&[&["date", "Дата обращения", "Дата жалобы", "Дата заявки", "Өтініш күні"], DATE], "date"),
        field(
            &[&["kind", "Вид обращения", "Жалоба", "Вид жалобы", "Тема", "Тема обращения", "Шағым"], KIND],
            "kind of complaint",
        ),
        field(&[NOTE], "note"),
    ],
};

pub(crate) static VOLTAGE: TableKind = TableKind {
    name: "voltage",
    fields: &[
        field(&[USAGE_POINT], "usage point"),
        field(&[TIMESTAMP], "time stamp"),
        field(&[DATE], "date"),
        field(&[TIME], "time of day"),
        field(&[PHASE], "phase"),
        field(&[VOLT], "volts between phase and neutral"),
        field(&[&["ua", "u_a", "u1", "volt_a", "voltage_a", "Напряжение A", "Напряжение фазы A"]], "volts of phase 1"),
        field(&[&["ub", "u_b", "u2", "volt_b", "voltage_b", "Напряжение B", "Напряжение фазы B"]], "volts of phase 2"),
        field(&[&["uc", "u_c", "u3", "volt_c", "voltage_c", "Напряжение C", "Напряжение фазы C"]], "volts of phase 3"),
        field(&[&["kvarh", "reactive_kvarh", "Реактивная энергия", "кварч"]], "reactive energy"),
        field(&[&["kwh_phase"]], "energy of the phase"),
        field(&[&["volt_kind", "Вид напряжения"]], "whether volts are means or snapshots"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::text::columns::plain;

    #[test]
    fn no_heading_of_a_table_is_two_of_its_canonical_columns() {
        for kind in KINDS {
            let mut names: Vec<String> = kind.fields.iter().map(|field| plain(field.name())).collect();
            names.sort();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{}", kind.name);
        }
    }
}
