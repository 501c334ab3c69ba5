archive-earlier = { $months ->
    [one] { $months } earlier month comes
   *[other] { $months } earlier months come
} from the archive (the first begins on { $first }, the last on { $last }; { $readings } interval readings), judged with the new readings as if all had been read at once
archive-begins = the archive held no earlier month; this scan begins it
archive-replaced = the month that begins on { $month } was in the archive and was sent again: new readings replace those of { $usage_points ->
    [one] { $usage_points } usage point
   *[other] { $usage_points } usage points
}, { $stayed } that were not sent again stay as they were
archive-added = to the month that begins on { $month } in the archive, readings of { $usage_points ->
    [one] { $usage_points } usage point
   *[other] { $usage_points } usage points
} were added
archive-gap = { $months ->
    [one] one month has
   *[other] { $months } months have
} no readings, neither in the archive nor in this scan (the first begins on { $first }, the last on { $last }); loads are not judged there
