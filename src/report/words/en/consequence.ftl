money-even = energy of the load, evenly over the days on which it ran
money-look_back = setting money.look_back_days: { $days ->
    [one] { $days } day
   *[other] { $days } days
} ({ $source })
money-licensed = what the licence allows
money-fee_of_table = fee of the tariff table, owed if the load mines
money-fee = setting money.fee, owed if the load mines: { $fee } { $currency } per kWh from { $from } ({ $source })
money-fee_range = setting money.fee, owed if the load mines: { $fee }, up to { $high } { $currency } per kWh from { $from } ({ $source })
money-nothing_lost = paid more than the lawful price: nothing to recover
money-no_common_currency = no price of both classes in one currency on these days
money-no_line = no line of the tariff table is valid on these days
money-one_price = one price
money-zone = zone { $zone }
money-zone_step = zone { $zone }, { $step }
money-first_step = first { $to } kWh ({ $month })
money-middle_step = { $from } to { $to } kWh ({ $month })
money-last_step = above { $from } kWh ({ $month })
money-month = steps of a month times { $days } of { $of_days } days
money-month_of_persons = steps of a month times { $days } of { $of_days } days, for { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
}
money-month_of_one = steps of a month times { $days } of { $of_days } days, for one person, since it is not known how many are registered

rule-met = { $rule }: { $asks } ({ $figures })
rule-met_by_own_figure = { $rule }: { $asks } ({ $figures }; the figure is this program's, the rule names none)
rule-of_usage_point = { $usage_point }: { $criterion }
rule-asks = { $words }
rule-asks_month = used more than { $limit } kWh in a month
rule-asks_peers = draws at least { $times } times what analogous premises do
rule-asks_steady = draws steadily, without fluctuation
rule-asks_summer = does not draw less in summer
rule-month_figures = { $used } kWh in { $month }, limit { $limit } kWh
rule-peer_figures = on average over the whole period { $times } times the { $peers } kW of its peers, limit { $limit }
rule-spread_figures = daily energy spreads by { $share } %, limit { $limit } %
rule-summer_figures = { $share } % of the other months, limit { $limit } %

case-claim = { $usage_point }: { $finding }
case-unmetered = { $kind } { $node }: unmetered load
case-part = { $kind } { $node }: the load that no meter sees there is held to be a part of this case
region-over_rating = { $node }: up to { $most } kVA of { $rated } kVA, above it in { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
} (by its { $by }, power factor { $power_factor })

note-household = regions.csv: one household is { $kw } kW ({ $month } kWh a month), the median of { $households ->
    [one] { $households } household
   *[other] { $households } households
} in these readings
note-few_households = regions.csv: fewer than { $least } usage points of a class of homes were read, so no number of households is given
note-no_tariffs = no --tariffs: no amounts of money; the work list is in the order of expected energy
note-no_use_for_cost = the cost of a visit is not used: without --tariffs there is nothing to set against it
note-lawful_class = money: hidden energy is priced by tariff class `{ $class }`, the first of money.lawful_class that the table has; every step is in money.csv
note-no_lawful_class = money: the tariff table has none of the classes of money.lawful_class, so only under-registered energy has a price
billing-few = the file of bills has fewer than half of the usage points that were read: nobody is said to be unknown to it
billing-billed_at = { $usage_point } is billed for { $kwh } kWh more than its meter showed: the same energy
billing-billed_as = billed at class { $class }, where customers of this kind are billed at { $right }
billing-corrected = a later row has a bill of { $usage_point } for the same days and class: that one counts
billing-overlap = bills of { $usage_point } overlap: days that several of them claim are not compared; check the periods
billing-claim = { $usage_point }: { $finding }, { $kwh } kWh metered and not billed
