(expression_switch_statement value: (_) @subject (expression_case value: (expression_list (_) @case)))
(type_switch_statement value: (_) @subject (type_case type: (_) @case))
(type_switch_statement value: (_) @subject (type_case "," . (_) @case))
(binary_expression left: (_) @subject operator: "==" right: (_) @case)
