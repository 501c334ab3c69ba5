books-above_contract = орта есеппен шарт рұқсат еткеннен көп тұтынады
books-inactive = ажыратылған деп тіркелсе де, тұтынады
unknown-grid = оқылған, бірақ желі файлында жоқ: энергиясы барлық баланста жетіспейді
unknown-days = оқылған, бірақ желі файлындағы жолдары оның ешбір күнінде күшінде емес: энергиясы барлық баланста жетіспейді
unknown-customer = оқылған, бірақ тұтынушылар файлында жоқ: тобы мен шарттық қуатынсыз бағаланды

group-class = { $class }, { $resolution }
group-heated = { $class }, электрмен жылыту, { $resolution }
group-with = { $class }, { $with } тобымен бірге бағаланады, { $resolution }
group-small = шағын топтар, { $resolution }: { $class }
