books-above_contract = в среднем потребляет больше, чем разрешает договор
books-inactive = потребляет, хотя значится отключённой
unknown-grid = прочитана, но в файле сети её нет: её энергии не хватает во всех балансах
unknown-days = прочитана, но строки о ней в файле сети не действуют ни в один из её дней: её энергии не хватает во всех балансах
unknown-customer = прочитана, но в файле потребителей её нет: оценена без группы и договорной мощности

group-class = { $class }, { $resolution }
group-heated = { $class }, электроотопление, { $resolution }
group-with = { $class }, оценивается вместе с { $with }, { $resolution }
group-small = малые группы, { $resolution }: { $class }
