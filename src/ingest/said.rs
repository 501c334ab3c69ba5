//! What reading can say: why records, cells and files are left out, and how else files may be read.

use super::bytes::caps::CapMet;
use crate::domain::{Fact, RejectCode, facts};

facts! {
    /// Facts of reading.
    pub(crate) SAID;
    /// A stamp that the local clock never showed.
    pub(super) fn stamp_jumped("read.stamp_jumped", text: text);
    /// A stamp of no year in use.
    pub(super) fn stamp_out_of_range("read.stamp_out_of_range", text: text);
    /// A stamp in another form.
    pub(super) fn stamp_other_form("read.stamp_other_form", text: text);
    /// The same of a row whose stamp is no text.
    pub(super) fn row_stamp_jumped("read.row_stamp_jumped");
    /// The same.
    pub(super) fn row_stamp_out_of_range("read.row_stamp_out_of_range");
    /// The same.
    pub(super) fn row_stamp_unreadable("read.row_stamp_unreadable");
    /// Further rejects of one kind.
    pub(super) fn more_alike("read.more_alike", first: fact, others: count);
    /// What is left out of a table whose columns are usage points.
    pub(super) fn of_usage_point("read.of_usage_point", usage_point: usage_point, what: fact);
    /// The file ends in the middle.
    pub(super) fn breaks_off("read.breaks_off", why: text);
    /// The file cannot be understood further.
    pub(super) fn broken("read.broken", why: text);
    /// A record beyond its cap.
    pub(super) fn cap_record("cap.record", bytes: count);
    /// Nesting beyond its cap.
    pub(super) fn cap_nesting("cap.nesting", levels: count);
    /// An archive beyond its cap.
    pub(super) fn cap_unpacked("cap.unpacked", bytes: count);
    /// An archive that swells beyond its cap.
    pub(super) fn cap_ratio("cap.ratio", times: count);
    /// Rejects beyond their cap.
    pub(super) fn cap_rejects("cap.rejects", records: count);
    /// No memory.
    pub(super) fn cap_memory("cap.memory");
    /// A file that holds no readings.
    pub(super) fn passed_over("read.passed_over", why: text);
    /// A table of a folder where an option gives another.
    pub(super) fn table_by_option("read.table_by_option", table: text);
    /// A table of a folder that a scan does not take from one.
    pub(super) fn table_unasked("read.table_unasked", table: text);
    /// A table of meter ratios in a folder.
    pub(super) fn meters_unasked("read.meters_unasked");
    /// A sheet that is not understood.
    pub(super) fn sheet_passed_over("read.sheet_passed_over", why: text);
    /// Formulas that were never calculated, with zeros.
    pub(super) fn formulas_zero("read.formulas_zero", cells: count);
    /// The same without values.
    pub(super) fn formulas_open("read.formulas_open", cells: count);
    /// A sheet whose readings sum up those of another.
    pub(super) fn sheet_of_sums("read.sheet_of_sums", sheet: text, beside: text);
    /// Text where a number is expected.
    pub(super) fn number_expected("read.number_expected", text: text);
    /// The same in a message, whose interval is missing.
    pub(super) fn number_missing("read.number_missing", text: text);
    /// A value that no meter records.
    pub(super) fn absurd("read.absurd", number: text);
    /// A number that programs write for missing.
    pub(super) fn for_missing("read.for_missing", number: text);
    /// Volts that no low-voltage mains has.
    pub(super) fn absurd_volts("read.absurd_volts", volts: number(0));
    /// A word that is no phase.
    pub(super) fn no_phase("read.no_phase");
    /// The same of a usage point.
    pub(super) fn absurd_of("read.absurd_of", usage_point: usage_point, number: text);
    /// A register that no meter shows.
    pub(super) fn register_absurd("read.register_absurd", usage_point: usage_point, number: text);
    /// No ratio of transformers.
    pub(super) fn no_ratio("read.no_ratio", text: text);
    /// A row without a usage point.
    pub(super) fn id_empty("read.id_empty");
    /// A reading without a usage point.
    pub(super) fn reading_of_nobody("read.reading_of_nobody");
    /// Readings whose usage point is never told.
    pub(super) fn readings_of_nobody("read.readings_of_nobody", readings: count);
    /// An id that a spreadsheet rounded.
    pub(super) fn id_rounded("read.id_rounded", text: text);
    /// An id in other bytes than the file.
    pub(super) fn id_encoding("read.id_encoding");
    /// An id longer than any meter's.
    pub(super) fn id_too_long("read.id_too_long", bytes: count, most: count);
    /// A row of another width than the header.
    pub(super) fn fields("read.fields", fields: count, header: count);
    /// A channel that is not known.
    pub(super) fn channel_unknown("read.channel_unknown", text: text);
    /// A kind of row that the mapping does not know.
    pub(super) fn kind_unknown("read.kind_unknown", text: text);
    /// A slot that the local day does not have.
    pub(super) fn slot_never_was("read.slot_never_was", slot: count, day: day, held: count);
    /// A counter without its day.
    pub(super) fn counter_without_date("read.counter_without_date");
    /// A cell of a static table.
    pub(super) fn cell_unusable("read.cell_unusable", text: text, column: text);
    /// A second row of one id.
    pub(super) fn row_repeated("read.row_repeated", usage_point: usage_point);
    /// A visit to nowhere.
    pub(super) fn visit_without_place("read.visit_without_place");
    /// An outcome of a visit that is not known.
    pub(super) fn outcome_unknown("read.outcome_unknown", text: text);
    /// A bill that ends before it begins.
    pub(super) fn bill_backwards("read.bill_backwards", first: day, last: day);
    /// A bill of no energy.
    pub(super) fn bill_without_energy("read.bill_without_energy");
    /// A kind of event that is not known.
    pub(super) fn event_unknown("read.event_unknown", text: text);
    /// An event that ends before it begins.
    pub(super) fn event_backwards("read.event_backwards");
    /// A complaint of nothing.
    pub(super) fn complaint_without_place("read.complaint_without_place");
    /// A row of the grid without node or kind.
    pub(super) fn node_row("read.node_row", text: text);
    /// A row of a grid of places that names none.
    pub(super) fn place_row("read.place_row");
    /// No side of a transformer.
    pub(super) fn meter_side("read.meter_side", text: text);
    /// No time of burning.
    pub(super) fn burning("read.burning", text: text);
    /// Weather of a typical year.
    pub(super) fn typical_year("read.typical_year", format: text);
    /// A row of weather without its hour.
    pub(super) fn no_date("read.no_date");
    /// A stamp of a static table.
    pub(super) fn stamp_unusable("read.stamp_unusable", text: text);
    /// A licence without its place.
    pub(super) fn licence_row("read.licence_row");
    /// A tariff without its price.
    pub(super) fn tariff_row("read.tariff_row");
    /// A tariff zone without hours.
    pub(super) fn zone_hours("read.zone_hours", text: text);
    /// A usage point without a place in the grid.
    pub(super) fn unfed("read.unfed", usage_point: usage_point);
    /// A message without readings.
    pub(super) fn no_readings("read.no_readings");
    /// No record of NEM12.
    pub(super) fn record_type("read.record_type", text: text);
    /// A channel with too few fields.
    pub(super) fn record_200("read.record_200", fields: count);
    /// A register pair with too few fields.
    pub(super) fn record_250("read.record_250", fields: count);
    /// A quality record without its day.
    pub(super) fn record_400("read.record_400");
    /// A suffix that is none.
    pub(super) fn suffix("read.suffix", suffix: text, usage_point: usage_point);
    /// A unit that is none of active energy.
    pub(super) fn unit_unknown("read.unit_unknown", suffix: text, usage_point: usage_point, unit: text);
    /// An interval that does not divide a day.
    pub(super) fn step_of_day("read.step_of_day", minutes: text, usage_point: usage_point);
    /// A day with too few values.
    pub(super) fn day_of_values("read.day_of_values", fields: count, values: count, needed: count);
    /// No day where one is expected.
    pub(super) fn day_expected("read.day_expected", text: text);
    /// A quality method that is none.
    pub(super) fn quality_method("read.quality_method", text: text);
    /// Registers that are no numbers.
    pub(super) fn registers("read.registers", before: text, now: text, usage_point: usage_point);
    /// No time of a register reading.
    pub(super) fn register_time("read.register_time", text: text);
    /// An interval of no year in use.
    pub(super) fn interval_out_of_range("read.interval_out_of_range", usage_point: usage_point);
    /// A register reading of no year in use.
    pub(super) fn register_out_of_range("read.register_out_of_range", usage_point: usage_point);
    /// An interval of no usable length.
    pub(super) fn interval_length(
        "read.interval_length", usage_point: usage_point, seconds: count, from: count, most: count
    );
    /// More channels than a meter has.
    pub(super) fn too_many_channels("read.too_many_channels", usage_point: usage_point, most: count, channel: text);
    /// Readings of some phases only.
    pub(super) fn phases_only("read.phases_only", usage_point: usage_point, readings: count);
    /// Readings that lie over one another.
    pub(super) fn overlap("read.overlap", usage_point: usage_point, readings: count, minutes: count, first: text);
    /// A block without its reading type.
    pub(super) fn no_reading_type("read.no_reading_type", block: text, readings: count);
    /// A stamp of CIM that is none.
    pub(super) fn stamp_iso("read.stamp_iso", text: text);
    /// A reading type that is not known.
    pub(super) fn reading_type("read.reading_type", readings: count, usage_point: usage_point, reading_type: text);
    /// A time of MSCONS that is none.
    pub(super) fn time_edifact("read.time_edifact", text: text);
    /// A register reading without its time.
    pub(super) fn register_without_time("read.register_without_time", usage_point: usage_point);
    /// A value without its interval.
    pub(super) fn value_without_interval("read.value_without_interval", usage_point: usage_point);
    /// A message without its day.
    pub(super) fn no_day("read.no_day", usage_point: usage_point);
    /// Bounds of a period that are none.
    pub(super) fn period_bounds("read.period_bounds", usage_point: usage_point, start: text, end: text);
    /// More periods than a day has.
    pub(super) fn too_many_periods("read.too_many_periods", usage_point: usage_point, most: count);
    /// Channels that wait for their day.
    pub(super) fn channels_before_day("read.channels_before_day", usage_point: usage_point);
    /// A channel code that is not known.
    pub(super) fn channel_code("read.channel_code", periods: count, usage_point: usage_point, code: text);
    /// A period that the clock jumped over.
    pub(super) fn set_forward("read.set_forward", usage_point: usage_point);
    /// Files that may be read in another way.
    pub(super) fn doubt("doubt.files", files: count, what: word, value: words, doubt: fact);
    /// Formulas without values.
    pub(super) fn doubt_formulas("doubt.formulas");
    /// Another encoding.
    pub(super) fn doubt_encoding("doubt.encoding", other: text);
    /// Day and month may have been exchanged.
    pub(super) fn doubt_swapped("doubt.swapped");
    /// A ratio that is not applied.
    pub(super) fn doubt_ratio_apply("doubt.ratio_apply", columns: words);
    /// A ratio that the energy contradicts.
    pub(super) fn doubt_ratio_disagrees("doubt.ratio_disagrees", rows: count, leave_out: fact);
    /// A ratio that counters may contain.
    pub(super) fn doubt_ratio_leave_out("doubt.ratio_leave_out", columns: words);
    /// A ratio beside the energy of intervals.
    pub(super) fn doubt_ratio_missing("doubt.ratio_missing", columns: words);
    /// Several ratios beside the energy of intervals.
    pub(super) fn doubt_ratios_missing("doubt.ratios_missing");
    /// The name of a sheet taken for a meter.
    pub(super) fn doubt_sheet_name("doubt.sheet_name");
    /// A customer taken for a meter.
    pub(super) fn doubt_customer("doubt.customer");
    /// Stamps whose side nothing shows.
    pub(super) fn doubt_side("doubt.side");
    /// A name that the stamps contradict.
    pub(super) fn doubt_side_of_name("doubt.side_of_name", days: count, of: count);
    /// Another column of energy.
    pub(super) fn doubt_rival("doubt.rival", column: words);
    /// Energy given back alone.
    pub(super) fn doubt_given_back("doubt.given_back");
    /// A column of numbers whose name says nothing.
    pub(super) fn doubt_value_unnamed("doubt.value_unnamed");
    /// The name of the file taken for a meter.
    pub(super) fn doubt_id_of_file("doubt.id_of_file");
    /// A column that can only be the id.
    pub(super) fn doubt_id_unnamed("doubt.id_unnamed");
    /// A unit that is not known.
    pub(super) fn doubt_unit_unknown("doubt.unit_unknown", unit: text);
    /// Rows that sum others up.
    pub(super) fn doubt_sums("doubt.sums");
    /// A column of stamps whose name says nothing.
    pub(super) fn doubt_stamp_unnamed("doubt.stamp_unnamed");
    /// A channel that is not known.
    pub(super) fn doubt_channel_word("doubt.channel_word");
    /// A word of quality that is not known.
    pub(super) fn doubt_quality_word("doubt.quality_word");
    /// A unit that nothing names.
    pub(super) fn doubt_unit("doubt.unit");
    /// Units that differ.
    pub(super) fn doubt_units("doubt.units");
    /// A period from the name of the file.
    pub(super) fn doubt_period_of_name("doubt.period_of_name");
    /// A counter without its day.
    pub(super) fn doubt_begin_unread("doubt.begin_unread", column: words);
    /// Counters that may be energy of periods.
    pub(super) fn doubt_rising("doubt.rising");
    /// Counters that may be energy of intervals.
    pub(super) fn doubt_counters("doubt.counters");
    /// A number that may mean missing.
    pub(super) fn doubt_sentinel("doubt.sentinel", number: text);
    /// A number taken for missing.
    pub(super) fn doubt_missing("doubt.missing", number: text);
    /// Rows that repeat one another.
    pub(super) fn doubt_repeated("doubt.repeated");
    /// Commas that may be decimal.
    pub(super) fn doubt_decimal_comma("doubt.decimal_comma");
    /// Marks that may separate thousands.
    pub(super) fn doubt_thousands("doubt.thousands");
    /// Decimal marks that differ.
    pub(super) fn doubt_two_marks("doubt.two_marks");
    /// Lengths that differ.
    pub(super) fn doubt_length_told("doubt.length_told");
    /// A length that stamps contradict.
    pub(super) fn doubt_length_seen("doubt.length_seen");
    /// A clock that nothing names.
    pub(super) fn doubt_clock("doubt.clock");
}

/// Why a stamp cannot be used.
pub(super) fn stamp(code: RejectCode, text: &str) -> Fact {
    let text = text.trim();
    match code {
        RejectCode::TIME_NEVER_WAS => stamp_jumped(text),
        RejectCode::TIME_OUT_OF_RANGE => stamp_out_of_range(text),
        _ => stamp_other_form(text),
    }
}

/// The same of a row whose stamp is no text.
pub(super) fn row_stamp(code: RejectCode) -> Fact {
    match code {
        RejectCode::TIME_NEVER_WAS => row_stamp_jumped(),
        RejectCode::TIME_OUT_OF_RANGE => row_stamp_out_of_range(),
        _ => row_stamp_unreadable(),
    }
}

/// The cap that a file meets.
pub(super) fn cap(met: CapMet) -> Fact {
    match met {
        CapMet::Record(bytes) => cap_record(bytes),
        CapMet::Nesting(levels) => cap_nesting(levels),
        CapMet::Unpacked(bytes) => cap_unpacked(bytes),
        CapMet::Ratio(times) => cap_ratio(times),
        CapMet::Rejects(records) => cap_rejects(records),
        CapMet::NoMemory => cap_memory(),
    }
}
