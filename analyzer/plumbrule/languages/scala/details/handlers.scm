(catch_clause (case_block (case_clause body: (_)? @body) @handler))
(catch_clause (indented_cases (case_clause body: (_)? @body) @handler))
