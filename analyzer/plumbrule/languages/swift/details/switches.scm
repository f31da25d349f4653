(switch_statement expr: (_) @subject (switch_entry (switch_pattern) @case))
(equality_expression lhs: (_) @subject op: "==" rhs: (_) @case)
