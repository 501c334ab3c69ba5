//! Names that utilities give to the columns of readings, canonical ones first; compared without
//! case, spaces, punctuation and marks of letters.
//!
//! Ids of connection points by country: CUPS (Spain, Orden IET/290/2012), ESIID (Texas, ERCOT), EAN
//! (Belgium, Netherlands; GS1), GSRN (Nordic countries; GS1 General Specifications), MPAN and MPRN
//! (Great Britain, Ireland; Elexon, RMDS), PRM and PDL (France; Enedis), Zählpunkt, MeLo and MaLo
//! (Germany, Austria; BDEW, E-Control), POD (Italy, Romania, Slovakia; ARERA), ICP (New Zealand;
//! Electricity Authority), NMI (Australia; AEMO), PPE (Poland), EIC (ENTSO-E), OMM (Croatia), CPE
//! (Portugal), UC (Brazil). Words for date, time, energy and power are those of Unicode CLDR 44 and
//! of the portals of distributors of the country.

/// Names of the usage point, canonical first. Compared without case, spaces and punctuation.
#[rustfmt::skip]
pub(crate) const USAGE_POINT: &[&str] = &[
    "usage_point", "usage_point_id", "meter_id", "meter", "nmi", "mpan", "mprn", "lclid", "meter_number", "serial",
    "serial_number", "meter_serial_number", "Zählpunkt", "Прибор учёта", "Номер прибора учёта", "Номер_ПУ", "ПУ",
    "Заводской номер", "Заводской номер прибора учёта", "Серийный номер", "Серийный №", "Номер счётчика",
    "№ счётчика", "Счётчик", "Точка учёта", "Код точки учёта", "Прибор", "Номер прибора", "№ прибора",
    "№ прибора учёта", "№ ПУ", "Зав. номер ПУ", "Зав. № ПУ", "Заводской номер ПУ", "Заводской номер счётчика",
    "Заводской №", "Заводской № ПУ", "Заводской № счётчика", "Зав. № счётчика", "Зав. номер счётчика", "Зав. номер",
    "Зав. №", "Серийный номер ПУ", "Серийный номер счётчика", "meter_no", "meter_serial", "meter_name", "Есептеуіш",
    "Есептеуіш нөмірі", "Есептеуіш №", "Есептегіш", "Есептегіш нөмірі", "Есептегіш №", "Есептеу құралы",
    "Есептеу құралының нөмірі", "Есептеу аспабы", "Есептеу аспабының нөмірі", "cups", "esiid", "esi id", "esi_id",
    "ean", "ean code", "ean-code", "eancode", "gsrn", "mpan core", "mpxn", "prm", "pdl", "id prm", "identifiant prm",
    "identifiant pdl", "point de livraison", "numéro de prm", "numéro pdl", "Zählpunktnummer", "Zählpunktbezeichnung",
    "Zählpunkt-ID", "Zählpunkt ID", "Zaehlpunkt", "Zaehlpunktnummer", "Zaehlpunktbezeichnung", "ZP", "Messpunkt",
    "Messpunktbezeichnung", "Messlokation", "Messlokations-ID", "MeLo", "MeLo-ID", "Marktlokation",
    "Marktlokations-ID", "MaLo", "MaLo-ID", "Zählernummer", "Zaehlernummer", "Zähler", "Zaehler", "Zähler-Nr.",
    "Zähler Nr.", "Geräte-ID", "Gerätenummer", "Metering code", "pod", "pod code", "codice pod", "punto di prelievo",
    "punto di fornitura", "matricola", "matricola contatore", "icp", "icp identifier", "icp number", "icp_id",
    "målepunkt", "målepunkts-id", "målepunktsid", "målepunkt-id", "målepunktid", "målernummer", "måler", "målernr",
    "meteringpoint", "metering point", "metering_point", "metering_point_id", "meteringpointid", "metering point id",
    "metering point gsrn", "metering point number", "mätpunkt", "mätarnummer", "mätare", "anläggning",
    "anläggnings-id", "anläggningsid", "anläggningsnummer", "mätpunkts-id", "käyttöpaikka", "käyttöpaikkatunnus",
    "käyttöpaikan numero", "mittauspiste", "mittarinumero", "mittari", "mittauspisteen tunnus", "ppe", "kod ppe",
    "numer ppe", "punkt poboru", "numer licznika", "nr licznika", "licznik", "ean opm", "opm", "odběrné místo", "eic",
    "eic opm", "eic kód", "číslo elektroměru", "elektroměr", "odberné miesto", "číslo elektromera", "mérőpont",
    "mérőpont azonosító", "mérési pont", "mérő", "gyári szám", "mérő gyári száma", "cod pod", "loc de consum",
    "cod loc consum", "contor", "serie contor", "omm", "šifra omm", "obračunsko mjerno mjesto", "mjerno mjesto",
    "brojilo", "broj brojila", "merilno mesto", "številka merilnega mesta", "merno mesto", "številka števca",
    "tesisat", "tesisat no", "tesisat numarası", "sayaç", "sayaç no", "sayaç seri no", "mõõtepunkt",
    "mõõtepunkti eic", "eic kood", "skaitītājs", "skaitītāja numurs", "objekts", "objekta eic", "skaitiklis",
    "skaitiklio numeris", "objektas", "objekto numeris", "еіс", "еіс код", "точка обліку", "номер лічильника",
    "лічильник", "cpe", "código de ponto de entrega", "ponto de entrega", "contador", "número de contador",
    "número de serie", "medidor", "n° medidor", "número de medidor", "numero medidor", "suministro",
    "número de suministro", "unidade consumidora", "punto de suministro", "código punto de suministro",
    "numéro de compteur", "numero compteur", "compteur", "meternummer", "meter nummer", "metercode", "aansluiting",
    "aansluitpunt", "ean aansluiting", "service point", "service_point", "service point id", "service_point_id",
    "servicepoint", "servicepointid", "sdp", "sdp id", "sdp_id", "spid", "sp_id", "sa id", "said",
    "service agreement", "delivery point", "delivery_point", "point_id", "pointid", "meterid", "meter id", "meterno",
    "meter number", "meternumber", "meter serial", "meterserialnumber", "meter identifier", "meter point",
    "meter_point", "mp_id", "serialnumber", "serial no", "电表号", "表号", "表计号", "计量点", "計器番号", "供給地点特定番号", "計器id",
    "계기번호", "device_id", "customer_id", "household_id", "household", "client", "Лицевой счёт", "Л/С",
    "Код потребителя", "account", "account_id", "account_number", "account no", "Kundennummer", "Vertragskonto",
    "contract", "contract_id", "Номер лицевого счёта", "Договор", "Номер договора", "Дербес шот", "Абонент",
    "Потребитель", "Тұтынушы", "abone no", "contrato", "nis", "nic", "uc", "rae", "instalação", "instalacion",
    "instalación", "premise", "premise id", "premise_id", "premise number", "location id", "location_id", "site",
    "site id", "site_id", "device", "device id", "deviceid", "device serial", "sensor_id", "house", "house_id",
    "houseid", "home_id", "homeid", "dwelling_id", "building_id", "unit_id", "participant_id", "dataid", "user_id",
    "userid", "户号", "用户编号", "用户号", "고객번호", "id",
    "POD név", "POD azonosító", "POD szám", "Fogyasztási hely", "Fogyasztási hely azonosító", "Felhasználási hely",
    "Felhasználási hely azonosító", "EAN-code aansluiting", "aansluitingsnummer", "Código del punto de suministro",
    "CUPS20", "CUPS22", "Código CUPS", "Point de mesure", "Point de comptage", "N° PDL", "N° PRM", "PRM/PDL",
    "Référence PDL", "Code EAN", "Code point de livraison", "Identifiant du point de livraison", "Codice contatore",
    "Numero contatore", "Punto di misura", "Codice punto di prelievo", "Nr PPE", "Numer punktu poboru",
    "Identyfikator PPE", "EAN kód", "EAN místa spotřeby", "EAN odběrného místa", "Číslo odběrného místa",
    "Výrobní číslo elektroměru", "Mätarid", "Mätarnr", "Anläggnings nr", "Målepunktnummer", "Aftagenummer",
    "Installationsnummer", "Käyttöpaikan tunnus", "Käyttöpaikkanumero", "Mittarin numero", "GSRN-tunnus",
    "Tekil kod", "Tesisat kodu", "Sayaç numarası", "Идентификатор точки учёта", "Идентификатор ПУ",
    "Наименование точки учёта", "Точка поставки", "Наименование точки поставки", "Код точки поставки",
    "Есептегіштің нөмірі", "Есептеуіштің нөмірі", "Есепке алу нүктесі", "Зауыттық нөмірі", "Meter num", "Meter ref",
    "MSN", "device serial number", "electric meter id", "service delivery point", "service delivery point id",
    "usage point mrid", "mpan number", "mpan id", "mprn number", "supply number", "Código CPE", "Número do contador",
    "Número de instalação", "Metering point ID (GSRN)", "Zählpunkt-Nr.", "Zähler-ID", "Messlokation ID",
    "Nummer Zählpunkt",
];
/// Those of [`USAGE_POINT`] that name a person or a contract, who may have several meters.
#[rustfmt::skip]
pub(crate) const CUSTOMERS: &[&str] = &[
    "customer_id", "client", "account", "account_id", "account_number", "contract", "contract_id", "Лицевой счёт",
    "Л/С", "Номер лицевого счёта", "Договор", "Номер договора", "Дербес шот", "Код потребителя", "Абонент",
    "Потребитель", "Тұтынушы", "abone no", "nis", "contrat", "contrato", "vertragskonto", "kundennummer", "customer",
    "customer number", "customer_number", "account no", "konto", "user_id", "userid", "participant_id", "premise",
    "premise id", "premise_id", "户号", "用户编号", "用户号", "고객번호",
];
/// Names of the start of the interval.
#[rustfmt::skip]
pub(crate) const TIMESTAMP: &[&str] = &[
    "timestamp", "start", "datetime", "date_time", "time", "ts", "period_start", "interval_start", "start_time",
    "reading_time", "tstp", "end", "end_time", "period_end", "interval_end", "interval_ending", "reading_datetime",
    "date_and_time", "read_time", "read_at", "reading_at", "read_datetime", "Дата и время", "Дата/время",
    "Дата время", "Время", "Начало интервала", "Конец интервала", "Начало", "Конец", "Метка времени", "Период",
    "Күні мен уақыты", "Күні, уақыты", "Күні/уақыты", "Мерзімі", "Кезең", "Уақыты", "Уақыт", "interval start",
    "interval start time", "interval start date", "interval begin", "interval beginning", "hour start",
    "hour beginning", "start date", "start_date", "start date time", "start datetime", "start_datetime",
    "start date/time", "begin", "begin time", "begin date", "begindate", "begin_date", "startdate", "starttime",
    "startdatetime", "time stamp", "date/time", "date / time", "date time", "usage date time", "measured at",
    "measured_at", "measurement time", "measurement_time", "recorded at", "recorded_at", "local time", "local_time",
    "utc time", "utc_time", "time_utc", "timestamp_utc", "datetime_utc", "timestamp_local", "from date",
    "from_date", "Beginn", "Beginn der Messreihe", "Startzeit", "Startzeitpunkt", "Startdatum", "Datum von", "Ab",
    "Zeitpunkt von", "Anfang", "Zeitstempel", "Zeitpunkt", "Datum/Uhrzeit", "Datum Uhrzeit", "Datum und Uhrzeit",
    "Datum/Zeit", "Datum Zeit", "Messzeitpunkt", "Ablesezeitpunkt", "Zeitstempel von", "Début", "Date de début",
    "Date début", "Date et heure de début", "Horodate", "Horodatage", "Date et heure", "Date/heure", "Date heure",
    "Date et heure de relève par le distributeur", "Date et heure de relève", "Fecha inicio", "Fecha de inicio",
    "Fecha y hora", "Fecha/Hora", "Fecha hora", "FechaHora", "Fecha_hora", "Inicio", "Fecha desde", "Desde",
    "Data inizio", "Inizio", "Data e ora", "Data/ora", "Data ora", "Data e hora", "Data/hora", "Data hora", "Início",
    "Data início", "Vanaf", "Datum en tijd", "Datum/tijd", "Datum tijd", "Datum_tijd", "Begintijd", "Begindatum",
    "Starttijd", "Tijdstip", "Fra", "Fra dato", "Fra_dato", "Fradato", "Fra tid", "Fra tidspunkt", "Fra og med",
    "Starttidspunkt", "Tidspunkt", "Dato og tid", "Dato/tid", "Dato tid", "Datotid", "Från", "Från datum", "Starttid",
    "Tidpunkt", "Tidstämpel", "Datum och tid", "Datum och tidpunkt", "Alkaa", "Alkuaika", "Aloitusaika", "Aikaleima",
    "Alku", "Alkuhetki", "Päivämäärä ja aika", "Ajankohta", "Od", "Początek", "Data i godzina", "Data od",
    "Data i czas", "Czas", "Czas od", "Datum a čas", "Datum od", "Čas od", "Začátek", "Dátum a čas",
    "Datum i vrijeme", "Vrijeme", "Datum in čas", "Časovna značka", "Časovni žig", "Kezdet", "Kezdete",
    "Kezdő időpont", "Dátum és idő", "Dátum/idő", "Időpont", "Időbélyeg", "Mérés időpontja", "Data și ora",
    "Data si ora", "De la", "Algus", "Algusaeg", "Perioodi algus", "Sākums", "Datums un laiks", "Pradžia",
    "Data ir laikas", "Tarih/Saat", "Tarih saat", "Tarih ve saat", "Başlangıç", "Başlangıç tarihi", "Zaman",
    "Дата та час", "Дата і час", "Дата/час", "Початок", "Башталышы", "Басталуы", "Басы", "日時", "时间", "時間", "日期时间",
    "日時刻", "開始日時", "数据时间", "采集时间", "일시", "Ende", "Ende der Messreihe", "end date", "end_date", "enddate",
    "end datetime", "endtime", "hour end", "interval end time", "to date", "Datum bis", "Bis", "Endzeit",
    "Date de fin", "Fin", "Fecha fin", "Hasta", "Fine", "Data fine", "Tot", "Til", "Til dato", "Til_dato", "Till",
    "Slut", "Loppuaika", "Koniec", "Konec", "Vége", "Sfârșit", "Lõpp", "Beigas", "Pabaiga", "Bitiş",
    "Datum och klockslag", "Tid från", "Från tid", "Från tidpunkt", "Starttidpunkt", "Avläsningstid", "Mättidpunkt",
    "Måletidspunkt", "Aflæsningstidspunkt", "Avlesningstidspunkt", "Alkamisaika", "Mittausaika", "Początek okresu",
    "Data pomiaru", "Data i godzina odczytu", "Czas pomiaru", "Data/godzina", "Začátek intervalu",
    "Datum a čas měření", "Datum/čas", "Kezdő dátum", "Mérés ideje", "Horodate de début", "Date de la mesure",
    "Date mesure", "Fecha de consumo", "Fecha y hora de inicio", "Fecha/hora inicio", "Data e ora inizio",
    "Data misura", "Inizio intervallo", "Data e hora de início", "Início do intervalo", "Datum/tijd van",
    "Intervallbeginn", "Beginn Intervall", "Messzeit", "Zeitpunkt Beginn", "Startdatum/-zeit", "Okuma tarihi",
    "Okuma zamanı", "Дата и время начала", "Время начала", "Начало периода", "Дата начала", "Время замера",
    "Дата замера", "Дата измерения", "Время измерения", "Момент времени", "Дата и время измерения",
    "Дата и время замера", "Өлшеу уақыты", "Күні және уақыты", "Басталу уақыты", "usage start", "usage start time",
    "consumption date", "consumption datetime", "from", "interval_start_local", "interval datetime",
    "reading timestamp",
];
/// Names of a date whose time of day stands in another column, or of a day.
#[rustfmt::skip]
pub(crate) const DATE: &[&str] = &[
    "date", "day", "read_date", "reading_date", "Datum", "Дата", "Дата показаний", "Дата снятия показаний", "Күні",
    "Күн", "read day", "readday", "usage date", "usage_date", "interval date", "interval_date",
    "interval_reading_date", "measurement date", "delivery date", "deliverydate", "trade date", "settlement date",
    "settlement_date", "service date", "reading day", "Fecha", "Fecha lectura", "Fecha de lectura", "Día", "Dia",
    "Date de relève", "Jour", "Giorno", "Data lettura", "Data", "Data leitura", "Dag", "Dato", "Leesdatum",
    "Ablesedatum", "Messdatum", "Tag", "Päivä", "Päivämäärä", "Pvm", "Dzień", "Data odczytu", "Den", "Dátum", "Nap",
    "Ziua", "Datums", "Kuupäev", "Diena", "Tarih", "Gün", "Дата обліку", "День", "Күн айы", "日期", "年月日", "日付", "날짜",
    "delivery_date", "delivery_day", "operating_date", "operating_day", "market_date", "flow_date",
    "Van (datum)", "Datum van", "Meetdatum", "Verbruiksdatum", "Aflæsningsdato", "Avläsningsdatum", "Lukupäivä",
    "Datum měření", "Mérés dátuma", "Data consumo", "Data do consumo", "Data consumi", "Date de consommation",
    "Verbrauchsdatum", "consumption day", "Сутки", "Тәулік",
];
/// Names of a time of day.
#[rustfmt::skip]
pub(crate) const TIME: &[&str] = &[
    "time", "time_of_day", "hour", "Uhrzeit", "Zeit", "Von", "Время", "Час", "Интервал", "interval", "Получас",
    "Номер получаса", "№ получаса", "Номер интервала", "half_hour", "settlement_period", "read_time", "Уақыты",
    "Уақыт", "Сағат", "hour ending", "hour_ending", "hourending", "hour beginning", "hourbeginning", "he",
    "hour of day", "hour_of_day", "start time", "time start", "clock", "Uhrzeit von", "Zeit von", "Uhrzeit Beginn",
    "Stunde", "Viertelstunde", "Hora", "Hora inicio", "Heure", "Heure de début", "Plage horaire", "Ora",
    "Fascia oraria", "Ora inizio", "Uur", "Tijd", "Tijd van", "Tid", "Klokkeslett", "Klokkeslæt", "Time på dagen",
    "Timme", "Klockslag", "Klo", "Aika", "Kellonaika", "Tunti", "Godzina", "Godz", "Hodina", "Čas", "Sat", "Ura",
    "Óra", "Idő", "Saat", "Ora interval", "Aeg", "Tund", "Laiks", "Stunda", "Laikas", "Valanda", "Година", "Час доби",
    "Período", "Periodo", "时段", "時刻", "小时", "시간",
    "hour_ending_local", "hour_end", "hour_number", "delivery_hour",
    "Van (tijdstip)", "Van tijd", "usage start time", "Klockan", "Godzina od", "Час суток", "Время начала интервала",
    "Heure début", "Hora fin", "Hora final", "Ora fine",
];
/// Names of energy in kWh.
#[rustfmt::skip]
pub(super) const KWH: &[&str] = &[
    "kwh", "energy_kwh", "consumption_kwh", "energy", "consumption", "usage", "value", "reading", "кВтч", "А+",
    "A plus", "Расход", "Потребление", "Значение", "Энергия А+", "Активная энергия А+", "Тұтыну",
    "Тұтынылған энергия", "Белсенді энергия", "Мәні", "energy (kwh)", "kwh usage", "usage kwh", "usage_kwh",
    "kwh_used", "consumption kwh", "energy use", "electricity", "electricity usage", "electricity consumption",
    "electric usage", "active energy", "active_energy", "quantity", "qty", "offtake", "import", "Verbrauch",
    "Verbrauchswert", "Stromverbrauch", "Messwert", "Wert", "Energie", "Arbeit", "Wirkarbeit", "Wirkenergie", "Bezug",
    "Consommation", "Conso", "Énergie", "Énergie active", "Valeur", "Consumo", "Energía", "Energia", "Energía activa",
    "Consumo activo", "Valor", "Valore", "Consumo attivo", "Verbruik", "Afname", "Levering", "Waarde", "Forbruk",
    "Forbrug", "Förbrukning", "Mængde", "Mengde", "Mängd", "Verdi", "Værdi", "Värde", "Kulutus", "Määrä", "Arvo",
    "Zużycie", "Pobór", "Wartość", "Energia czynna", "Spotřeba", "Odběr", "Hodnota", "Spotreba", "Fogyasztás",
    "Érték", "Consum", "Valoare", "Potrošnja", "Vrijednost", "Poraba", "Vrednost", "Tüketim", "Değer", "Tarbimine",
    "Kogus", "Väärtus", "Patēriņš", "Vērtība", "Suvartojimas", "Reikšmė", "Споживання", "Обсяг", "用电量", "电量", "使用電力量",
    "전력사용량",
    "Volume", "Menge", "Quantité", "Cantidad", "Quantità", "Quantidade", "Hoeveelheid", "Ilość", "Množství",
    "Mennyiség", "Miktar", "Количество", "Объём потребления", "Consumo registado", "Consumo real",
    "Gemessener Verbrauch", "Kulutettu energia", "Energia pobrana", "Energiförbrukning", "Energiforbruk",
    "Strømforbrug", "Strømforbruk", "Elförbrukning", "Elforbrug", "Sähkönkulutus", "Consommation électrique",
    "Elektriciteitsverbruik", "Stroomverbruik", "Électricité", "Energia attiva prelevata", "Energía consumida",
    "Energia elektryczna",
];
/// Names of mean power in kW.
#[rustfmt::skip]
pub(super) const KW: &[&str] = &[
    "kw", "power_kw", "load_kw", "power", "demand_kw", "кВт", "Мощность", "demand", "average demand", "mean power",
    "active power", "active_power", "average power", "avg_kw", "Leistung", "Wirkleistung", "mittlere Leistung",
    "Puissance", "Puissance atteinte", "Puissance moyenne", "Puissance active", "Potencia", "Potencia activa",
    "Potenza", "Potência", "Vermogen", "Effekt", "Teho", "Moc", "Výkon", "Teljesítmény", "Putere", "Snaga", "Moč",
    "Güç", "Võimsus", "Jauda", "Galia", "Потужність", "有功功率", "功率",
    "Potenza attiva", "Potencia media", "Střední výkon", "Średnia moc", "Keskiteho", "Medeleffekt",
    "Gennemsnitseffekt", "Gemiddeld vermogen", "Ortalama güç", "Средняя мощность", "Активная мощность",
    "Орташа қуат", "Қуат",
];
/// Names of a counter in kWh.
#[rustfmt::skip]
pub(crate) const REGISTER: &[&str] = &[
    "register_kwh", "register", "index_kwh", "counter_kwh", "meter_reading_kwh", "Показания", "Показание",
    "Текущие показания", "Көрсеткіш", "Көрсеткіштер", "Ағымдағы көрсеткіш", "meter reading", "counter", "index",
    "cumulative_kwh", "total_increasing", "Zählerstand", "Zaehlerstand", "Index de consommation", "Lectura",
    "Lettura", "Leitura", "Meterstand", "Målerstand", "Mätarställning", "Lukema", "Mittarilukema", "Wskazanie",
    "Stan licznika", "Stav elektroměru", "Mérőállás", "Óraállás", "Index contor", "Stanje brojila",
    "Stanje števca", "Endeks", "Показник", "Покази",
    "Telwerkstand", "Tellerstand", "Meterstanden", "Zählerstände", "Aflæsning", "Avläsning", "Stav měřidla",
    "Sayaç endeksi", "Показание счётчика", "Показания счётчика", "Показания ПУ", "Есептегіш көрсеткіші",
    "cumulative energy", "energy register", "EAS T",
];
#[rustfmt::skip]
pub(crate) const DURATION: &[&str] = &[
    "duration_min", "interval_min", "interval_length_min", "step_min", "interval length", "interval_length",
    "interval (min)", "duration", "duration (min)", "minutes", "pas en minutes", "pas", "Intervalllänge",
    "resolution", "Resoluutio", "Auflösung", "Opløsning", "Upplösning", "Oppløsning", "Resolución", "Risoluzione",
    "Resolutie", "Rozdzielczość", "granularity", "Granularité", "interval minutes", "interval mins", "Messintervall",
    "measuring period", "Дискретность", "Интервал, мин",
];
#[rustfmt::skip]
pub(crate) const QUALITY: &[&str] = &[
    "quality", "reading_quality", "status", "flag", "Качество", "Статус", "reading quality", "read quality",
    "data quality", "quality code", "quality_code", "quality flag", "quality method", "read type", "reading type",
    "validation", "Qualität", "Qualitaet", "Messwertstatus", "Messwertqualität", "Zustand", "État", "Etat", "Nature",
    "Nature de la donnée", "Calidad", "Estado", "Metodo_obtencion", "Método obtención", "Método de obtención",
    "Obtención", "Real/Estimado", "Qualità", "Tipo dato", "Kwaliteit", "Kvalitet", "Kvalitetskode", "Statuskod",
    "Laatu", "Tila", "Jakość", "Minőség", "Státusz", "Calitate", "Statut", "Якість",
    "Validatiestatus", "Validierungsstatus", "Datenqualität", "Ersatzwert", "Ersatzwert (kWh)", "Kvalitetsstatus",
    "Typ odczytu", "Rodzaj odczytu", "Typ danych", "Status danych", "Tipo lettura", "Tipo de leitura",
    "Lukeman tyyppi", "Laatukoodi", "Jakość danych", "Kvalita", "Durum", "Okuma tipi", "estimated", "is_estimated",
    "actual/estimated", "estimated_actual", "estimated indicator", "Признак", "Достоверность", "Сапасы", "Күйі",
    "obtainMethod", "Statut de la donnée", "Métodos", "Método", "Avlesningstype", "Avläsningstyp", "Læsetype",
    "Validity",
];
#[rustfmt::skip]
pub(crate) const CHANNEL: &[&str] = &[
    "channel", "direction", "register_type", "Канал", "Направление", "flow", "flow direction", "flow_direction",
    "energy direction", "register type", "registertype", "channel name", "channel_name", "channel id", "obis",
    "obis code", "obis_code", "obis-code", "obis-kennzahl", "kennzahl", "Richtung", "Energierichtung", "Kanal",
    "Sens", "Dirección", "Sentido", "Direzione", "Direção", "Richting", "Retning", "Riktning", "Suunta", "Kierunek",
    "Směr", "Irány", "Direcție", "Smjer", "Напрямок", "Бағыт", "Арна",
    "Meetrichting", "suffix", "nmi suffix", "register suffix", "Energiestroom", "Energiflöde", "Energiretning",
];
/// Names of a column that tells the unit of each row.
#[rustfmt::skip]
pub(crate) const UNIT: &[&str] = &[
    "unit", "units", "uom", "Ед. изм.", "Ед. измерения", "Единица", "Единица измерения", "ЕИ", "unit of measure",
    "unit_of_measure", "measure unit", "measurement unit", "measurement_unit", "Einheit", "Messeinheit", "Unité",
    "Unite", "Unidad", "Unità", "Unidade", "Eenheid", "Enhet", "Enhed", "Yksikkö", "Jednostka", "Jednotka",
    "Mértékegység", "Unitate", "Jedinica", "Enota", "Birim", "Ühik", "Mērvienība", "Vienetas", "Одиниця",
    "Одиниця виміру", "Өлшем бірлігі", "单位", "単位",
    "Måleenhed", "Måleenhet", "Mätenhet", "Maßeinheit", "Meeteenheid", "Unità di misura", "Unità misura",
    "Unidad de medida", "Unidad medida", "Unité de mesure", "Unidade de medida", "Jednostka miary",
    "Jednostka miary energii", "Měrná jednotka", "Mittayksikkö", "Ölçü birimi", "Ölçüm birimi", "Mõõtühik",
    "Matavimo vienetas", "Единицы измерения", "Ед. измер.", "Бірлік", "Өлшем бірлігінің атауы", "units of measure",
    "unit name", "energy unit", "quantity measure unit", "quantity_measure_unit.name", "measure_unit_name",
    "quantity unit",
];
/// Names of values that may as well be those of a counter.
#[rustfmt::skip]
pub(super) const GENERAL: &[&str] = &[
    "value", "reading", "Значение", "quantity", "qty", "Wert", "Messwert", "Valeur", "Valor", "Valore", "Waarde",
    "Verdi", "Værdi", "Värde", "Arvo", "Määrä", "Mængde", "Mengde", "Wartość", "Hodnota", "Érték", "Valoare",
    "Vrijednost", "Vrednost", "Değer", "Väärtus", "Kogus", "Vērtība", "Reikšmė", "Обсяг", "Мәні",
    "Volume", "Menge", "Quantité", "Cantidad", "Quantità", "Quantidade", "Hoeveelheid", "Ilość", "Množství",
    "Mennyiség", "Miktar", "Количество",
];
/// Names of a column that tells an hour from the one that the clock shows again, or the clock of a
/// stamp.
#[rustfmt::skip]
pub(crate) const SEASON: &[&str] = &[
    "dst", "dst_flag", "is_dst", "dst_indicator", "daylight_saving", "daylight_saving_time", "daylight_saving_flag",
    "summer_time", "repeated_hour", "repeated_hour_flag", "second_hour", "time_zone", "timezone", "tz", "zone_name",
    "utc_offset", "offset", "gmt_offset", "Sommerzeit", "Sommer/Winter", "Zeitzone", "Winterzeit", "Zeitumstellung",
    "Horario de verano", "Verano/Invierno", "Invierno/Verano", "Zona horaria", "Heure d'été", "Fuseau horaire",
    "Ora legale", "Fuso orario", "Zomertijd", "Tijdzone", "Czas letni", "Strefa czasowa", "Tidszon", "Tidszone",
    "Летнее время", "Признак летнего времени", "Часовой пояс", "Уақыт белдеуі",
];
