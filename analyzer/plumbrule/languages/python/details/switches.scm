(match_statement subject: (_) @subject body: (block (case_clause (case_pattern) @case)))
(comparison_operator . (_) @subject operators: "==" . (_) @case .)
(call function: (identifier) @asks arguments: (argument_list . (_) @subject . (_) @case .)
  (#eq? @asks "isinstance"))
