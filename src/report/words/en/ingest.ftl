read-of_usage_point = { $usage_point }: { $what }
read-stamp_jumped = the clock was set forward over `{ $text }`; give --timezone as the file was written, or stamps with an offset
read-stamp_out_of_range = `{ $text }` lies outside the years 1990 to 2100
read-stamp_other_form = time stamp `{ $text }` is not of the form of the rows before it
read-row_stamp_jumped = the clock was set forward over the stamp of this row; give --timezone as the file was written, or stamps with an offset
read-row_stamp_out_of_range = the stamp of this row lies outside the years 1990 to 2100
read-row_stamp_unreadable = the stamp of this row cannot be read
read-more_alike = { $first }; { $others } more like it after this row are not listed. To see each, raise `rejects` in [caps]
read-breaks_off = the file breaks off here: { $why }; what comes before it is read; export the file again
read-broken = { $why }; what comes before it is read; export the file again
cap-record = a single line, segment, tag or text is longer than { $bytes } bytes; if the file is right, raise `record_bytes` in [caps]
cap-nesting = elements lie more than { $levels } deep inside one another; if the file is right, raise `nesting` in [caps]
cap-unpacked = it unpacks to more than { $bytes } bytes; if the file is right, raise `unpacked_bytes` in [caps]
cap-ratio = it unpacks to more than { $times } times its size, as only archives made to do harm do; if the file is right, raise `unpacked_ratio` in [caps]
cap-rejects = more than { $records } records cannot be used; the rest of the file is left out. If the file is right, raise `rejects` in [caps]
cap-memory = the system gives no more memory for it; free some, or raise the limit of the process (`ulimit -v`)
read-passed_over = not a readings file: { $why }
read-table_by_option = a table of { $table }, not read: --{ $table } gives another
read-table_unasked = a table of { $table }, not read from a folder
read-meters_unasked = a table of meter ratios, not read: give it with --meters if the readings are still to be multiplied by them
read-sheet_passed_over = the sheet is not read: { $why }
read-formulas_zero = { $cells } cells hold formulas, all of them 0, as they are before they are calculated, and count as 0; open the workbook in a spreadsheet program and save it
read-formulas_open = { $cells } cells hold formulas, without a value, as they are before they are calculated, and count as missing; open the workbook in a spreadsheet program and save it
read-number_expected = `{ $text }` where a number is expected; leave the cell empty for a missing reading
read-number_missing = `{ $text }` where a number is expected; the interval is missing
read-sheet_of_sums = the sheet `{ $sheet }` sums up what the sheet `{ $beside }` holds in shorter intervals, and is passed over
read-absurd = { $number } is beyond anything a meter records; check the unit
read-for_missing = { $number } stands for a missing value, as programs write it
read-absurd_of = { $number } kWh of { $usage_point } is beyond anything a meter records; check the unit
read-register_absurd = a register of { $usage_point } at { $number } kWh; check the unit
read-no_ratio = `{ $text }` is no ratio of transformers; write it as a number such as 40
read-id_empty = no usage point; fill in the meter's id
read-reading_of_nobody = a reading without a usage point
read-readings_of_nobody = { $readings ->
    [one] { $readings } reading
   *[other] { $readings } readings
} without a usage point or meter, or cut off before it is told
read-id_rounded = the id `{ $text }` is a number rounded by a spreadsheet, under which several meters may stand; export it as text
read-id_encoding = the id is not in the encoding of the file; say `encoding` in a mapping (--profile)
read-id_too_long = a usage point with a name of { $bytes } bytes; { $most } can be used
read-fields = { $fields ->
    [one] { $fields } field
   *[other] { $fields } fields
} where the header has { $header }; correct the row
read-channel_unknown = channel `{ $text }` is not known; say `kind` and [kinds] in a mapping (--profile), with `export = true` or `skip = true`
read-kind_unknown = `{ $text }` is no kind that the mapping knows; add it to [kinds], with `skip = true` to leave such rows out
read-slot_never_was = slot { $slot } of { $day }, which has { $held }; say `time_zone` in a mapping (--profile) if the clock did not change
read-counter_without_date = a counter without a date; fill it in
read-cell_unusable = `{ $text }` in column `{ $column }` cannot be used; the cell counts as empty
read-row_repeated = { $usage_point } stands in an earlier row, which is kept; delete one of them
read-node_row = a row needs a node and a kind (substation, feeder, transformer, usage_point; or ПС, Фидер, ТП, Абонент), found kind `{ $text }`; the row is left out
read-place_row = a row names neither a usage point nor a substation, feeder or transformer; it is left out
read-meter_side = `{ $text }` in column `meter_side` is no side of a transformer, taken as not known; write `lv` (0.4 kV) or `mv` (6 to 35 kV)
read-burning = `{ $text }` in column `lighting_hours` is no time of burning, taken as dusk-dawn; write `dusk-dawn`, `22:00-06:00` or `dusk-00:30`
read-typical_year = a typical year ({ $format }) is glued from months of many years and cannot be joined by date; give the weather of these days
read-no_date = no date or hour; the row is left out
read-stamp_unusable = time stamp `{ $text }` cannot be used
read-licence_row = a licence needs a number and a usage_point, node or address; the row is left out
read-tariff_row = a tariff needs class, price and currency; the row is left out
read-zone_hours = zone `{ $text }` has no hours; write it as `night 23-07` or `peak 08-11 18-22`; the row is left out
read-unfed = usage point { $usage_point } is fed by no transformer and lies in no feeder; it stands at the top of the grid
read-no_readings = the format is known, but there is no reading of active energy in the file
read-record_type = record type `{ $text }` is not of NEM12 or NEM13
read-record_200 = a 200 record of { $fields } fields where 9 or 10 are needed; its days are left out
read-record_250 = a 250 record of { $fields } fields where 20 are needed
read-record_400 = a 400 record that fits no day before it, or names intervals that the day does not have
read-suffix = suffix `{ $suffix }` of { $usage_point }; E1 or B1 is expected, its days are left out
read-unit_unknown = channel `{ $suffix }` of { $usage_point } in `{ $unit }`, which is no unit of active energy; its days are left out
read-step_of_day = interval length `{ $minutes }` of { $usage_point } does not divide a day; its days are left out
read-day_of_values = { $fields } fields where a day of { $values } values and its quality need { $needed }; the day is left out
read-day_expected = `{ $text }` where a day (20250301) is expected; the day is left out
read-quality_method = quality `{ $text }` where A, S, F, E, N or V is expected: the row may hold too few or too many values; the day is left out
read-registers = registers `{ $before }` and `{ $now }` of { $usage_point }; numbers are expected
read-register_time = `{ $text }` where the time of a register reading is expected
read-interval_out_of_range = an interval of { $usage_point } lies outside the years 1990 to 2100
read-register_out_of_range = a register reading of { $usage_point } lies outside the years 1990 to 2100
read-interval_length = an interval of { $usage_point } of { $seconds } s from second { $from } on; whole minutes from 1 to { $most } can be used
read-too_many_channels = { $usage_point } has more than { $most } channels; `{ $channel }` is left out
read-phases_only = { $usage_point }: { $readings } readings of some phases, without a total and without all phases; export the total too
read-overlap = { $usage_point }: { $readings } readings overlap others and are not the total of shorter ones, the first of { $minutes } min from { $first } on; export the channel in intervals of one length
read-no_reading_type = block `{ $block }` of { $readings } readings has no ReadingType that its links lead to
read-stamp_iso = time stamp `{ $text }`; 2025-03-01T00:30:00Z or with an offset is expected
read-reading_type = { $readings } readings of { $usage_point } with the reading type `{ $reading_type }`; a type of 18 numbers is needed to know what they are
read-time_edifact = `{ $text }` where a time such as 202503010030+01 is expected
read-register_without_time = a register reading of { $usage_point } without a time
read-value_without_interval = a value of { $usage_point } without its interval; DTM+163 and DTM+164, or DTM+672 with a start, are needed
read-no_day = { $usage_point }: the message names no day; its values are left out
read-period_bounds = a period of { $usage_point } from `{ $start }` to `{ $end }`; 0000 to 0030 is expected
read-too_many_periods = { $usage_point } has more than { $most } periods in one day
read-channels_before_day = { $usage_point }: too many channels before the day is named
read-channel_code = { $periods } periods of { $usage_point } of the channel `{ $code }`; known are 01 active in, 02 active out, 03 and 04 reactive: give it its code
read-set_forward = { $usage_point }: the clock was set forward over a period; give --timezone as the file was written

