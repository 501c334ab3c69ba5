evidence-family = { $family }: { $what } ({ $usual })
evidence-missing = { $family }: needs { $needs }
evidence-not_tested = { $family }: { $ground }
odds-with = { $times } times more usual with a farm than without
odds-without = { $times } times more usual without a farm
ground-registers = register readings only
ground-few_days = fewer than seven complete days
ground-few_points = too few usage points to learn from
size-screened = size: { $kw } kW on average, { $times } times the peers' median
months-for = months: a year like this is { $times } times as common with a farm planted in it as without
months-against = months: a year like this is { $times } times as common without a farm as with one planted in it
months-step = months: from { $since } on { $kw } kW more than the season explains
size-alone = size: { $kw } kW on average; no peers to compare with
address-like_loads = address: others in the building look like farms and draw a like steady load ({ $usual })
books-held = books: { $mismatch }, and is held to be { $times } times likelier to hide a farm for it
evidence-forbidden = edge: days suggest a constant load of { $kw } kW, but one running hour in ten lies below it, and a sum of loads is never below one of them: no more than { $allowed } kW is claimed
evidence-resembles = resembles { $look_alike }: { $why }
balance-closes = balance { $odds }: at { $node } what flows in and what flows out agree within { $within } kW when its load is counted: the load is real
balance-not_real = balance { $odds }: at { $node } only { $share } % of what its meter shows flows: a fault of its data until it is checked
balance-possibly_one = possible link: about { $day } a load behind the meter of { $usage_point } began, and about the same day a load of { $kw } kW at { $node } that no meter sees; equal dates do not prove one farm, so neither is counted in the other
licence-stated = the probability { $p } is not learned from readings: it is the setting { $setting } ({ $source })
balance-follows_meter = balance: what is missing at { $node } follows this meter hour by hour in odd and in even weeks, { $beta } kW for each kW it shows ({ $errors } standard deviations); it shows { $share } % of the load
balance-says = balance: { $what }
cleared-class = a steady load is what tariff class { $class } is for, and it stays within the contract
candidate-who = { $usage_point }: { $probability } % likely, { $what }; decided by { $decides }
candidate-months = { $usage_point }: monthly registers alone, no probability: a year like this is { $times } times as common with a farm planted in it as without (screening.csv); decided by a look at the premises
candidate-since = { $kw } kW since { $since }
candidate-load = { $kw } kW from the first reading
candidate-unclear = no load that could be told apart
decided-class = its tariff class and contract (the customer file): readings alone cannot tell a home from a works
decided-days = another month of readings: a farm goes on, guests and works end
decided-weather = outdoor temperatures (the weather file): heating follows them, a farm does not
decided-night = a look at the meter on a quiet night: { $kw } kW must be running
decided-visit = a look at the meter while the load runs
cleared-small = draws { $kw } kW while it runs, less than the smallest load that is claimed
cleared-ended = ran until { $until }, before the days that are judged; its history is kept, nothing is claimed of it now
cleared-look_alike = { $why }; { $family }: { $usual }
start-another = { $what }; the load that is claimed began on { $since }: this is another step
node-of_usage_point = { $usage_point }: { $what }
node-follows_own = what is missing follows its own load hour by hour, { $beta } kW for each kW shown ({ $errors } standard deviations)
node-follows_load = what is missing follows the load of { $usage_point }, { $beta } kW for each kW shown ({ $errors } standard deviations): not sure enough to list or to count
node-late_clocks = { $count ->
    [one] the clock of { $count } customer is wrong: named in faults.csv, shifted back for the balance
   *[other] the clocks of { $count } customers are wrong: named in faults.csv, shifted back for the balance
}
node-nobody = readings name nobody behind a steady load: compare voltages, or log current on each line that leaves the node
node-unread = the balance meter was not read, or no usage point under it: no balance
node-little = only { $share } % of the balance can be made: not judged
node-reserve = { $share } % of the balance can be made: judged with reserve
node-corrected = the balance meter is wrong and was put right for this (see `faults.csv`): judged with reserve
node-could_be = may be the steady load of { $customers }, whom the grid file puts at a node of this feeder without a balance meter: check that link first
node-meter_before = by the level of its balance the meter sits before the transformer (6 to 35 kV): { $kw } kW of the transformer's own loss are counted
node-points_expected = { $points ->
    [one] { $points } usage point under it was not read
   *[other] { $points } usage points under it were not read
}; for those not below another balance meter { $kw } kW (± { $error }) are expected and not counted as unmetered
node-by_register = the balance meter has a register only: balanced between its readings, a load shows with its mean over them
node-coarse = { $share } % of the load is known by registers or by the day only: balanced day by day, a load that runs in a window shows with its daily mean
node-by_day = the balance meter is read by the day: a load that runs in a window shows with its daily mean
node-no_rating = no rating: transformer loss is taken as zero
node-placed = missing from the grid file and counted here, for their load fits (`metered_kwh` is without them): { $usage_points }
node-dark = a load runs from dusk to dawn, as street lamps do: ask whether lamps are fed here that nobody declared
node-explained = explained by { $nodes }: told there and not counted here
node-with_load = { $node } ({ $kw } kW)
node-proportion = { $share } % of the metered load is left over in proportion to it: customers that nobody reads, or a meter that under-registers
part-level = { $kw } kW day and night from the first reading (± { $error } kW, 90 %)
part-steady_since = { $kw } kW day and night, since { $day }
part-steady = { $kw } kW day and night, from the first reading, for a time or in its window
part-window_since = { $kw } kW in a window of the day, since { $day }
part-window = { $kw } kW in a window of the day, from the first reading, for a time or in its window
part-dark_since = { $kw } kW from dusk to dawn, since { $day }
part-dark = { $kw } kW from dusk to dawn, from the first reading, for a time or in its window
coverage-no_meter = no balance meter: unmetered load here is seen only higher up, if there; a meter would test { $points ->
    [one] { $points } usage point
   *[other] { $points } usage points
}
coverage-unread = the balance meter was not read
coverage-little = the balance cannot be judged: too little of it was read
coverage-best_place = of all places under { $node } one more balance meter would help most here
coverage-best_place_top = of all places at the top of the grid one more balance meter would help most here
fault-link_it = read, but not in the grid file; its load fits what is missing at { $node }, and is counted there: link it to { $node }
fault-was_load = { $fault }; but the balance of { $node } shows that it was load, and counts it
fault-ratio_confirmed = { $fault }; the balance of { $node } shows that it is one: divided by it
licence-within = draws { $kw } kW: within the { $allowed } kW of licence { $licence } with a tolerance of { $tolerance } %
licence-within_together = with all that looks like a farm there it draws { $kw } kW: within the { $allowed } kW of licence { $licence } with a tolerance of { $tolerance } %
licence-no_power = licence { $licence } states no power
licence-idle = licence { $licence } does not cover { $first } to { $last }, but no load of its order is there ({ $kw } kW)
licence-not_in_force = runs while licence { $licence } is { $status }
licence-status_word = { $word }
licence-no_status_word = not in force
licence-before = runs { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
} before licence { $licence } begins ({ $day })
licence-after_contract = runs { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
} after the supply contract of licence { $licence } ended ({ $day })
licence-after = runs { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
} after licence { $licence } ended ({ $day })
licence-too_much = draws { $kw } kW where licence { $licence } allows { $allowed } kW, over { $hours } hours
licence-too_much_together = draws { $kw } kW with all that looks like a farm there where licence { $licence } allows { $allowed } kW, over { $hours } hours
licence-unverified = draws { $kw } kW where licence { $licence } equipment was verified for { $allowed } kW, over { $hours } hours
licence-unverified_together = draws { $kw } kW with all that looks like a farm there where licence { $licence } equipment was verified for { $allowed } kW, over { $hours } hours
licence-joined = { $what } (joined by { $by })
licence-all_of = { $what }
licence-holder_of = but its holder { $holder } is the customer of { $home }, not of this meter
licence-holder = but its holder { $holder } is not the customer of this meter
licence-elsewhere = but the register gives the address { $address }, where this meter is not
visit-found = inspection of { $day }: { $outcome } was found
visit-found_kw = inspection of { $day }: { $outcome } of { $kw } kW was found
visit-ended = inspection of { $day }: { $outcome } was found, and the load is gone since, from { $before } to { $now } kW on average
visit-lawful = inspection of { $day }: a lawful load explains it, and it has not grown since
visit-lawful_by = inspection of { $day }: a lawful load explains it ({ $cause }), and it has not grown since
visit-nothing = inspection of { $day }: nothing was found, and the load has not grown since ({ $visits ->
    [one] { $visits } visit counted
   *[other] { $visits } visits counted
}; { $usual })
visit-grown = the inspection of { $day } ({ $outcome }) no longer counts: the load has grown since, from { $before } to { $now } kW on average
visit-long_ago = the inspection of { $day } ({ $outcome }) no longer counts: the load of that time was not read
odds-recalibrated = { $outcomes ->
    [one] { $outcomes } inspection
   *[other] { $outcomes } inspections
} recalibrated the probabilities: what the readings alone put at { $said } % is now stated as { $now } % (log-odds times { $slope }, { $offset })
visit-after_readings = { $visits ->
    [one] { $visits } inspection lies
   *[other] { $visits } inspections lie
} more than four weeks after the last reading ({ $day }): the load of that time was not read, and nothing is made of it
visit-before_readings = { $visits ->
    [one] { $visits } inspection lies
   *[other] { $visits } inspections lie
} before the first reading ({ $day }): whether the load has grown since cannot be seen
place-unknown = { $usage_point } is in no readings, customers or grid; check the number, the row is left out
place-node_unknown = { $node } is no node of the grid file; check the name, the row is left out
outage-told = all meters that the node feeds were read and show next to nothing for { $hours } h: an outage that no file names
outage-many = { $outages ->
    [one] { $outages } outage
   *[other] { $outages } outages
} at { $nodes ->
    [one] { $nodes } node
   *[other] { $nodes } nodes
} told from the data (see `faults.csv`)
answer-restart = after { $outages ->
    [one] { $outages } outage
   *[other] { $outages } outages
} it draws { $level } % of what it drew before, and { $rebound } % of what it draws hours later: mining units come back to their level, heaters and coolers draw more at first (told, not counted)
answer-internet = in { $spells ->
    [one] { $spells } spell
   *[other] { $spells } spells
} without internet it draws { $inside } % of what it draws beside them (told, not counted)
place-premises = a place by volts, not a name: the premises of { $usage_point }, or past its meter there ({ $share } %, phase { $phases })
place-pole = a place by volts, not a name: the pole where the service of { $usage_point } begins ({ $share } %, phase { $phases })
place-many = volts tell no place: { $set } of { $among } customers are as likely; log current on each line that leaves the node
place-clamp = volts name { $set } of { $among } customers at whose premises or pole the load hangs nine times in ten, on phase { $phases }: clamp the line there and compare with their meters; closed and unlinked usage points at these poles first; this accuses nobody
place-clamp_any = volts name { $set } of { $among } customers at whose premises or pole the load hangs nine times in ten, on no phase for sure: clamp the line there and compare with their meters; closed and unlinked usage points at these poles first; this accuses nobody
place-without_volts = { $without } of { $among } customers report no volts of a known phase: places are told less well
contact-loose = from { $from } on its volts at { $node } fall by { $volts } V more for every kW of its own, and nobody else's do: a contact in its way is loose or burns
contact-neutral = from { $from } on two of its phases at { $node } go against each other by { $volts } V: its neutral is loose or broken
