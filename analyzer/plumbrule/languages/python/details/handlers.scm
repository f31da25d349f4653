(except_clause (block) @body) @handler