doubt-files = { $files ->
    [one] a file of readings
   *[other] { $files } files of readings
} may be read in another way (`darkload inspect`): { $what } taken as { $value }: { $doubt }
doubt-formulas = they were hardly calculated; open the workbook in a spreadsheet program and save it
doubt-encoding = it may be { $other } or another one-byte page; say `encoding` in a mapping (--profile) if names look wrong
doubt-swapped = real dates all have days up to 12 and typed ones later days: day and month of the real ones may have been swapped when the file was opened in a program of another country; export it again as text
doubt-ratio_apply = the energy may be a bare difference; say `ratio = [{ $columns }]` below `[columns]` of a mapping (--profile) to apply it
doubt-ratio_disagrees = in { $rows ->
    [one] { $rows } row
   *[other] { $rows } rows
} the energy of the period is neither the difference of the counters nor that times the ratio; { $leave_out }
doubt-ratio_leave_out = if counters contain it, say `ignore = [{ $columns }]` below `[columns]` of a mapping (--profile)
doubt-ratio_missing = values may be without the ratio; if so, say `ratio = [{ $columns }]` below `[columns]` of a mapping (--profile)
doubt-ratios_missing = values may be without the ratios; if so, write their product into one column and name it `ratio` in a mapping (--profile)
doubt-sheet_name = the sheet may be called after something else; say `usage_point` in a mapping (--profile) if a column names the meter
doubt-customer = it may name a customer with several meters; say `usage_point` in a mapping (--profile) if another column names the meter
doubt-side = stamps may be the ends of their intervals; say `stamp` in a mapping (--profile)
doubt-side_of_name = but { $days } of { $of } first days say otherwise; say `stamp` in a mapping (--profile) if the name is wrong
doubt-rival = `{ $column }` may hold it as well; say `value` in a mapping (--profile)
doubt-given_back = it is not load; give the file of energy taken as well, or say `value` in a mapping (--profile) if it is energy taken
doubt-value_unnamed = its name is not known to be one of energy; say `value` and `unit` in a mapping (--profile)
doubt-id_of_file = no column names a meter, and no two rows have one stamp: all rows are taken for one meter; say `usage_point` in a mapping (--profile) if a column names it
doubt-id_unnamed = its name is not known to be one of meters, but no other column can be; say `usage_point` in a mapping (--profile)
doubt-unit_unknown = the unit `{ $unit }` is not known; say `unit` in a mapping (--profile), or leave the rows out
doubt-sums = rows of longer intervals are taken for sums of them and passed over; export them apart if they are readings
doubt-stamp_unnamed = its name is not known to be one of time, but it holds stamps; say `timestamp` in a mapping (--profile)
doubt-channel_word = if it is not energy taken, say `kind` and [kinds] in a mapping (--profile)
doubt-quality_word = it may mean that values are estimated; say so under [quality] in a mapping (--profile)
doubt-unit = values may be kW or Wh; say `unit` in a mapping (--profile)
doubt-units = rows have different units; give each unit a file of its own
doubt-period_of_name = the table itself does not say its period; say the day of the last reading as `read_on` in a mapping (--profile) if it is another
doubt-begin_unread = the counter in `{ $column }` is not read, because nothing says its day; write the period above the header: `01.03.2025 - 01.04.2025`
doubt-rising = values may be the energy of rising periods; if so, say `layout = "wide_by_time"` in a mapping (--profile)
doubt-counters = it may be energy of the interval after all; say `layout = "long"` in a mapping (--profile)
doubt-sentinel = it may stand for missing; say `missing = ["{ $number }"]` in a mapping (--profile)
doubt-missing = it may be energy after all: { $number } is read as no value; if it is one, export it in another way
doubt-repeated = a column of channels or of the time of day is not understood; name it in a mapping (--profile)
doubt-decimal_comma = they may be decimal commas; say `decimal` in a mapping (--profile)
doubt-thousands = three digits follow it everywhere: it may separate thousands; say `decimal` in a mapping (--profile)
doubt-two_marks = numbers are written in two ways; say `decimal` in a mapping (--profile)
doubt-length_told = `intervalLength` says another length; export again with one of the two put right
doubt-length_seen = stamps usually lie another distance apart; compare the energy of a day with a bill
doubt-clock = stamps may be on the clock of the meters, of the head-end or of the market, hours apart; ask who wrote the file and give --timezone (Etc/GMT-3 for UTC+3)
read-visit_without_place = no usage point and no node; say where the visit went
read-outcome_unknown = `{ $text }` is no outcome of a visit; write farm, theft, other_cause, nothing or no_access
read-bill_backwards = the bill ends on { $last }, before it begins on { $first }; check both days
read-bill_without_energy = no energy billed; fill in kWh, 0 where nothing was billed
read-event_unknown = `{ $text }` is no kind of event; write outage, internet_outage, shut_off or price
read-event_backwards = the event ends before it begins; check both times
read-complaint_without_place = no usage point and no address; say what the complaint is about
read-absurd_volts = { $volts } V between a phase and neutral: give volts of the low-voltage side as they are, not those between phases or of another level
read-no_phase = this is no phase: write 1, 2 or 3, or A, B or C
