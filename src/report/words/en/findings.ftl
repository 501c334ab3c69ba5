run-least_kw = the smallest load behind a meter that is claimed draws { $kw } kW while it runs (setting run.least_kw)
run-no_zone = no --timezone: stamps without an offset are taken as local clock time without changes
run-few_points = too few usage points with a week of readings to learn from (about a hundred are needed): no probabilities, see screening.csv
run-no_customers = no --customers: all usage points are compared with one another
run-no_weather = no --weather: heating and cooling cannot be told from a farm by temperature
run-no_grid = no --grid: load that no meter sees cannot be found
