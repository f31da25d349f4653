(switch_statement condition: (_) @subject body: (switch_block (case_statement value: (_) @case)))
(match_expression
  condition: (_) @subject
  body: (match_block (match_conditional_expression conditional_expressions: (match_condition_list (_) @case))))
(binary_expression left: (_) @subject operator: ["==" "===" "instanceof"] right: (_) @case)
