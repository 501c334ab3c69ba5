case-moved_from = { $day } күні { $usage_point } нүктесінде { $kw } кВт жүктеме жоғалды, осында көшірілген болуы мүмкін (ортағы: { $by }): айтылды, бірақ есепке алынбады
case-moved_to = { $day } күні { $usage_point } нүктесінде { $kw } кВт жүктеме пайда болды, сонда көшірілген болуы мүмкін (ортағы: { $by })
case-complaint = { $day } шағымы: { $kind }
case-complaint_of = { $day } шағымы: { $kind } ({ $note })
