(match_expression value: (_) @subject body: (match_block (match_arm pattern: (match_pattern) @case)))
(binary_expression left: (_) @subject operator: "==" right: (_) @case)
