(when_expression (when_subject (_) @subject .) (when_entry condition: (_) @case))
(binary_expression left: (_) @subject operator: "==" right: (_) @case)
