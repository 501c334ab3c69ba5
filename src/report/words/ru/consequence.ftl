money-even = энергия нагрузки, поровну на дни её работы
money-look_back = настройка money.look_back_days: { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[other] { $days } дней
} ({ $source })
money-licensed = разрешённое лицензией
money-fee_of_table = плата из таблицы тарифов, если нагрузка – майнинг
money-fee = настройка money.fee, если нагрузка – майнинг: { $fee } { $currency } за кВт·ч с { $from } ({ $source })
money-fee_range = настройка money.fee, если нагрузка – майнинг: { $fee }, до { $high } { $currency } за кВт·ч с { $from } ({ $source })
money-nothing_lost = оплачено дороже законной цены: взыскивать нечего
money-no_common_currency = в эти дни нет цен обеих групп в одной валюте
money-no_line = в эти дни не действует ни одна строка таблицы тарифов
money-one_price = единая цена
money-zone = зона «{ $zone }»
money-zone_step = зона «{ $zone }», { $step }
money-first_step = первые { $to } кВт·ч ({ $month })
money-middle_step = от { $from } до { $to } кВт·ч ({ $month })
money-last_step = свыше { $from } кВт·ч ({ $month })
money-month = ступени месяца × { $days } из { $of_days ->
    [one] { $of_days } дня
   *[other] { $of_days } дней
}
money-month_of_persons = ступени месяца × { $days } из { $of_days ->
    [one] { $of_days } дня
   *[other] { $of_days } дней
}, на { $persons ->
    [one] { $persons } человека
    [few] { $persons } человека
   *[other] { $persons } человек
}
money-month_of_one = ступени месяца × { $days } из { $of_days ->
    [one] { $of_days } дня
   *[other] { $of_days } дней
}, на одного человека: сколько прописано, неизвестно

rule-met = { $rule }: { $asks } ({ $figures })
rule-met_by_own_figure = { $rule }: { $asks } ({ $figures }; порог задан программой, в правиле цифры нет)
rule-of_usage_point = { $usage_point }: { $criterion }
rule-asks = { $words }
rule-asks_month = потребил более { $limit } кВт·ч за месяц
rule-asks_peers = потребляет больше аналогичных объектов не менее чем в { $times } раза
rule-asks_steady = потребляет стабильно, без колебаний
rule-asks_summer = летом потребление не снижается
rule-month_figures = { $used } кВт·ч за { $month }, предел { $limit } кВт·ч
rule-peer_figures = в среднем за весь период в { $times } раза больше { $peers } кВт у аналогов, предел { $limit }
rule-spread_figures = суточная энергия колеблется на { $share } %, предел { $limit } %
rule-summer_figures = { $share } % остальных месяцев, предел { $limit } %

case-claim = { $usage_point }: { $finding }
case-unmetered = { $kind } { $node }: неучтённая нагрузка
case-part = { $kind } { $node }: неучтённая там нагрузка считается частью этого случая
region-over_rating = { $node }: до { $most } кВА при номинале { $rated } кВА, выше него { $hours ->
    [one] { $hours } час
    [few] { $hours } часа
   *[other] { $hours } часов
} (по данным: { $by }; коэффициент мощности { $power_factor })

note-household = regions.csv: одно домохозяйство – { $kw } кВт ({ $month } кВт·ч в месяц), медиана { $households ->
    [one] { $households } домохозяйства
   *[other] { $households } домохозяйств
} в этих показаниях
note-few_households = regions.csv: прочитано менее { $least ->
    [one] { $least } точки учёта
   *[other] { $least } точек учёта
} бытовых групп, поэтому число домохозяйств не указано
note-no_tariffs = тарифы (--tariffs) не заданы: сумм нет, план выездов упорядочен по ожидаемой энергии
note-no_use_for_cost = стоимость выезда не учтена: без --tariffs её не с чем сопоставить
note-lawful_class = деньги: энергия нагрузки оценена по тарифной группе «{ $class }», первой из money.lawful_class, которая есть в таблице; каждый шаг – в money.csv
note-no_lawful_class = деньги: в таблице тарифов нет групп из money.lawful_class, поэтому цена есть только у недоучтённой энергии
billing-few = в файле начислений меньше половины прочитанных точек учёта: ни о ком не говорится, что его в начислениях нет
billing-billed_at = точке { $usage_point } начислено на { $kwh } кВт·ч больше, чем показал её счётчик: столько же
billing-billed_as = начислено по группе { $class }, хотя таким потребителям начисляют по группе { $right }
billing-corrected = ниже есть счёт точки { $usage_point } за те же дни и по той же группе: учтён он
billing-overlap = счета точки { $usage_point } пересекаются: дни, попавшие в несколько счетов, не сравниваются; проверить периоды
billing-claim = { $usage_point }: { $finding }, { $kwh } кВт·ч измерено и не начислено
