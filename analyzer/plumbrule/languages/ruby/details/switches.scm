(case value: (_) @subject (when pattern: (pattern) @case))
(binary left: (_) @subject operator: "==" right: (_) @case)
