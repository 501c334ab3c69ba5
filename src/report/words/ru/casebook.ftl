case-moved_from = { $day } в точке { $usage_point } пропала нагрузка { $kw } кВт, возможно, она перенесена сюда (общее: { $by }): указано, но не учтено
case-moved_to = { $day } в точке { $usage_point } появилась нагрузка { $kw } кВт, возможно, она перенесена туда (общее: { $by })
case-complaint = жалоба { $day }: { $kind }
case-complaint_of = жалоба { $day }: { $kind } ({ $note })
