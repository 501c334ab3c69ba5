read-of_usage_point = { $usage_point }: { $what }
read-stamp_jumped = часы перевели вперёд через `{ $text }`; задать --timezone так, как записан файл, или метки со смещением
read-stamp_out_of_range = `{ $text }` лежит вне 1990–2100 годов
read-stamp_other_form = метка времени `{ $text }` записана иначе, чем в строках выше
read-row_stamp_jumped = часы перевели вперёд через метку этой строки; задать --timezone так, как записан файл, или метки со смещением
read-row_stamp_out_of_range = метка этой строки лежит вне 1990–2100 годов
read-row_stamp_unreadable = метка этой строки не читается
read-more_alike = { $first }; таких же после этой строки ещё { $others }, они не перечислены. Чтобы видеть каждую, увеличить `rejects` в [caps]
read-breaks_off = файл здесь обрывается: { $why }; всё до этого места прочитано; выгрузить файл заново
read-broken = { $why }; всё до этого места прочитано; выгрузить файл заново
cap-record = строка, сегмент, тег или текст длиннее { $bytes } байт; если файл верен, увеличить `record_bytes` в [caps]
cap-nesting = элементы вложены друг в друга глубже { $levels }; если файл верен, увеличить `nesting` в [caps]
cap-unpacked = распаковывается больше чем в { $bytes } байт; если файл верен, увеличить `unpacked_bytes` в [caps]
cap-ratio = распаковывается больше чем в { $times } раз против своего размера, как архивы, сделанные во вред; если файл верен, увеличить `unpacked_ratio` в [caps]
cap-rejects = нельзя использовать больше { $records } записей; остаток файла пропущен. Если файл верен, увеличить `rejects` в [caps]
cap-memory = система больше не даёт для этого памяти; освободить её или увеличить предел процесса (`ulimit -v`)
read-passed_over = не файл показаний: { $why }
read-table_by_option = таблица { $table }, не читается: другую даёт --{ $table }
read-table_unasked = таблица { $table }, из папки не читается
read-meters_unasked = таблица коэффициентов трансформации, не читается: дайте её через --meters, если показания ещё нужно на них умножить
read-sheet_passed_over = лист не прочитан: { $why }
read-formulas_zero = в ячейках ({ $cells }) формулы, и все они равны 0, как до пересчёта; они и считаются нулём; открыть книгу в табличной программе и сохранить
read-formulas_open = в ячейках ({ $cells }) формулы без значения, как до пересчёта; они считаются пропущенными; открыть книгу в табличной программе и сохранить
read-number_expected = вместо числа стоит `{ $text }`; если показания нет, оставить ячейку пустой
read-number_missing = вместо числа стоит `{ $text }`; интервал считается пропущенным
read-absurd = { $number } больше всего, что записывает счётчик; проверить единицу
read-absurd_of = { $number } кВт·ч по точке учёта { $usage_point } больше всего, что записывает счётчик; проверить единицу
read-register_absurd = показание { $usage_point } – { $number } кВт·ч; проверить единицу
read-no_ratio = `{ $text }` – не коэффициент трансформации; записать его числом, например 40
read-id_empty = точка учёта не указана; вписать номер счётчика
read-reading_of_nobody = показание без точки учёта
read-readings_of_nobody = { $readings ->
    [one] { $readings } показание
    [few] { $readings } показания
   *[other] { $readings } показаний
} без точки учёта и счётчика, или файл обрывается раньше, чем они названы
read-id_rounded = номер `{ $text }` округлён табличной программой, под ним могут стоять несколько счётчиков; выгрузить его текстом
read-id_encoding = номер записан не в кодировке файла; указать `encoding` в описании (--profile)
read-id_too_long = имя точки учёта длиной { $bytes } байт; использовать можно { $most }
read-fields = { $fields ->
    [one] { $fields } поле
    [few] { $fields } поля
   *[other] { $fields } полей
}, а в заголовке { $header }; исправить строку
read-channel_unknown = канал `{ $text }` неизвестен; указать `kind` и [kinds] в описании (--profile), с `export = true` или `skip = true`
read-kind_unknown = вид `{ $text }` в описании не назван; добавить его в [kinds], с `skip = true`, чтобы такие строки пропускать
read-slot_never_was = интервал { $slot } за { $day }, а в этих сутках их { $held }; если часы не переводили, указать `time_zone` в описании (--profile)
read-counter_without_date = показание без даты; вписать её
read-cell_unusable = `{ $text }` в столбце `{ $column }` использовать нельзя; ячейка считается пустой
read-row_repeated = { $usage_point } уже есть в строке выше, она и оставлена; удалить одну из них
read-node_row = строке нужны node и kind (ПС, Фидер, ТП, Абонент; substation, feeder, transformer, usage_point), а kind здесь `{ $text }`; строка пропущена
read-place_row = в строке нет ни точки учёта, ни подстанции, фидера или трансформатора; строка пропущена
read-meter_side = `{ $text }` в столбце `meter_side` – не сторона трансформатора, принята неизвестной; писать `lv` (0,4 кВ) или `mv` (6–35 кВ)
read-burning = `{ $text }` в столбце `lighting_hours` – не время горения, принято «от заката до рассвета»; писать `dusk-dawn`, `22:00-06:00` или `dusk-00:30`
read-typical_year = типовой год ({ $format }) склеен из месяцев разных лет и по датам не сопоставляется; дать погоду этих дней
read-no_date = нет даты или часа; строка пропущена
read-stamp_unusable = метку времени `{ $text }` использовать нельзя
read-licence_row = лицензии нужны номер и usage_point, node или address; строка пропущена
read-tariff_row = тарифу нужны class, price и currency; строка пропущена
read-zone_hours = у зоны `{ $text }` нет часов; писать как `night 23-07` или `peak 08-11 18-22`; строка пропущена
read-unfed = точка учёта { $usage_point } не питается ни от одного трансформатора и не лежит ни на одном фидере; она стоит на вершине сети
read-no_readings = формат известен, но показаний активной энергии в файле нет
read-record_type = записи типа `{ $text }` нет ни в NEM12, ни в NEM13
read-record_200 = в записи 200 полей { $fields }, а нужно 9 или 10; её дни пропущены
read-record_250 = в записи 250 полей { $fields }, а нужно 20
read-record_400 = запись 400 не подходит ни к одному дню перед ней либо называет интервалы, которых в сутках нет
read-suffix = суффикс `{ $suffix }` у { $usage_point }; ожидается E1 или B1, его дни пропущены
read-unit_unknown = канал `{ $suffix }` у { $usage_point } в единицах `{ $unit }`, это не единица активной энергии; его дни пропущены
read-step_of_day = длина интервала `{ $minutes }` у { $usage_point } не делит сутки нацело; его дни пропущены
read-day_of_values = полей { $fields }, а суткам из { $values } значений с качеством нужно { $needed }; сутки пропущены
read-day_expected = вместо даты (20250301) стоит `{ $text }`; сутки пропущены
read-quality_method = качество `{ $text }`, а ожидается A, S, F, E, N или V: значений в строке может быть слишком мало или слишком много; сутки пропущены
read-registers = показания `{ $before }` и `{ $now }` у { $usage_point }; ожидаются числа
read-register_time = вместо времени снятия показания стоит `{ $text }`
read-interval_out_of_range = интервал { $usage_point } лежит вне 1990–2100 годов
read-register_out_of_range = показание { $usage_point } лежит вне 1990–2100 годов
read-interval_length = интервал { $usage_point } длиной { $seconds } с, начиная с секунды { $from }; использовать можно целые минуты от 1 до { $most }
read-too_many_channels = у { $usage_point } больше { $most } каналов; `{ $channel }` пропущен
read-phases_only = { $usage_point }: показаний отдельных фаз { $readings }, без суммы и не по всем фазам; выгрузить и сумму
read-overlap = { $usage_point }: показаний, которые перекрывают другие и не равны сумме более коротких: { $readings }, первое длиной { $minutes } мин с { $first }; выгрузить канал интервалами одной длины
read-no_reading_type = у блока `{ $block }` ({ $readings } показ.) нет ReadingType, к которому ведут его ссылки
read-stamp_iso = метка времени `{ $text }`; ожидается 2025-03-01T00:30:00Z или со смещением
read-reading_type = показаний { $usage_point } с типом `{ $reading_type }`: { $readings }; чтобы знать, что это, нужен тип из 18 чисел
read-time_edifact = вместо времени вида 202503010030+01 стоит `{ $text }`
read-register_without_time = показание { $usage_point } без времени
read-value_without_interval = значение { $usage_point } без своего интервала; нужны DTM+163 и DTM+164 либо DTM+672 с началом
read-no_day = { $usage_point }: сообщение не называет суток; его значения пропущены
read-period_bounds = период { $usage_point } с `{ $start }` по `{ $end }`; ожидается вид с 0000 по 0030
read-too_many_periods = у { $usage_point } больше { $most } периодов за одни сутки
read-channels_before_day = { $usage_point }: слишком много каналов до того, как названы сутки
read-channel_code = периодов { $usage_point } по каналу `{ $code }`: { $periods }; известны 01 – активный приём, 02 – активная отдача, 03 и 04 – реактивная: дать каналу его код
read-set_forward = { $usage_point }: часы перевели вперёд через этот период; задать --timezone так, как записан файл

