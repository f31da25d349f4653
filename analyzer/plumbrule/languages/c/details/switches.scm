(switch_statement condition: (_) @subject body: (compound_statement (case_statement value: (_) @case)))
(binary_expression left: (_) @subject operator: "==" right: (_) @case)
