(switch_expression
  condition: (_) @subject
  body: (switch_block (switch_block_statement_group (switch_label (_) @case))))
(switch_expression condition: (_) @subject body: (switch_block (switch_rule (switch_label (_) @case))))
(binary_expression left: (_) @subject operator: "==" right: (_) @case)
(instanceof_expression left: (_) @subject right: (_) @case)
(method_invocation object: (string_literal) @case name: (identifier) @asks arguments: (argument_list . (_) @subject .)
  (#eq? @asks "equals"))
(method_invocation object: (_) @subject name: (identifier) @asks arguments: (argument_list . (string_literal) @case .)
  (#eq? @asks "equals"))
