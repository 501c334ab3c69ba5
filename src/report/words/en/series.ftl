fault-runs = { $runs ->
    [one] { $runs } run
   *[other] { $runs } runs
} of one repeated value, { $hours } h in all; not used in any test
fault-spikes = { $values ->
    [one] { $values } value
   *[other] { $values } values
} above { $limit } kW, up to { $most } kW; not used
fault-spread_out = { $kwh } kWh spread evenly over { $gaps ->
    [one] { $gaps } gap
   *[other] { $gaps } gaps
}, { $hours } h in all: values that the meter's display cannot show
fault-catch_up = { $values ->
    [one] { $values } value that holds the energy of the gap before it
   *[other] { $values } values that hold the energy of the gap before them
}; the first, { $kw } kW, after { $hours } h
fault-lost_phase = the load falls to { $share_is ->
    [two_thirds] two thirds
   *[other] a third
} of what it is otherwise, floor, mean and spread alike, in the same shape: a phase of the meter or its current transformer shows nothing; check the connection
fault-swapped = energy flows out night after night, as much as flows in otherwise: import and export are exchanged, or the meter is connected in reverse; check the channels of the export, then the meter
fault-ratio_by_display = all values are multiples of { $factor } times the display step of the rest, and as much larger: a meter ratio; divided by it before any test
fault-ratio_levels = mean, floor and spread are { $factor } times those of the rest, as a meter ratio makes them
fault-ratio_suspected = { $levels }; nothing shows whether it is one: not divided, and listed only if it looks like a farm either way; check the ratio
fault-negative = { $intervals ->
    [one] { $intervals } interval
   *[other] { $intervals } intervals
} with energy flowing out or negative values, down to { $kw } kW
fault-gap = { $intervals } of { $of } intervals have no usable value
fault-disagree = { $intervals ->
    [one] { $intervals } interval
   *[other] { $intervals } intervals
} with readings that disagree; first at { $first }
fault-off_grid = { $stamps ->
    [one] { $stamps } stamp
   *[other] { $stamps } stamps
} off the { $step } min grid, not used; first at { $first }
fault-set_back = the clock was set back at { $at }; the two hours share their energy evenly
fault-estimated = { $intervals } of { $of } intervals are estimated or substituted
fault-ratio_twice = the table of meters says a ratio of { $ratio }, and all values are multiples of it already: they are left as they are, or the ratio would count twice
fault-ratio_forgotten = contracted for { $contracted } kW, which is measured behind transformers, but the highest load is { $highest } kW and the table of meters says no ratio: it looks forgotten
fault-register_apart = in { $periods } of { $of } periods between counter readings the intervals come to { $intervals_kwh } kWh and the register to { $register_kwh } kWh
fault-register_ratio = { $apart }: { $with_is ->
    [intervals] a meter ratio of { $ratio } is in the intervals and not in the register, or twice in the intervals
   *[other] a meter ratio of { $ratio } is in the register and not in the intervals, or twice in the register
}
fault-rolled_over = the register fell from { $before } to { $after } kWh: it passed its last digit, and { $kwh } kWh are counted for the period; a warning if the meter was replaced
fault-corrected = the register fell from { $before } to { $after } kWh: the earlier reading was corrected and is left out
fault-replaced = the register fell from { $before } to { $after } kWh: the meter was replaced; the period is left out
whole-rejects = { $rejects } of { $records } records were left out: what is left is a part of the dump, and lists may miss what was in the rest; see rejects.csv for why
whole-negative = { $points } of { $of } usage points give back more than they take: columns of energy given back may have been read as load, or numbers that stand for missing (such as -999) as energy; check with `darkload inspect`
whole-high = half of { $of } usage points take { $median } kW and more on average, far more than such customers do: Wh may have been read as kWh, counters or running totals as energy, or a ratio may count twice; check with `darkload inspect`
whole-low = half of { $of } usage points take { $watts } W or less on average, far less than customers do: MWh or kWh may have been read as a smaller unit, or ratios are still to be applied; check with `darkload inspect`
whole-alike = { $points } of { $of } usage points have the same energy to the last digit: one column may have been read for all of them; check with `darkload inspect`
whole-daily = { $points } of { $of } usage points have one reading a day or fewer: what shows by the hour cannot be seen; if the files hold hours, their time of day was not understood
