balance-surplus = { $kwh } kWh more are metered and lost than supplied: a customer of another node is linked here, or a meter ratio is wrong; judged by what changes
supply-times = the balance meter of { $node } shows { $times } times what its customers use, hour by hour: check the ratio of its current transformers; divided out for the balance
supply-part = the balance meter of { $node } shows 1/{ $part } of what its customers use, hour by hour: check the ratio of its current transformers; divided out for the balance
supply-late = the balance meter of { $node } is about { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} late by the clocks of the meters under it: set whichever is wrong; shifted back for the balance
supply-early = the balance meter of { $node } is about { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} early by the clocks of the meters under it: set whichever is wrong; shifted back for the balance
customer-late = by the balance of { $node } its clock is about { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} late: set it; shifted back for the balance
customer-early = by the balance of { $node } its clock is about { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} early: set it; shifted back for the balance
customer-forgotten_ratio = by the balance of { $node } its meter shows 1/{ $part } of what flows: the ratio of its current transformers is not applied; counted so
customer-elsewhere = its load is not in the balance of { $node } but is missing at { $other }: link it to { $other }; counted there
customer-shows_more = by the balance of { $node } only { $share } % of what its meter shows flows there: check the meter ratio, and whether it hangs at this node; counted so
fallen-named = its meter shows { $to } kW instead of { $from } kW from { $day } on, the day on which { $missing } kW more began to be missing at { $node }; hour by hour { $share } % of what fell is missing ({ $errors ->
    [one] { $errors } standard error
   *[other] { $errors } standard errors
})
fallen-and_more = its meter shows { $to } kW instead of { $from } kW from { $day } on, the day on which { $missing } kW more began to be missing at { $node }; hour by hour { $share } % of what fell is missing ({ $errors ->
    [one] { $errors } standard error
   *[other] { $errors } standard errors
}); a load that was not there before is led past it as well
