(switch_statement
  value: (_) @subject
  body: (switch_body (switch_section [(constant_pattern) (declaration_pattern type: (_))] @case)))
(switch_expression . (_) @subject (switch_expression_arm . (_) @case))
(binary_expression left: (_) @subject operator: "==" right: (_) @case)
(is_pattern_expression expression: (_) @subject pattern: [(constant_pattern) (declaration_pattern)] @case)
