(match_expression value: (_) @subject body: (case_block (case_clause pattern: (_) @case)))
(infix_expression left: (_) @subject operator: (operator_identifier) @asks right: (_) @case
  (#eq? @asks "=="))
