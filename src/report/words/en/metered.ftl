books-above_contract = draws more on average than its contract allows
books-inactive = draws power though booked as inactive
unknown-grid = read, but not in the grid file: its energy is missing from every balance
unknown-days = read, but its rows in the grid file hold on none of its days: its energy is missing from every balance
unknown-customer = read, but not in the customer file: judged without class and contracted power

group-class = { $class }, { $resolution }
group-heated = { $class }, electric heating, { $resolution }
group-with = { $class }, judged with { $with }, { $resolution }
group-small = small classes, { $resolution }: { $class }
