case-moved_from = a load of { $kw } kW was gone at { $usage_point } on { $day } and may have moved here (same { $by }): told, and counted for nothing
case-moved_to = a load of { $kw } kW began at { $usage_point } on { $day } and may have moved there (same { $by })
case-complaint = complaint of { $day }: { $kind }
case-complaint_of = complaint of { $day }: { $kind } ({ $note })