doubt-files = { $files ->
    [one] { $files } файл показаний можно прочесть иначе
    [few] { $files } файла показаний можно прочесть иначе
   *[other] { $files } файлов показаний можно прочесть иначе
} (`darkload inspect`): { $what_is ->
    [encoding] кодировка
    [dates] даты
    [ratio] коэффициент
    [usage_point] точка учёта
    [stamp] сторона метки
    [energy] энергия
    [channels] каналы
    [quality] качество
    [unit] единица
    [units] единицы
    [period] период
    [values] значения
    [rows] строки
    [decimal] десятичный знак
    [formulas] формулы
    [clock] часы
   *[other] длина интервала
} – принято { $value }: { $doubt }
doubt-formulas = их, скорее всего, не пересчитали; открыть книгу в табличной программе и сохранить
doubt-encoding = возможно, это { $other } или другая однобайтовая кодировка; если имена выглядят неверно, указать `encoding` в описании (--profile)
doubt-swapped = у настоящих дат дни только до 12, у введённых текстом – позже: день и месяц настоящих могли поменяться местами, когда файл открыли в программе с другими настройками страны; выгрузить его заново текстом
doubt-ratio_apply = энергия может быть простой разностью показаний; чтобы применить коэффициент, написать `ratio = [{ $columns }]` под `[columns]` в описании (--profile)
doubt-ratio_disagrees = в { $rows ->
    [one] { $rows } строке
   *[other] { $rows } строках
} энергия за период не равна ни разности показаний, ни разности с коэффициентом; { $leave_out }
doubt-ratio_leave_out = если он уже учтён в показаниях, написать `ignore = [{ $columns }]` под `[columns]` в описании (--profile)
doubt-ratio_missing = значения могут быть без коэффициента; тогда написать `ratio = [{ $columns }]` под `[columns]` в описании (--profile)
doubt-ratios_missing = значения могут быть без коэффициентов; тогда записать их произведение в один столбец и назвать его `ratio` в описании (--profile)
doubt-sheet_name = лист может называться по чему-то другому; если счётчик назван в столбце, указать `usage_point` в описании (--profile)
doubt-customer = столбец может называть потребителя с несколькими счётчиками; если счётчик назван в другом столбце, указать `usage_point` в описании (--profile)
doubt-side = метки могут стоять в конце интервалов; указать `stamp` в описании (--profile)
doubt-side_of_name = но { $days } из { $of } первых суток говорят иное; если имя неверно, указать `stamp` в описании (--profile)
doubt-rival = она может стоять и в столбце `{ $column }`; указать `value` в описании (--profile)
doubt-channel_word = если это не приём энергии, указать `kind` и [kinds] в описании (--profile)
doubt-quality_word = оно может означать расчётные значения; тогда указать это под [quality] в описании (--profile)
doubt-unit = значения могут быть в кВт или Вт·ч; указать `unit` в описании (--profile)
doubt-units = единицы в строках разные; каждой единице нужен свой файл
doubt-period_of_name = сама таблица своего периода не называет; если последнее снятие было в другой день, указать его как `read_on` в описании (--profile)
doubt-begin_unread = показание в столбце `{ $column }` не прочитано: его день нигде не назван; написать период над заголовком: `01.03.2025 - 01.04.2025`
doubt-rising = значения могут быть энергией растущих периодов; тогда указать `layout = "wide_by_time"` в описании (--profile)
doubt-counters = это всё же может быть энергия интервала; указать `layout = "long"` в описании (--profile)
doubt-sentinel = оно может означать пропуск; указать `missing = ["{ $number }"]` в описании (--profile)
doubt-repeated = не понят столбец каналов или времени суток; назвать его в описании (--profile)
doubt-decimal_comma = это могут быть десятичные запятые; указать `decimal` в описании (--profile)
doubt-thousands = за ним всюду три цифры: он может отделять тысячи; указать `decimal` в описании (--profile)
doubt-two_marks = числа записаны двумя способами; указать `decimal` в описании (--profile)
doubt-length_told = `intervalLength` называет другую длину; исправить одно из двух и выгрузить заново
doubt-length_seen = метки обычно отстоят на другое время; сравнить энергию суток со счётом
doubt-clock = метки могут быть по часам счётчиков, центра сбора или рынка, а это часы разницы; спросить, кто записал файл, и задать --timezone (Etc/GMT-3 для UTC+3)
read-visit_without_place = не указаны ни точка учёта, ни узел; указать, где была проверка
read-outcome_unknown = `{ $text }` не результат проверки; писать farm, theft, other_cause, nothing или no_access
read-bill_backwards = счёт кончается { $last }, раньше, чем начинается ({ $first }); проверить оба дня
read-bill_without_energy = нет начисленной энергии; указать кВт·ч, 0, если ничего не начислено
read-event_unknown = `{ $text }` не вид события; писать outage, internet_outage, shut_off или price
read-event_backwards = событие кончается раньше, чем начинается; проверить оба времени
read-complaint_without_place = не указаны ни точка учёта, ни адрес; указать, на что жалоба
