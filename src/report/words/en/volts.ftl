volts-elsewhere = its volts move with those of { $other } (correlation { $there }) and not with those of { $node } ({ $own }), so its load is missing at { $other }: link it to { $other }; counted there
volts-placed = its volts move with those of { $node } (correlation { $there }), so its load is missing at { $node }: link it to { $node }; counted there
volts-near = its volts move with those of the meters at { $node }: link it there, or, if it measures what flows into { $node }, enter it as its balance meter; not counted
