(switch_statement value: (_) @subject body: (switch_body (switch_case value: (_) @case)))
(binary_expression left: (_) @subject operator: ["==" "===" "instanceof"] right: (_) @case)
