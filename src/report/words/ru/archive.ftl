archive-earlier = из архива взято { $months ->
    [one] { $months } прежний месяц
    [few] { $months } прежних месяца
    [many] { $months } прежних месяцев
   *[other] { $months } прежнего месяца
} (первый начинается { $first }, последний – { $last }; интервальных показаний: { $readings }); вместе с новыми показаниями они оценены так, как если бы всё было прочитано сразу
archive-begins = прежних месяцев в архиве не было; этот прогон начинает его
archive-replaced = месяц, который начинается { $month }, уже был в архиве и прислан снова: новые показания заменяют прежние у { $usage_points ->
    [one] { $usage_points } точки учёта
    [few] { $usage_points } точек учёта
    [many] { $usage_points } точек учёта
   *[other] { $usage_points } точки учёта
}; не присланных снова и оставшихся как были: { $stayed }
archive-added = к месяцу архива, который начинается { $month }, добавлены показания { $usage_points ->
    [one] { $usage_points } точки учёта
    [few] { $usage_points } точек учёта
    [many] { $usage_points } точек учёта
   *[other] { $usage_points } точки учёта
}
archive-gap = { $months ->
    [one] за { $months } месяц
    [few] за { $months } месяца
    [many] за { $months } месяцев
   *[other] за { $months } месяца
} нет показаний ни в архиве, ни в этом прогоне (первый начинается { $first }, последний – { $last }); нагрузки там не оценены
